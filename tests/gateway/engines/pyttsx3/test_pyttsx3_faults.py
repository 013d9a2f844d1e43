"""When pyttsx3 or its machine fails, the sentence is told as failed, and the next one is spoken."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.pyttsx3.pyttsx3_process import PROGRAM, Pyttsx3Processes
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome
from tests.gateway.engines.pyttsx3.conftest import StartPyttsx3
from tests.gateway.engines.pyttsx3.real_pyttsx3 import HELLO, PLAIN, SOON, called, fakes, hear, real
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.engines.espeak.real_espeak import children, eventually, is_running

pytestmark = pytest.mark.slow


SLOWLY = "import os, sys, time; time.sleep(0.5); os.execv(sys.executable, sys.argv[1:])"


@pytest.fixture
async def engine(start_pyttsx3: StartPyttsx3, sound_folder: Path) -> Pyttsx3Engine:
    """Started; its children give time to harm them."""
    return await start_pyttsx3(real(sound_folder, (sys.executable, "-c", SLOWLY, *PROGRAM)))


async def harm_next_child(harm: Callable[[psutil.Process], None]) -> psutil.Process:
    await eventually(children)
    (child,) = children()
    child.suspend()
    harm(child)
    return child


def kill(child: psutil.Process) -> None:
    child.kill()


def stop_for_ever(child: psutil.Process) -> None:
    """It is stopped already."""


@pytest.mark.parametrize(("harm", "reason"), [(kill, "died"), (stop_for_ever, "stalled")])
async def test_a_child_that_is_killed_or_stopped_fails_the_sentence_and_no_other(
    engine: Pyttsx3Engine, harm: Callable[[psutil.Process], None], reason: str
) -> None:
    hearing = asyncio.create_task(hear(engine))
    child = await harm_next_child(harm)
    with pytest.raises(EngineFailure) as failed:
        await hearing
    assert failed.value.reason == reason
    assert not is_running(child)
    assert (await hear(engine)).seconds > 0.8


async def test_a_chain_speaks_the_sentence_of_a_killed_child_with_another_one(engine: Pyttsx3Engine) -> None:
    chain = FallbackChain([ChainEntry(GuardedEngine(engine, CircuitBreaker("pyttsx3")), PLAIN)])
    harming = asyncio.create_task(harm_next_child(kill))
    async with aclosing(chain.speak(utterance(HELLO))) as speaking, asyncio.timeout(SOON):
        events = [event async for event in speaking]
    await harming
    assert isinstance(events[-1], Ended)
    assert events[-1].outcome is Outcome.COMPLETE
    assert sum(event.samples for event in events if isinstance(event, AudioChunk)) > 10_000


LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
os.execv(sys.executable, sys.argv[1:])
"""


@pytest.mark.skipif(
    sys.platform == "darwin", reason="macOS writes in a process of its own, without this limit"
)
async def test_a_disk_that_takes_no_more_fails_the_sentence_at_once(
    start_pyttsx3: StartPyttsx3, sound_folder: Path
) -> None:
    engine = await start_pyttsx3(real(sound_folder, (sys.executable, "-c", LIMITED, *PROGRAM)))
    assert engine.readiness(PLAIN)
    with pytest.raises(EngineFailure, match="File too large") as failed:
        await hear(engine)
    assert failed.value.reason == "failed"


async def test_no_place_for_files_fails_the_sentence(start_pyttsx3: StartPyttsx3, tmp_path: Path) -> None:
    engine = await start_pyttsx3(real(tmp_path / "missing"))
    with pytest.raises(EngineFailure) as failed:
        await hear(engine)
    assert failed.value.reason == "disk"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "died"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "died"),
        ("print('Audio saved', flush=True); input()", "protocol"),
        (r"import os; os.write(1, b'\0\0\0\2hi'); input()", "protocol"),
        (r"import os; os.write(1, b'\0\0\0\2{}'); input()", "protocol"),
        (r"import os; os.write(1, b'\0\0\0\3[1]'); input()", "protocol"),
        ("import sys; sys.stdin.readline(); sys.stdin.readline()", "stalled"),
    ],
)
async def test_a_child_that_talks_nonsense_leaves_the_engine_not_ready(
    start_pyttsx3: StartPyttsx3, monkeypatch: pytest.MonkeyPatch, code: str, reason: str
) -> None:
    if reason == "stalled":
        monkeypatch.setattr("gateway.engines.pyttsx3.pyttsx3_process.VOICES_WITHIN", 0.3)
    engine = await start_pyttsx3(Pyttsx3Processes(program=(sys.executable, "-c", code)))
    told = engine.readiness(PLAIN)
    assert told.reason is not None
    assert told.reason.code == reason
    assert told.retry_after == 60
    with pytest.raises(EngineFailure) as failed:
        await engine.probe()
    assert failed.value.reason == reason


async def test_what_cannot_be_started_is_told(start_pyttsx3: StartPyttsx3) -> None:
    engine = await start_pyttsx3(Pyttsx3Processes(program=("no-such-program-anywhere",)))
    told = engine.readiness(PLAIN).reason
    assert told is not None
    assert told.code == "died"


async def test_one_that_did_not_start_is_ready_when_it_does_later(
    start_pyttsx3: StartPyttsx3, tmp_path: Path
) -> None:
    program = tmp_path / "child"
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await go_on.wait()

    engine = await start_pyttsx3(real(tmp_path, (sys.executable, str(program))), sleep=sleep)
    await waiting.wait()
    assert not engine.readiness(PLAIN)
    program.write_text(f"import os, sys\nos.execv(sys.executable, {list(PROGRAM)!r})\n")
    go_on.set()
    await eventually(lambda: engine.readiness(PLAIN))
    assert (await hear(engine)).seconds > 0.8


async def test_more_than_there_are_places_for_are_told_after_a_short_wait(
    start_pyttsx3: StartPyttsx3, sound_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.engines.pyttsx3.pyttsx3_process.PLACE_WITHIN", 0.3)
    for seconds in ("SENTENCE_WITHIN", "LONGEST_WITHIN"):
        monkeypatch.setattr(f"gateway.engines.pyttsx3.pyttsx3_process.{seconds}", 30.0)
    engine = await start_pyttsx3(fakes("like_macos", sound_folder))
    tasks = [asyncio.create_task(hear(engine, voice=called("Endless"))) for _ in range(30)]
    await eventually(lambda: sum(task.done() for task in tasks) == 26)
    assert {getattr(task.exception(), "reason", None) for task in tasks if task.done()} == {"busy"}
    assert len(children()) == 4
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert children() == []
    assert (await hear(engine)).peak == 10_000
