"""`robotvoice-gateway serve`: from the settings to a gateway that runs, and its clean stop."""

import asyncio
import errno
import ipaddress
import logging
import signal
import socket
import sys
from collections.abc import Sequence

from aiohttp import web

from gateway.advertise import Advertiser, MdnsAdvertiser, NullAdvertiser
from gateway.allocator import give_large_blocks_back
from gateway.announcement import LOOPBACK, own_addresses
from gateway.app import make_app
from gateway.log_file import log_to_file
from gateway.logs import log_to_stderr
from gateway.out_of_files import OutOfFiles
from gateway.parts import parts_of
from gateway.persona_files import PersonaLibrary
from gateway.runner import GatewayRunner
from gateway.settings import Settings, gateway_identity
from speech.settings_changes import SettingsChanges
from speech.terminal import write

log = logging.getLogger(__name__)

ADDRESS_UNUSABLE = 4
BACKLOG = 128


async def serve(settings: Settings, changes: SettingsChanges | None = None) -> int:
    """Runs until SIGINT or SIGTERM; returns the exit code. `changes`: what the settings' file says by now.

    Raises InvalidPersona when nobody can be loaded and InvalidSettings when the default persona is nobody.
    """
    give_large_blocks_back()
    watched = settings.log_file is None and sys.stderr is not None and sys.stderr.isatty()
    log_to_stderr(settings.log_level, for_people=watched)
    if settings.log_file is not None:
        log_to_file(settings.log_file)
    sources = settings.persona_sources
    personas = sources.load()
    for line in sources.unknown_hidden():
        log.warning("%s", line)
    for problem in personas.problems:
        log.warning("left out: %s", problem)
    for warning in personas.warnings:
        log.warning("%s", warning)
    stop = asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(OutOfFiles())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        listening = _listen(settings.listen_host, settings.port)
    except OSError as error:
        write(f"robotvoice-gateway: {_why_not(settings, error)}", sys.stderr)
        return ADDRESS_UNUSABLE
    with listening:
        address, port = listening.getsockname()[:2]
        identity = gateway_identity(settings)
        advertiser = _advertiser(settings, identity, personas, address, port)
        parts = parts_of(settings, personas)

        async def personas_changed(library: PersonaLibrary) -> None:
            advertiser.personas_are(tuple(library.personas))
            await parts.personas_changed(library)

        app = make_app(
            settings,
            personas,
            identity=identity,
            engines=parts.engines,
            advertiser=advertiser,
            caller_clips=parts.caller_clips,
            watched=sources,
            changes=changes,
            personas_changed=personas_changed,
        )
        runner = GatewayRunner(app)
        try:
            await runner.setup()
            await web.SockSite(runner, listening).start()
            _say(_welcome(address, port))
            await advertiser.start()
            try:
                await stop.wait()
            finally:
                # The goodbye goes out first: nobody should be sent to a gateway that is about to leave.
                await advertiser.stop()
        finally:
            await runner.cleanup()
    log.info("stopped")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything else starts, so that the port is known to the announcement. Raises OSError."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError as error:  # an empty or over-long part between two dots
        raise OSError(errno.EINVAL, "no host can have this name") from error
    both = family == socket.AF_INET6 and socket.has_dualstack_ipv6()
    return socket.create_server(address[:2], family=family, backlog=BACKLOG, dualstack_ipv6=both)


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{_bracketed(settings.listen_host)}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use, perhaps by another gateway; stop that one or give --port with another "
            "number (0 takes a free one)"
        )
    if error.errno == errno.EACCES:
        return f"{where} needs rights this user does not have; give --port with a number above 1023"
    return f"{where} cannot be listened on ({error.strerror}); give --host with an address of this machine"


def _advertiser(
    settings: Settings, identity: str, personas: PersonaLibrary, address: str, port: int
) -> Advertiser:
    if not settings.announce:
        return NullAdvertiser()
    bound = ipaddress.ip_address(address)
    return MdnsAdvertiser(
        gateway_id=identity,
        name=settings.announced_name,
        port=port,
        personas=tuple(personas.personas),
        loopback_only=bound.is_loopback,
        host=None if bound.is_unspecified else address,
        announced=lambda name, addresses: _say(_found(name, addresses)),
    )


def _say(line: str) -> None:
    """On standard output, whether or not somebody still reads it."""
    write(line, sys.stdout)


def _welcome(address: str, port: int) -> str:
    """One line, said as soon as it listens: where it speaks, and who can reach it."""
    bound = ipaddress.ip_address(address)
    own = _own_address() if bound.is_unspecified else address
    where = f"{_bracketed(own)}:{port}"
    finder = "a robot on this machine" if ipaddress.ip_address(own).is_loopback else "a robot"
    if bound.is_loopback:
        who = "only programs on this machine reach it (--lan opens it to your network)"
    elif ipaddress.ip_address(own).is_loopback:
        who = (
            "this machine has no network yet; once it has, every device there can use it, without a password"
        )
    else:
        who = "every device on your network can use it, without a password"
    return f"Speaking at http://{where} - {who}; {finder} finds it with ROBOTVOICE_GATEWAY={where}"


def _found(name: str, addresses: Sequence[str]) -> str:
    """One line, said once it is so: under which name it is announced, and to whom."""
    here = all(ipaddress.ip_address(each).is_loopback for each in addresses)
    who = "programs on this machine find" if here else "robots on your network find"
    return f"Announced by mDNS as '{name}' - {who} it by themselves"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """This machine's address on the network, else 127.0.0.1.

    A UDP socket that is only connected sends nothing, but knows the way that others are reached by.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return next(iter(own_addresses()), LOOPBACK)
