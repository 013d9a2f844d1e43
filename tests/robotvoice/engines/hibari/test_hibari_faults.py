"""When its child dies, hangs or babbles, the sentence is told as failed and the next voice speaks it."""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import psutil
import pytest

from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Outcome, Sentence
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.engines.espeak.real_espeak import children, eventually, hear, is_running
from tests.robotvoice.engines.hibari.real_hibari import NEEDS_HIBARI, hibari, its_child

pytestmark = [pytest.mark.slow, NEEDS_HIBARI]

ROOT = Path(__file__).parents[4]
PLAIN, ESPEAK = VoiceSpec("hibari"), VoiceSpec("espeak")
HELLO = "Hello, I am a robot."
STORY = "and then it went on, " * 80
"""Half a second of work"""


def stop_and_kill(child: psutil.Process) -> None:
    child.suspend()
    child.kill()


async def test_a_child_killed_while_idle_is_not_missed(nothing_left: None) -> None:
    async with hibari() as engine:
        await engine.warm_up()
        before = its_child()
        before.kill()
        await eventually(lambda: not engine.warm)
        assert (await hear(engine, HELLO, PLAIN)).seconds > 0.7
        assert its_child() != before


@pytest.mark.parametrize("harm", [stop_and_kill, psutil.Process.suspend], ids=["killed", "stopped for ever"])
async def test_a_child_harmed_in_a_sentence_gives_way_to_the_next_voice(
    harm: Callable[[psutil.Process], None], nothing_left: None
) -> None:
    espeak = EspeakEngine.installed(on_demand=True)
    await espeak.start()
    async with hibari() as engine:
        engine.first_audio_cap = 1.0
        await engine.warm_up()
        known = children()
        child = next(each for each in known if "hibari_child.py" in " ".join(each.cmdline()))
        guarded = GuardedEngine(engine, CircuitBreaker("hibari"))
        chain = FallbackChain([ChainEntry(guarded, PLAIN), ChainEntry(GuardedEngine(espeak), ESPEAK)])
        child.suspend()
        events = []
        async with aclosing(chain.speak(utterance(HELLO, "And so on."))) as speaking:
            harm(child)
            async for event in speaking:
                events.append(event)
        last = events[-1]
        assert isinstance(last, Ended) and last.outcome is Outcome.COMPLETE
        assert last.spoken[0].engine == "espeak"
        await eventually(lambda: not is_running(child))
        await espeak.close()


async def test_a_listener_that_leaves_ends_the_work_at_once(nothing_left: None) -> None:
    async with hibari() as engine:
        speaking = engine.speak(Sentence(0, f"Hello. {STORY}"), PLAIN)
        await anext(speaking)
        child = its_child()
        await speaking.aclose()
        assert not is_running(child)


BABBLE = {
    "text": "print('Loading weights... done, what shall I say?', flush=True); input()",
    "a frame without end": (
        "import sys, time; sys.stdout.buffer.write(b'A' + b'\\xff' * 4); sys.stdout.flush(); time.sleep(60)"
    ),
    "noise": "import os\nwhile True: os.write(1, os.urandom(65536))",
    "nothing": "pass",
    "an end": "raise SystemExit(3)",
    "sound before it is ready": "import sys; sys.stdout.buffer.write(b'A\\x00\\x00\\x00\\x02ab')",
}


@pytest.mark.parametrize("program", BABBLE.values(), ids=BABBLE)
async def test_a_program_that_is_not_it_fails_the_sentence(program: str, nothing_left: None) -> None:
    async with hibari(program) as engine:
        with pytest.raises(EngineFailure) as failed:
            await hear(engine, HELLO, PLAIN)
        assert failed.value.reason in {"protocol", "died"}
        assert not children()


PARENT = """
import asyncio, sys
from robotvoice.engines.hibari.hibari_engine import HibariEngine
from tests.robotvoice.engines.espeak.real_espeak import children

async def main():
    engine = HibariEngine()
    await engine.warm_up()
    print(*(child.pid for child in children()), flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


@pytest.fixture
def parent() -> Iterator[subprocess.Popen[str]]:
    """A program with a child, about to be killed."""
    pipe, command = subprocess.PIPE, [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:
        yield process
        process.kill()


async def test_a_killed_parent_takes_its_child_with_it_even_a_stopped_one(
    parent: subprocess.Popen[str],
) -> None:
    assert parent.stdout
    (child,) = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    if sys.platform == "linux":
        child.suspend()
    parent.kill()
    await eventually(lambda: not is_running(child))


async def test_many_at_once_are_all_spoken_by_a_bounded_number_of_children(nothing_left: None) -> None:
    async with hibari() as engine:
        heard = await asyncio.gather(*(hear(engine, HELLO, PLAIN) for _ in range(8)))
        assert all(sound.seconds > 0.7 for sound in heard)
        assert len(children()) == 1, "the other is ended when it is not needed any more: it holds 200 MB"
