"""`robotvoice-gateway serve`: from the settings to a gateway that runs, and its clean stop."""

import asyncio
import errno
import ipaddress
import logging
import secrets
import signal
import sys
from collections.abc import Sequence
from contextlib import ExitStack

from aiohttp import web

from gateway.app import make_app
from gateway.engines.engine_parts import parts_of
from gateway.ground.resources import OutOfFiles, give_large_blocks_back
from gateway.http.neighbourhood import Neighbourhood
from gateway.mdns.duplicate_id import Twins
from gateway.mdns.mdns_advertiser import Advertiser, MdnsAdvertiser
from gateway.mdns.sockets import bracketed, listen, listened_on, told_address
from gateway.observe.logs import log_to_file, log_to_stderr
from gateway.requests.app_keys import ADDRESS
from gateway.security.identity import identity_in
from gateway.security.owner_socket import leave, listen_for_owner
from gateway.settings.settings import Settings
from robotvoice.console.output import write
from robotvoice.ground.interfaces import own_interfaces
from robotvoice.http.runner import Runner, allow_many_files
from robotvoice.service.settings_changes import SettingsChanges

log = logging.getLogger(__name__)

ADDRESS_UNUSABLE = 4


async def serve(settings: Settings, changes: SettingsChanges | None = None) -> int:
    """Runs until SIGINT or SIGTERM; returns the exit code. `changes`: what the settings' file says by now.

    Raises InvalidPersona when nobody can be loaded and InvalidSettings when the default persona is nobody.
    """
    give_large_blocks_back()
    allow_many_files()
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
        sockets = listen(settings.listen_host, settings.port)
    except OSError as error:
        write(f"robotvoice-gateway: {_why_not(settings, error)}", sys.stderr)
        return ADDRESS_UNUSABLE
    with ExitStack() as opened:
        for each in sockets:
            opened.enter_context(each)
        address, port = listened_on(sockets[0])
        identity, run = await asyncio.to_thread(identity_in, settings.state_dir), secrets.token_hex(8)
        twins = Twins(identity.id, run, identity.file)
        advertiser = Advertiser()
        if settings.announce:
            advertiser = MdnsAdvertiser(
                gateway_id=identity.id,
                name=settings.announced_name,
                port=port,
                personas=tuple(personas.personas),
                host=address,
                run=run,
                announced=lambda name, addresses: write(_found(name, addresses), sys.stdout),
                suspect=twins.suspect,
            )
        parts = parts_of(settings, personas)
        app = make_app(
            settings,
            personas,
            parts,
            identity=identity.id,
            run=run,
            advertiser=advertiser,
            watched=sources,
            changes=changes,
        )
        app[ADDRESS] = f"{bracketed(told_address(address, own_interfaces()))}:{port}"
        if owners := listen_for_owner(settings.state_dir):
            opened.enter_context(owners)
            opened.callback(leave, owners)
        runner = Runner(app, admits=Neighbourhood().holds if settings.lan else None)
        watching = asyncio.create_task(twins.watch(), name="who else has this id")
        try:
            await runner.setup()
            for each in (*sockets, *([owners] if owners else [])):
                await web.SockSite(runner, each).start()
            write(_welcome(address, port), sys.stdout)
            await advertiser.start()
            try:
                await stop.wait()
            finally:
                # The goodbye goes out first: nobody should be sent to a gateway that is about to leave.
                await advertiser.stop()
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            await runner.cleanup()
    log.info("stopped")
    return 0


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{bracketed(settings.listen_host)}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use, perhaps by another gateway; stop that one or give --port with another "
            "number (0 takes a free one)"
        )
    if error.errno == errno.EACCES:
        return f"{where} needs rights this user does not have; give --port with a number above 1023"
    return f"{where} cannot be listened on ({error.strerror}); give --host with an address of this machine"


def _welcome(address: str, port: int) -> str:
    """One line, said as soon as it listens: where it speaks, and who can reach it."""
    own = told_address(address, own_interfaces())
    where = f"{bracketed(own)}:{port}"
    reached, told = ipaddress.ip_address(address), ipaddress.ip_address(own)
    finder = "a robot on this machine" if told.is_loopback else "a robot"
    if reached.is_loopback:
        who = "only programs on this machine reach it (--lan opens it to your network)"
    elif told.is_loopback:
        who = (
            "this machine has no network yet; once it has, every device there can use it, without a password"
        )
    else:
        who = "every device on your network can use it, without a password"
    scope = own.partition("%")[2]
    whose = f", where {scope} is to be the robot's own network interface" if scope else ""
    return f"Speaking at http://{where} - {who}; {finder} finds it with ROBOTVOICE_GATEWAY={where}{whose}"


def _found(name: str, addresses: Sequence[str]) -> str:
    """One line, said once it is so: under which name it is announced, and to whom."""
    here = all(ipaddress.ip_address(each).is_loopback for each in addresses)
    who = "programs on this machine find" if here else "robots on your network find"
    return f"Announced by mDNS as '{name}' - {who} it by themselves"
