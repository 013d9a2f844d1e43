"""`robotvoice pair`: this robot and a gateway get to know each other, by a code that the gateway shows."""

import argparse
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import configured, settings_of
from edge_client.commands.taken_into_use import IN_A_MOMENT, taken_into_use
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json
from robotvoice.errors import RobotVoiceError

if TYPE_CHECKING:
    from edge_client.discovery.endpoint import Endpoint
    from edge_client.pairing.pairing_file import Pairing
    from edge_client.settings.settings import Settings

LOOK_FOR = 5.0
"""Seconds for a gateway that says it pairs"""
STRAGGLERS = 0.5
"""Seconds to wait for further ones once one was found"""
USUAL_NAME = "robot"
NEW_CODE = "for a new code on the Mac type: robotvoice-gateway pair"
BY_ADDRESS = "type: robotvoice pair CODE --gateway ADDRESS"
NOBODY_FOUND = (
    "no gateway was found. Is `robotvoice-gateway serve --lan` running on the Mac, and are both in the same "
    f"network? Where the network drops multicast, give the Mac's address, {BY_ADDRESS}"
)
MDNS_IS_OFF = f"mDNS is off, so no gateway was looked for. Switch it on, or give its address, {BY_ADDRESS}"

EXAMPLES = {
    "robotvoice pair k7d2-m9qx": "with the gateway that shows this code",
    "robotvoice pair k7d2-m9qx --gateway 192.168.1.20": "where it cannot be found by itself",
    "robotvoice unpair": "the way back",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "paired",
    terminal.BAD_INPUT: "the code is misspelt, or the command line or a setting cannot be used",
    terminal.NOTHING_SPOKE: "not paired: the message says why",
    terminal.NOT_PLAYED: "the result cannot be kept or written",
}


class InvalidName(RobotVoiceError):
    """An option cannot be used; the message names it."""

    code = "invalid_argument"


def add_to(commands: Commands) -> None:
    pair = add_command(commands, "pair", "pair it with a gateway", run, EXAMPLES, EXIT_CODES, configured())
    pair.add_argument("code", nargs="*", metavar="CODE", help="what robotvoice-gateway pair shows")
    pair.add_argument(
        "--gateway",
        dest="address",
        metavar="HOST[:PORT]",
        help="only at this address, and there at the robots' port (7861)",
    )
    pair.add_argument("--name", metavar="NAME", help="of this robot, for the gateway's list (its host name)")


def run(options: argparse.Namespace) -> int:
    from edge_client.link.pairing_exchange import PairingFailed
    from edge_client.pairing import pairing_file as file
    from edge_client.pairing.dial_rules import paired_with
    from edge_client.personas.learned import forget_learned
    from robotvoice.errors import InvalidCode, InvalidMessage
    from robotvoice.wire.pairing import normalised, robot_name

    settings = settings_of(options)
    if not options.code:
        raise InvalidCode("type `robotvoice-gateway pair` on the Mac; it shows what to type here")
    code = normalised(" ".join(options.code))
    try:
        name = robot_name(_own_name() if options.name is None else options.name)
    except InvalidMessage as error:
        raise InvalidName(f"--name: {error.message}") from error
    paired, endpoint = terminal.run(
        _pair(settings, options.address, code, name, rename=options.name is not None)
    )
    if paired_with(settings.state_dir) != paired.id and (trouble := forget_learned(settings.state_dir)):
        told = (
            f"this robot is not paired, as what it learned before cannot be taken away: {', '.join(trouble)}"
        )
        raise PairingFailed(f"{told}. Make it writable for who runs robotvoice, and pair again; {NEW_CODE}")
    try:
        file.save(settings.state_dir, paired)
    except OSError as error:
        told = f"this robot is not paired, as {settings.state_dir} cannot be written ({error.strerror})"
        raise PairingFailed(f"{told}: make room, or make it writable; {NEW_CODE}") from error
    _remember(settings, endpoint)
    taken = terminal.run(taken_into_use(settings.daemon_port, linked=True))
    if options.json:
        show_json({"paired": True, "gateway": paired.name, "id": paired.id, "robot": paired.robot})
        return terminal.OK
    known_as = "" if paired.robot == name else f", where this robot is called {paired.robot}"
    show(f'paired with "{paired.name}"{known_as}; its voice is used from now on')
    if not taken:
        show(IN_A_MOMENT)
    return terminal.OK


