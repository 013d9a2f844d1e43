"""However a sentence, the engine or the whole program ends, no process and no task stays behind."""

import asyncio
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.base import READY
from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.espeak.espeak_library import BUSY_CHILDREN, IDLE_CHILDREN
from robotvoice.engines.espeak.espeak_voices import Catalogue
from robotvoice.errors import EngineFailure, EngineUnavailable, RobotVoiceError
from robotvoice.utterance import Outcome, Sentence
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.conftest import MakeEngine
from tests.robotvoice.engines.espeak.real_espeak import (
    BACKENDS,
    HELLO,
    LIBRARIES,
    PLAIN,
    SLOW,
    STORY,
    TRIES,
    children,
    eventually,
    hear,
    is_running,
    make_backend,
)

pytestmark = pytest.mark.slow


ROOT = Path(__file__).parents[4]


async def test_a_listener_that_leaves_ends_the_work_at_once(engine: EspeakEngine) -> None:
    for _ in range(TRIES):
        speaking = engine.speak(Sentence(0, STORY), SLOW)
        await anext(speaking)
        (child,) = children()
        child.suspend()
        await speaking.aclose()
        if not is_running(child):
            break
        # It had finished already.
        child.kill()
    else:
        pytest.fail("no child was ended")
    assert children() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_an_unheard_sentence_starts_nothing(engine: EspeakEngine) -> None:
    before = children()
    speaking = engine.speak(Sentence(0, HELLO), PLAIN)
    await speaking.aclose()
    assert children() == before


