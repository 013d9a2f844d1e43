"""`robotvoice-gateway serve`: from the settings to a gateway that runs, and its clean stop."""

import asyncio
import errno
import logging
import signal
import socket
import sys

from aiohttp import web

from gateway.advertise import Advertiser, MdnsAdvertiser, NullAdvertiser
from gateway.app import make_app
from gateway.logs import log_to_stderr
from gateway.persona_files import PersonaLibrary, load_personas
from gateway.runner import GatewayRunner
from gateway.settings import Settings, gateway_identity

log = logging.getLogger(__name__)

ADDRESS_UNUSABLE = 4
LOOPBACK = ("127.", "::1", "localhost")
BACKLOG = 128


async def serve(settings: Settings) -> int:
    """Runs until SIGINT or SIGTERM; returns the exit code. Raises InvalidPersona when there is nobody."""
    log_to_stderr(settings.log_level)
    personas = load_personas(settings.personas_folder)
    for problem in personas.problems:
        log.warning("left out: %s", problem)
    for warning in personas.warnings:
        log.warning("%s", warning)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        listening = _listen(settings.listen_host, settings.port)
    except OSError as error:
        print(f"robotvoice-gateway: {_why_not(settings, error)}", file=sys.stderr)
        return ADDRESS_UNUSABLE
    port = listening.getsockname()[1]
    identity = gateway_identity(settings)
    advertiser = _advertiser(settings, identity, personas, port)
    watched = settings.personas_folder
    app = make_app(settings, personas, identity=identity, advertiser=advertiser, watched=watched)
    runner = GatewayRunner(app)
    try:
        await runner.setup()
        await web.SockSite(runner, listening).start()
        print(_welcome(settings, port), flush=True)
        await advertiser.start()
        try:
            await stop.wait()
        finally:
            # The goodbye goes out first: nobody should be sent to a gateway that is about to leave.
            await advertiser.stop()
    finally:
        await runner.cleanup()
        listening.close()
    log.info("stopped")
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Bound before anything else starts, so that the port is known to the announcement."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return socket.create_server(address[:2], family=family, backlog=BACKLOG)


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{settings.listen_host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use, perhaps by another gateway; stop that one or give --port with another "
            "number (0 takes a free one)"
        )
    if error.errno == errno.EACCES:
        return f"{where} needs rights this user does not have; give --port with a number above 1023"
    return f"{where} cannot be listened on ({error.strerror}); give --host with an address of this machine"


def _is_loopback(host: str) -> bool:
    return host.startswith(LOOPBACK)


def _advertiser(settings: Settings, identity: str, personas: PersonaLibrary, port: int) -> Advertiser:
    if not settings.announce:
        return NullAdvertiser()
    return MdnsAdvertiser(
        gateway_id=identity,
        name=settings.announced_name,
        port=port,
        personas=tuple(personas.personas),
        loopback_only=_is_loopback(settings.listen_host),
    )


def _welcome(settings: Settings, port: int) -> str:
    """One line: where it speaks, who can reach it, how a robot finds it."""
    host = settings.listen_host
    announced = f"as '{settings.announced_name}' by mDNS" if settings.announce else ""
    if _is_loopback(host):
        found = f"found {announced} on this machine, or" if announced else "found"
        return (
            f"Speaking at http://{_bracketed(host)}:{port} - only programs on this machine reach it "
            f"(--lan opens it to your network); {found} with ROBOTVOICE_GATEWAY={_bracketed(host)}:{port}"
        )
    address = _bracketed(_own_address() if host == "0.0.0.0" else host)
    found = f"a robot finds it {announced}, or" if announced else "a robot finds it"
    return (
        f"Speaking at http://{address}:{port} - every device on your network can use it, without a password; "
        f"{found} with ROBOTVOICE_GATEWAY={address}:{port}"
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """This machine's address on the network; a UDP socket that is only connected sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            return str(probe.getsockname()[0])
        except OSError:
            return socket.gethostname()