async def _pair(
    settings: "Settings", address: str | None, code: str, name: str, *, rename: bool
) -> "tuple[Pairing, Endpoint]":
    """Raises PairingFailed and InvalidSettings."""
    from edge_client.link.pairing_exchange import pair
    from edge_client.pairing.pairing_file import DamagedPairing, load

    gateways = [[_given(address)]] if address is not None else await _near(settings)
    before = None
    with suppress(DamagedPairing):  # it is replaced
        before = load(settings.state_dir)
    return await pair(gateways, code, name, before, rename=rename)


def _given(address: str) -> "Endpoint":
    from edge_client.discovery.endpoint import parse_address
    from robotvoice.wire.wire import DEFAULT_TLS_PORT

    try:
        return parse_address(address, DEFAULT_TLS_PORT)
    except ValueError as error:
        raise InvalidName(f"--gateway: {error}") from None


async def _near(settings: "Settings") -> "Sequence[Sequence[Endpoint]]":
    """Of each gateway that may pair its addresses, those first that say they do. Raises PairingFailed."""
    from dataclasses import replace

    from edge_client.discovery.discovery import NO_NETWORK, DiscoveryFailed, browse, has_network
    from edge_client.discovery.endpoint import parse_address
    from edge_client.link.pairing_exchange import PairingFailed
    from edge_client.pairing.dial_rules import named
    from robotvoice.wire.wire import DEFAULT_TLS_PORT

    found: list[Endpoint] = []
    if settings.mdns:
        try:
            terminal.tell_waiting("Looking for a gateway that pairs ...")
            where = settings.interface
            found = await browse(timeout=LOOK_FOR, interface=where, enough=_may_pair)
            if found:
                found += await browse(timeout=STRAGGLERS, interface=where)
        except DiscoveryFailed as error:
            terminal.write_error(f"robotvoice: {error.message}")
    by_name: dict[str, dict[str, Endpoint]] = {}
    for each in found:
        if each.tls:
            there = replace(each, port=each.tls)
            by_name.setdefault(each.name or each.label, {})[there.label] = there
    groups = [list(each.values()) for each in by_name.values()]
    pairing = [group for group in groups if any(each.pairing for each in group)]
    if pairing or groups:
        return pairing or groups
    if settings.gateway:
        return [[replace(parse_address(settings.gateway), port=DEFAULT_TLS_PORT)]]
    if found:
        names = ", ".join(dict.fromkeys(named(each.name or each.label) for each in found))
        raise PairingFailed(
            f"{names} cannot be paired with, as too old, or with its robots' door closed: update robotvoice "
            "there, or on the Mac type: robotvoice-gateway doctor"
        )
    if settings.mdns and not settings.interface and not has_network():
        raise PairingFailed(NO_NETWORK)
    raise PairingFailed(NOBODY_FOUND if settings.mdns else MDNS_IS_OFF)


def _may_pair(endpoint: "Endpoint") -> bool:
    return endpoint.pairing and endpoint.tls is not None


def _remember(settings: "Settings", endpoint: "Endpoint") -> None:
    """Where it is, for a network in which nothing can be found."""
    from edge_client.link.command_gateway import CommandGateway

    CommandGateway(settings).adopt(endpoint)


def _own_name() -> str:
    from robotvoice.errors import InvalidMessage
    from robotvoice.wire.pairing import robot_name

    with suppress(InvalidMessage):
        return robot_name(socket.gethostname().partition(".")[0])
    return USUAL_NAME
