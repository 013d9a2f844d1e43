"""However a sentence, the engine or the whole program ends: no child, no task and no file of it stays."""

import asyncio
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.pyttsx3.pyttsx3_process import Pyttsx3Processes
from robotvoice.errors import EngineUnavailable, RobotVoiceError
from tests.gateway.engines.pyttsx3.conftest import StartPyttsx3
from tests.gateway.engines.pyttsx3.real_pyttsx3 import called, fakes, hear, real
from tests.robotvoice.engines.espeak.real_espeak import children, eventually, is_running

ROOT = Path(__file__).parents[4]


@pytest.fixture
async def engine(start_pyttsx3: StartPyttsx3, sound_folder: Path) -> Pyttsx3Engine:
    """With voices that never end."""
    return await start_pyttsx3(fakes("like_macos", sound_folder))


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 5, 8, 13, 21])
async def test_a_sentence_can_be_cancelled_at_any_step(engine: Pyttsx3Engine, turns: int) -> None:
    hearing = asyncio.create_task(hear(engine))
    for _ in range(turns):
        await asyncio.sleep(0)
    hearing.cancel()
    await asyncio.wait({hearing})
    assert hearing.cancelled()
    assert children() == []


async def test_a_sentence_that_is_being_spoken_ends_with_who_wants_it(
    engine: Pyttsx3Engine, sound_folder: Path
) -> None:
    hearing = asyncio.create_task(hear(engine, voice=called("Endless")))
    await eventually(lambda: list(sound_folder.glob("*/sentence.aiff")))
    hearing.cancel()
    await asyncio.wait({hearing})
    assert children() == []


async def test_closing_ends_sentences_that_are_spoken(engine: Pyttsx3Engine, sound_folder: Path) -> None:
    hearing = asyncio.create_task(hear(engine, voice=called("Endless")))
    await eventually(lambda: list(sound_folder.glob("*/sentence.aiff")))
    await engine.close()
    with pytest.raises(RobotVoiceError):
        await hearing
    assert children() == []
    with pytest.raises(EngineUnavailable) as refused:
        await hear(engine)
    assert refused.value.reason == "closed"


async def test_an_engine_closed_before_its_start_starts_nothing(nothing_left: None) -> None:
    engine = Pyttsx3Engine(Pyttsx3Processes())
    await engine.close()
    await engine.start()
    assert children() == []


async def test_many_at_once_share_a_bounded_number_of_children(
    start_pyttsx3: StartPyttsx3, sound_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.engines.pyttsx3.pyttsx3_process.PLACE_WITHIN", 30.0)
    engine = await start_pyttsx3(real(sound_folder))
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(children()))
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    heard = await asyncio.gather(*(hear(engine) for _ in range(12)))
    watching.cancel()
    await asyncio.wait({watching})
    assert all(sound.seconds > 0.8 for sound in heard)
    assert 1 < most <= 4


PARENT = """
import asyncio, sys
from pathlib import Path
from tests.robotvoice.engines.espeak.real_espeak import children
from tests.gateway.engines.pyttsx3.real_pyttsx3 import called, fakes, hear
from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine

async def main() -> None:
    folder = Path(sys.argv[1])
    engine = Pyttsx3Engine(fakes("like_macos", folder))
    await engine.start()
    hearing = asyncio.create_task(hear(engine, voice=called("Endless")))
    while not list(folder.glob("*/sentence.aiff")):
        await asyncio.sleep(0.01)
    print(*(child.pid for child in children()), flush=True)
    # Blocks the loop: from now on nobody looks after the child.
    sys.stdin.read()

asyncio.run(main())
"""


def test_a_killed_parent_takes_its_child_and_its_files_with_it(sound_folder: Path) -> None:
    fakes("like_macos", sound_folder)
    command, pipe = [sys.executable, "-c", PARENT, str(sound_folder)], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        (child,) = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
        parent.kill()
    asyncio.run(eventually(lambda: not is_running(child)))