async def test_cancelled_at_any_moment_nothing_is_left_behind(engine: EspeakEngine) -> None:
    pick = random.Random(3)
    for _ in range(25):
        tasks = [asyncio.create_task(hear(engine, STORY, SLOW)) for _ in range(pick.choice((1, 1, 2, 5)))]
        for _ in range(pick.randrange(12)):
            await asyncio.sleep(0)
        await asyncio.sleep(pick.choice((0, 0, 0.001, 0.01, 0.06)))
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() or not task.exception() for task in tasks)
        assert len(children()) <= IDLE_CHILDREN
    assert (await hear(engine)).seconds > 0.7
    await engine.close()
    assert children() == []
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_start_cancelled_at_any_moment_leaves_nothing_and_may_come_again(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    pick = random.Random(5)
    engine = make_engine(backend, on_demand=True)
    for _ in range(15):
        starting = asyncio.create_task(engine.start())
        await asyncio.sleep(pick.choice((0, 0.001, 0.002, 0.003)))
        starting.cancel()
        await asyncio.wait({starting})
        assert len(children()) <= 1
        assert engine.readiness(PLAIN) == READY
    assert (await hear(engine)).seconds > 0.7


class SlowOnce:
    """An eSpeak NG whose first start takes for ever, as on a robot that is busy."""

    def __init__(self, backend: EspeakBackend) -> None:
        self._backend = backend
        self._starts = 0
        self.description, self.speak, self.close = backend.description, backend.speak, backend.close

    async def start(self) -> Catalogue:
        self._starts += 1
        if self._starts == 1:
            await asyncio.Event().wait()
        return await self._backend.start()


async def test_a_first_sentence_whose_espeak_started_too_slowly_is_spoken_by_the_second_try(
    library_backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(SlowOnce(library_backend), on_demand=True)
    engine.first_audio_cap = 1.0
    chain = FallbackChain([ChainEntry(GuardedEngine(engine, CircuitBreaker("espeak")), PLAIN)])
    *_, last = [event async for event in chain.speak(utterance(HELLO))]
    assert isinstance(last, Ended)
    assert last.outcome is Outcome.COMPLETE


async def test_closing_ends_what_still_speaks(engine: EspeakEngine) -> None:
    chain = FallbackChain([ChainEntry(GuardedEngine(engine, CircuitBreaker("espeak")), SLOW)])

    async def end_of(texts: tuple[str, ...]) -> Ended:
        *_, last = [event async for event in chain.speak(utterance(*texts))]
        assert isinstance(last, Ended)
        return last

    stories = [asyncio.create_task(end_of((STORY, HELLO) * 3)) for _ in range(3)]
    await eventually(lambda: len(children()) >= 2)
    await engine.close()
    for ended in await asyncio.gather(*stories):
        assert ended.outcome is Outcome.INCOMPLETE
        assert ended.reason is not None
        assert ended.reason.code == "closed"
    assert children() == []


@pytest.mark.parametrize("turns", range(0, 12, 2))
async def test_closing_while_a_child_starts_ends_that_too(
    backend: EspeakBackend, make_engine: MakeEngine, turns: int
) -> None:
    engine = make_engine(backend)
    await engine.start()
    for child in children():
        child.kill()
    hearing = asyncio.create_task(hear(engine))
    for _ in range(turns):
        await asyncio.sleep(0)
    await engine.close()
    with pytest.raises(RobotVoiceError):
        await hearing
    assert children() == []


async def test_a_closed_engine_starts_nothing_any_more(engine: EspeakEngine) -> None:
    await engine.close()
    await engine.close()
    with pytest.raises(EngineUnavailable, match="was ended"):
        await hear(engine)
    assert children() == []


async def test_an_engine_closed_before_its_start_starts_nothing(
    backend: EspeakBackend, make_engine: MakeEngine
) -> None:
    engine = make_engine(backend)
    await engine.close()
    await engine.start()
    assert not engine.readiness(PLAIN)
    assert children() == []


@pytest.mark.parametrize("which", LIBRARIES)
async def test_a_sentence_that_never_ends_is_cut_off(
    which: str, make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was made until then is heard; the child goes, though nobody listens."""
    monkeypatch.setattr("robotvoice.engines.espeak.espeak_library.READ_AHEAD", 50)
    engine = make_engine(make_backend(which))
    await engine.start()
    speaking = engine.speak(Sentence(0, STORY), SLOW)
    heard = [await anext(speaking)]
    await eventually(lambda: children() == [])
    with pytest.raises(EngineFailure, match="far more audio") as failed:
        while True:
            heard.append(await anext(speaking))
    assert failed.value.reason == "runaway"
    assert len(heard) >= 49


async def test_a_child_leaves_ctrl_c_to_its_parent(library_engine: EspeakEngine) -> None:
    (child,) = children()
    child.send_signal(signal.SIGINT)
    await hear(library_engine)
    assert children() == [child]


PARENT = """
import asyncio, sys
from tests.robotvoice.engines.espeak.real_espeak import SLOW, STORY, children, hear, make_backend
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.utterance import Sentence

async def main() -> None:
    engine = EspeakEngine([make_backend(sys.argv[1])])
    await engine.start()
    speaking = engine.speak(Sentence(0, STORY), SLOW)
    if sys.argv[2] == "speaking":
        await anext(speaking)
    print(*(child.pid for child in children()), flush=True)
    # Blocks the loop: from now on nobody reads what the child says.
    sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
def parent(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A program with a child, about to be killed."""
    which, doing = request.param
    make_backend(which)
    command = [sys.executable, "-c", PARENT, which, doing]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(
    "parent",
    [*((which, "speaking") for which in BACKENDS), ("bundled library", "idle")],
    indirect=True,
    ids=lambda param: ", ".join(param),
)
async def test_a_killed_parent_takes_its_children_with_it(parent: subprocess.Popen[str]) -> None:
    assert parent.stdout is not None
    pids = await asyncio.to_thread(parent.stdout.readline)
    started = [psutil.Process(int(pid)) for pid in pids.split()]
    assert started
    parent.kill()
    await eventually(lambda: not any(map(is_running, started)))


async def test_many_at_once_share_a_bounded_number_of_children(library_engine: EspeakEngine) -> None:
    """All sixty are spoken; those beyond the bound wait a moment in place of starting one more."""
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(children()))
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    spoken = await asyncio.gather(*(hear(library_engine) for _ in range(60)))
    watching.cancel()
    await asyncio.wait({watching})
    assert len(spoken) == 60
    assert all(sound.seconds > 0.7 for sound in spoken)
    assert 1 < most <= BUSY_CHILDREN
    assert len(children()) <= IDLE_CHILDREN


async def test_a_probe_leaves_the_warm_child_as_it_is(library_engine: EspeakEngine) -> None:
    before = children()
    await library_engine.probe()
    assert children() == before
