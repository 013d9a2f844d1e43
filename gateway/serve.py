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

from gateway.app import make_app
from gateway.engines.engine_parts import parts_of
from gateway.ground.resources import OutOfFiles
from gateway.http.neighbourhood import Neighbourhood
from gateway.mdns.duplicate_id import Twins
from gateway.mdns.mdns_advertiser import Advertiser, MdnsAdvertiser
from gateway.mdns.sockets import bracketed, listen, listened_on, told_address
from gateway.observe.logs import log_to_file, log_to_stderr
from gateway.personas.open_personas import OpenPersonas
from gateway.requests.app_keys import ADDRESS, OPEN_PERSONAS
from gateway.security.doors_told import how_to_pair_by_address, who_may_ask, whom_all_hear
from gateway.security.identity import identity_in
from gateway.security.owner_socket import leave, listen_for_owner, owner_path
from gateway.security.tls_door import RobotsDoor, TlsDoor, robots_door
from gateway.settings.settings import Settings
from robotvoice.console.output import write
from robotvoice.ground.interfaces import own_interfaces
from robotvoice.ground.memory import give_blocks_back
from robotvoice.http.runner import Runner, allow_many_files
from robotvoice.service.settings_changes import SettingsChanges

log = logging.getLogger(__name__)

ADDRESS_UNUSABLE = 4
LARGE_BLOCK = 1024 * 1024
"""Bytes: of bodies, clips and files of sound"""


async def serve(settings: Settings, changes: SettingsChanges | None = None) -> int:
    """Runs until SIGINT or SIGTERM; returns the exit code. `changes`: what the settings' file says by now.

    Raises InvalidPersona when nobody can be loaded and InvalidSettings when the default persona is nobody.
    """
    give_blocks_back(LARGE_BLOCK)
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
    for warning in (*personas.warnings, *OpenPersonas(settings.open_personas).unknown(personas)):
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
        plain = address, settings.port
        robots, door = robots_door(identity, settings.listen_host, settings.tls_port, plain)
        for each in robots:
            opened.enter_context(each)
        twins = Twins(identity.id, run, identity.file)
        advertiser = Advertiser()
        if settings.announce:
            advertiser = MdnsAdvertiser(
                gateway_id=identity.id,
                name=settings.announced_name,
                port=port,
                personas=tuple(personas.personas),
                host=address,
                tls_port=door.port,
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
            door=door,
            advertiser=advertiser,
            watched=sources,
            changes=changes,
        )
        app[ADDRESS] = f"{bracketed(told_address(address, own_interfaces()))}:{port}"
        if owners := listen_for_owner(settings.state_dir):
            opened.callback(leave, owner_path(settings.state_dir))
            opened.enter_context(owners)
        neighbours = settings.lan or settings.open_lan
        admits = Neighbourhood().holds if neighbours else None
        runner = Runner(app, admits=admits)
        by_tls: TlsDoor | None = None
        watching = asyncio.create_task(twins.watch(), name="who else has this id")
        try:
            await runner.setup()
            for each in (*sockets, *([owners] if owners else [])):
                await runner.listen(each)
            if identity.tls and runner.server:
                by_tls = TlsDoor(robots, identity.tls, runner.server, plain_port=port, admits=admits)
                by_tls.open()
            heard = tuple(app[OPEN_PERSONAS].of(personas).personas) if settings.open_lan else None
            write(_welcome(address, port, who_may_ask(settings.state_dir, heard), door), sys.stdout)
            if heard is not None and not ipaddress.ip_address(address).is_loopback:
                write(whom_all_hear(heard), sys.stdout)
            await advertiser.start()
            try:
                await stop.wait()
            finally:
                # The goodbye goes out first: nobody should be sent to a gateway that is about to leave.
                await advertiser.stop()
        finally:
            watching.cancel()
            await asyncio.wait({watching})
            if by_tls:
                await by_tls.close()
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


def _welcome(address: str, port: int, others: str, door: RobotsDoor) -> str:
    """One line, said as soon as it listens: where it speaks, and who can use it; `others` in the network."""
    own = told_address(address, own_interfaces())
    where = f"{bracketed(own)}:{port}"
    reached, told = ipaddress.ip_address(address), ipaddress.ip_address(own)
    if reached.is_loopback:
        who = "only programs on this machine reach it (--lan opens it to your network)"
    elif told.is_loopback:
        who = f"this machine has no network yet; programs on it can use it, and from a network {others}"
    else:
        who = f"programs on this machine can use it, and from your network {others}"
    if told.is_loopback:
        how = f"a robot on this machine finds it with ROBOTVOICE_GATEWAY={where}"
    else:
        how = how_to_pair_by_address(own, door)
    return f"Speaking at http://{where} - {who}; {how}"


def _found(name: str, addresses: Sequence[str]) -> str:
    """One line, said once it is so: under which name it is announced, and to whom."""
    here = all(ipaddress.ip_address(each).is_loopback for each in addresses)
    who = "programs on this machine find" if here else "robots on your network find"
    return f"Announced by mDNS as '{name}' - {who} it by themselves"
