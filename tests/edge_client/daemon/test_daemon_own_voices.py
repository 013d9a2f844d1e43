"""A robot's other voices than eSpeak NG: a neural one, warm where a persona speaks with it, and commands."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from edge_client.daemon.robot_daemon import Daemon
from edge_client.personas.known_personas import FILE_NAME
from edge_client.settings.settings import Settings
from robotvoice.engines.command.command_settings import CommandVoice
from robotvoice.engines.hibari.hibari_engine import HibariEngine
from robotvoice.utterance import Priority
from tests.edge_client.link.link_rig import until
from tests.edge_client.rig import SOON
from tests.robotvoice.engines.hibari.real_hibari import NEEDS_HIBARI

ROOK = {"id": "rook", "name": "Rook", "language": "en", "revision": "1"}
NEURAL: dict[str, Any] = {"engine": "hibari", "semitones": 3.0, "speed": 1.1}
PLAIN = {"engine": "espeak", "voice": "en-gb"}


@asynccontextmanager
async def daemon_of(
    settings: Settings, language: str = "en", first: Mapping[str, Any] = NEURAL
) -> AsyncIterator[Daemon]:
    """One that learned of Rook, and of the voice he has `first`, from a gateway which is gone."""
    settings.state_dir.mkdir(exist_ok=True)
    rook = {**ROOK, "language": language, "local_voices": [first, PLAIN]}
    (settings.state_dir / FILE_NAME).write_text(json.dumps({"personas": [rook]}))
    daemon = Daemon(settings)
    running = asyncio.create_task(daemon.run())
    try:
        yield daemon
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def spoken(daemon: Daemon, text: str = "Hello there.") -> tuple[str, int | None]:
    line = await daemon.queue(text, "rook", Priority.DIALOGUE, None)
    async with asyncio.timeout(SOON):
        heard = await line.wait()
    return heard.origin.engine, heard.origin.settings.get("cents")


@NEEDS_HIBARI
async def test_it_is_warm_before_anybody_speaks_and_the_daemon_itself_stays_light(
    settings: Callable[..., Settings], nothing_left: None
) -> None:
    async with daemon_of(settings()) as daemon:
        await until(lambda: daemon.own.hibari.warm)
        assert await spoken(daemon) == ("hibari", 300)
        assert daemon.status()["local"].startswith("hibari 0.2.1 (English); eSpeak NG")
        assert not {"hibari", "onnxruntime"} & sys.modules.keys()


async def test_a_persona_of_another_language_and_a_robot_without_it_never_wait_for_it(
    settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    nothing_left: None,
) -> None:
    async with daemon_of(settings(), "de") as daemon:
        assert await spoken(daemon, "Guten Tag.") == ("espeak", None)
        assert not daemon.own.hibari.warm, "nobody speaks with it"
    monkeypatch.setattr(
        "edge_client.personas.own_engines.HibariEngine", lambda: HibariEngine(path=[str(tmp_path)])
    )
    async with daemon_of(settings()) as daemon:
        assert await spoken(daemon) == ("espeak", None)
        assert not daemon.own.hibari.warm and "hibari" not in daemon.status()["local"]


async def test_a_command_speaks_for_the_personas_that_name_it_if_this_robot_has_it(
    settings: Callable[..., Settings], nothing_left: None
) -> None:
    bell = {"engine": "command:bell", "voice": "bell"}
    ringing = {"bell": CommandVoice(("head", "-c", "48000", "/dev/zero"), 24_000)}
    async with daemon_of(settings(voices=ringing), first=bell) as daemon:
        assert await spoken(daemon) == ("command:bell", None)
    async with daemon_of(settings(), first=bell) as daemon:
        assert await spoken(daemon) == ("espeak", None)
