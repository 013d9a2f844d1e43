"""What a gateway needs every day, looked at in a few seconds and left as it was."""

import asyncio
import importlib.metadata
import ipaddress
import platform
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from gateway.console.running_gateway import ANY_ADDRESS, NotAnsweredError, ask, where_it_runs
from gateway.engines.mlx.packages import not_installed
from gateway.mdns.names_and_addresses import where_to_announce
from gateway.mdns.sockets import listen
from gateway.models.model_folders import hub_cache, local_model, why_no_model
from gateway.models.models import as_size, models_of, revisions
from gateway.personas.open_personas import OpenPersonas
from gateway.personas.persona_files import PersonaLibrary
from gateway.security.credentials import ROBOTS_FILE, Credentials
from gateway.security.doors_told import who_may_ask, whom_all_hear
from gateway.security.identity import IDENTITY_FILE, looked_at, readable_by_others
from gateway.settings.settings import Settings, settings_file
from robotvoice.console.checks import Check
from robotvoice.console.output import counted
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EngineFailure, EngineUnavailable, InvalidPersona
from robotvoice.ground.interfaces import own_interfaces
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence

MLX_AUDIO = "0.6"
"""The release of mlx-audio that this version was tried with"""
ROOM = 1_000_000_000
"""Bytes that should be free: the cache of sentences may grow, and a model is larger still"""
EVERY = {"::": "every address", "0.0.0.0": "every IPv4 address"}
"""What these stand for"""
ESPEAK_WITHIN = 10.0


async def everyday_checks(settings: Settings, config: Path | None) -> list[Check]:
    """Everything but the models' voices."""
    address = await where_it_runs(settings) if settings.port else None
    running = await _running(address)
    library, personas = _personas(settings, running)
    checks = [
        Check("Python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        await _espeak(settings),
        _settings(settings, config, running),
        personas,
        _state_dir(settings),
        _identity(settings),
        _disk(settings),
        _port(settings, address, running),
        _mdns(settings, running),
        _network(settings, library, running),
    ]
    return [*checks, *_clips(library), *_models(settings, library)]


async def _espeak(settings: Settings) -> Check:
    engine = EspeakEngine.installed(settings.espeak, on_demand=True)
    began = time.monotonic()
    try:
        async with asyncio.timeout(ESPEAK_WITHIN):
            spoken = engine.speak(Sentence(0, "Hi."), VoiceSpec("espeak"))
            async with aclosing(spoken) as chunks:
                samples = sum([chunk.samples async for chunk in chunks])
    except (EngineFailure, EngineUnavailable) as problem:
        return Check("eSpeak NG", "fail", problem.message, "install espeak-ng; without it no fallback speaks")
    except TimeoutError:
        said = f"did not speak within {ESPEAK_WITHIN:g} s"
        return Check("eSpeak NG", "fail", said, "install espeak-ng anew")
    finally:
        await engine.close()
    if not samples:
        return Check("eSpeak NG", "fail", "spoke without a sound", "install espeak-ng anew")
    return Check("eSpeak NG", "ok", f"{engine.description} speaks, in {time.monotonic() - began:.1f} s")


async def _running(address: str | None) -> Mapping[str, Any] | None:
    """What the gateway that runs says of itself; None: none runs, or one that is too old to tell."""
    if address is None:
        return None
    try:
        status, told = await ask(address, "/v1/status")
    except NotAnsweredError:
        return None
    return told if status == 200 and "host" in told else None


def _settings(settings: Settings, config: Path | None, running: Mapping[str, Any] | None) -> Check:
    file = settings_file(config)
    read = f"read from {file}" if file else "no file, so the defaults and the environment"
    if running is None:
        return Check("settings", "ok", read)
    there, here = (EVERY.get(host, host) for host in (running["host"], settings.listen_host))
    if there == here:
        return Check("settings", "ok", f"{read}; the gateway that runs listens on {there}, too")
    said = f"{read}; the gateway that runs was started with others: it listens on {there}"
    return Check("settings", "ok", f"{said}, not on {here}")


def _personas(settings: Settings, running: Mapping[str, Any] | None) -> tuple[PersonaLibrary | None, Check]:
    sources = settings.persona_sources
    try:
        library = sources.load()
    except InvalidPersona as error:
        return None, Check("personas", "fail", error.message, "robotvoice-gateway persona check")
    own = [id for id in library.personas if id not in library.shipped]
    found = f"{', '.join(own)} in {sources.own}" if own else f"none of your own in {sources.own}"
    if library.shipped:
        found += f"; {', '.join(sorted(library.shipped))} came with robotvoice"
    if running is not None and set(running["personas"]) != set(library.personas):
        found += f"; the gateway that runs has others: {', '.join(running['personas'])}"
    if not library.problems:
        return library, Check("personas", "ok", found)
    number = len(library.problems)
    found += f"; {number} problem{'' if number == 1 else 's'}"
    return library, Check("personas", "warn", found, "robotvoice-gateway persona check")


def _clips(library: PersonaLibrary | None) -> Iterator[Check]:
    """Says nothing where nobody else can read one."""
    for persona in library.personas.values() if library else ():
        made = [each.made_of for each in persona.every_voice]
        clips = [each.reference for each in made if each and each.reference]
        if any(map(_others_can_read, clips)):
            said = f"other users of this machine can copy the voice of {persona.id}"
            yield Check("clips", "warn", said, f"chmod -R go= {shlex.quote(str(clips[0].parent))}")


def _others_can_read(file: Path) -> bool:
    """Of the group, too: on a Mac it is everybody's."""
    with suppress(OSError):
        open_to_all = all(folder.stat().st_mode & 0o011 for folder in file.resolve().parents)
        return open_to_all and bool(file.stat().st_mode & 0o044)
    return False


def _state_dir(settings: Settings) -> Check:
    try:
        settings.state_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=settings.state_dir, prefix=".doctor-") as file:
            # A full disk takes a file, and nothing into it.
            file.write(bytes(4096))
            file.flush()
    except OSError as error:
        said = f"{settings.state_dir} cannot be written ({error.strerror})"
        return Check("state", "fail", said, "make it writable, or set ROBOTVOICE_STATE_DIR to a folder")
    return Check("state", "ok", f"{settings.state_dir} can be written")


