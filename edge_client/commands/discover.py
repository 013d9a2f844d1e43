"""`robotvoice discover`: every gateway that can be found."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from edge_client.commands import terminal
from edge_client.commands.options import configured, seconds, settings_of
from robotvoice.console.command_line import Commands, add_command
from robotvoice.console.output import show, show_json, width

if TYPE_CHECKING:
    from edge_client.link.gateway_list import FoundGateway
    from edge_client.settings.settings import Settings

NOBODY_FOUND = (
    "robotvoice: no gateway was found. Is `robotvoice-gateway serve --lan` running on the Mac, and are both "
    "in the same network? Its address also works: robotvoice discover --gateway HOST:PORT"
)
NO_ANSWER = (
    "robotvoice: no gateway answers. Wake the Mac, or start `robotvoice-gateway serve --lan` there again"
)
MDNS_IS_OFF = (
    "robotvoice: mDNS is off and no address is given, so no gateway was looked for. Switch mDNS on, or give "
    "an address: robotvoice discover --gateway HOST:PORT"
)
CHECK_THE_NAME = (
    "robotvoice: no gateway answers. Check the name, or give the gateway's IP address instead: "
    "robotvoice discover --gateway HOST:PORT"
)


EXAMPLES = {
    "robotvoice discover": "all that can be found by mDNS, and whether they answer",
    "robotvoice discover --gateway 192.168.1.20": "one that mDNS cannot find, too",
    "robotvoice discover --timeout 20 --json": "for a program; looks for 20 s",
}
EXIT_CODES = terminal.USUAL | {
    terminal.OK: "a gateway answers",
    terminal.NOTHING_SPOKE: "no gateway was found, or none answers",
    terminal.NOT_PLAYED: "the result cannot be written",
}


def add_to(commands: Commands) -> None:
    discover = add_command(
        commands, "discover", "list the gateways", run, EXAMPLES, EXIT_CODES, configured(gateway=True)
    )
    discover.add_argument(
        "--timeout", type=seconds, default=5.0, metavar="S", help="seconds to look, at most 60 (5)"
    )


def run(options: argparse.Namespace) -> int:
    from edge_client.link.gateway_list import discover, once_each, table, twins_among
    from edge_client.pairing.dial_rules import DialRules

    settings = settings_of(options)
    rules = DialRules.of(settings.state_dir)

    if settings.mdns:
        terminal.tell_waiting(f"Looking for gateways, for up to {options.timeout:g} s ...")

    async def look() -> "tuple[list[FoundGateway], list[str]]":
        found = await discover(settings, options.timeout, rules)
        return once_each(found), await twins_among(found, settings)

    found, twins = terminal.run(look())
    if options.json:
        show_json([gateway.as_json() for gateway in found])
    elif found:
        show(table(found, width()))
    for warning in (*twins, *rules.strangers.told):
        terminal.write_error(f"robotvoice: {warning}")
    if any(gateway.ready for gateway in found):
        return terminal.OK
    terminal.write_error(_what_to_do(found, settings))
    return terminal.NOTHING_SPOKE


def _what_to_do(found: "Sequence[FoundGateway]", settings: "Settings") -> str:
    from edge_client.discovery.discovery import NO_NETWORK, has_network
    from edge_client.link.gateway_answers import UNKNOWN_NAME
    from edge_client.link.gateway_list import NOT_OURS
    from edge_client.pairing.dial_rules import ANOTHER, TOO_OLD

    barred = [gateway for gateway in found if gateway.code in NOT_OURS]
    ours_is_away = len(barred) < len(found)
    barred = [each for each in barred if not (ours_is_away and each.code in (TOO_OLD, ANOTHER))]
    if barred:
        first = min(barred, key=lambda gateway: list(NOT_OURS).index(gateway.code or ""))
        return f"robotvoice: {first.problem}"
    if found:
        unknown = all(gateway.problem and gateway.problem.endswith(UNKNOWN_NAME) for gateway in found)
        return CHECK_THE_NAME if unknown else NO_ANSWER
    if not settings.mdns:
        return MDNS_IS_OFF
    return NOBODY_FOUND if settings.interface or has_network() else f"robotvoice: {NO_NETWORK}"