def _identity(settings: Settings) -> Check:
    file = settings.state_dir / IDENTITY_FILE
    found = looked_at(settings.state_dir)
    if found is None:
        return Check("identity", "ok", f"{file} is made when a gateway first starts")
    if found.problem:
        return Check("identity", "fail", *_said_and_todo(found.problem))
    if others := readable_by_others(file):
        said, _, todo = others.partition(": ")
        return Check("identity", "warn", said, f"chmod 600 {shlex.quote(str(file))}; {todo}")
    return Check("identity", "ok", f"{file} holds the key that robots know this gateway by")


def _disk(settings: Settings) -> Check:
    """Of the fuller one of the two disks that are written to."""
    free, place = min((_free(place), place) for place in (settings.state_dir, hub_cache()))
    said = f"{as_size(free)} free for {place}"
    if free < ROOM:
        return Check("disk", "warn", said, "make room; sentences are not kept and models not pulled without")
    return Check("disk", "ok", said)


def _free(place: Path) -> int:
    while not place.exists() and place != place.parent:
        place = place.parent
    return shutil.disk_usage(place).free


def _port(settings: Settings, address: str | None, running: Mapping[str, Any] | None) -> Check:
    """Free, or ours."""
    if address is not None:
        version = running["version"] if running else "another version"
        return Check("port", "ok", f"a gateway of version {version} answers at {address}")
    host = ANY_ADDRESS.get(settings.listen_host, settings.listen_host)
    where = f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}"
    if settings.port == 0:
        return Check("port", "ok", "a free one is taken at each start")
    try:
        for each in listen(settings.listen_host, settings.port):
            each.close()
    except OSError as error:
        said = f"{where} cannot be listened on ({error.strerror})"
        return Check("port", "fail", said, "stop the program that has it, or set another port or host")
    return Check("port", "ok", f"{where} is free; no gateway runs there")


def _network(settings: Settings, library: PersonaLibrary | None, running: Mapping[str, Any] | None) -> Check:
    """Who else than programs on this machine may use it."""
    host = str(running["host"]) if running else settings.listen_host
    if _is_here(host):
        paired = len(Credentials(settings.state_dir / ROBOTS_FILE).all)
        if running is not None and paired:
            said = f"only programs on this machine reach it: {counted(paired, 'paired robot')} cannot come in"
            return Check("network", "warn", said, "start it with --lan")
        return Check("network", "ok", "only programs on this machine reach it")
    heard = running["open_to_all"] if running else None
    if running is None and settings.open_lan and library:
        heard = OpenPersonas(settings.open_personas).of(library).personas
    said = f"besides programs on this machine it may be used by {who_may_ask(settings.state_dir, heard)}"
    return Check("network", "ok", said if heard is None else f"{said}. {whom_all_hear(heard)}")


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _mdns(settings: Settings, running: Mapping[str, Any] | None) -> Check:
    """Of the gateway that runs, else what one with these settings would do."""
    if running is not None:
        return _mdns_of(running)
    if not settings.announce:
        return Check("mDNS", "ok", "switched off; robots are given the address")
    try:
        host = socket.getaddrinfo(settings.listen_host, None)[0][4][0]
        places = where_to_announce(str(host), own_interfaces())
    except OSError as error:
        return Check("mDNS", "warn", f"nothing can be announced ({error})", "give robots the address")
    there = {place.interface: addresses for place, addresses in places.items() if not place.is_loopback}
    if not there:
        said = "no gateway runs; with these settings only this machine would reach and hear one"
        return Check("mDNS", "ok", said)
    said = "; ".join(f"{', '.join(addresses)} on {interface}" for interface, addresses in there.items())
    return Check("mDNS", "ok", f"no gateway runs; with these settings one would announce {said}")


def _mdns_of(running: Mapping[str, Any]) -> Check:
    state = str(running["mdns"])
    here = _is_here(running["host"])
    if state.startswith("announced"):
        heard = "only this machine hears it, as only this machine reaches it" if here else "to your network"
        return Check("mDNS", "ok", f"the gateway that runs is {state}, {heard}")
    if state.endswith(("switched off", "starting")):
        return Check("mDNS", "ok", f"the gateway that runs is {state}")
    return Check("mDNS", "warn", f"the gateway that runs is {state}", "give robots the address")


def _models(settings: Settings, library: PersonaLibrary | None) -> list[Check]:
    needed = models_of(library.personas.values()) if library else {}
    missing = not_installed()
    if missing and not needed:
        return [Check("mlx-audio", "ok", "not installed, and no persona needs it")]
    folders = [check for model, personas in needed.items() if (check := _folder(model, personas))]
    if missing:
        return [Check("mlx-audio", "fail", *_said_and_todo(missing)), *folders]
    version = importlib.metadata.version("mlx-audio")
    if version.startswith(f"{MLX_AUDIO}."):
        checks = [Check("mlx-audio", "ok", f"{version}, with mlx {importlib.metadata.version('mlx')}")]
    else:
        said = f"{version}, and this version of robotvoice was made for {MLX_AUDIO}"
        checks = [Check("mlx-audio", "warn", said, f"install mlx-audio {MLX_AUDIO}, should a voice fail")]
    pinned = revisions(settings.state_dir)
    for model, personas in needed.items():
        who = f"for {', '.join(personas)}"
        if why_no_model(model):
            continue
        folder = local_model(model, pinned.get(model))
        if folder and (folder / "config.json").is_file():
            checks.append(Check("model", "ok", f"{model} is here, {who}"))
        else:
            todo = f"robotvoice-gateway models pull {model}"
            said = f"{model} is {'not complete' if folder else 'not on this machine'}, {who}"
            checks.append(Check("model", "fail", said, todo))
    return [*checks, *folders]


def _folder(model: str, personas: list[str]) -> Check | None:
    """What is wrong with a model's folder; no pull would help there."""
    why = why_no_model(model)
    if why is None:
        return None
    said, todo = _said_and_todo(why)
    return Check("model", "fail", f"{said}, for {', '.join(personas)}", todo)


def _said_and_todo(message: str) -> tuple[str, str]:
    said, _, todo = message.partition("; ")
    return said, todo
