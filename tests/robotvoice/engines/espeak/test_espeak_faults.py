"""When eSpeak NG dies or hangs, the sentence is told as failed, and a chain speaks it with a new child."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import psutil
import pytest

from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome, Sentence, Utterance
from tests.robotvoice.chain.chain import utterance
from tests.robotvoice.engines.espeak.real_espeak import (
    HELLO,
    SLOW,
    SOON,
    STORY,
    TRIES,
    children,
    eventually,
    hear,
    is_running,
    rest_of,
)

pytestmark = pytest.mark.slow


def chain_of(engine: EspeakEngine) -> FallbackChain:
    """One entry, as a robot has it that is on its own."""
    return FallbackChain([ChainEntry(GuardedEngine(engine, CircuitBreaker("espeak")), SLOW)])


async def events_of(
    chain: FallbackChain, spoken: Utterance, on_first_chunk: Callable[[], None] = lambda: None
) -> list[ChainEvent]:
    events: list[ChainEvent] = []
    async with aclosing(chain.speak(spoken)) as speaking, asyncio.timeout(SOON):
        async for event in speaking:
            events.append(event)
            if isinstance(event, AudioChunk) and len(events) == 2:
                on_first_chunk()
    return events


def ended(events: list[ChainEvent]) -> Ended:
    assert isinstance(events[-1], Ended)
    return events[-1]


def stop_and_kill() -> None:
    (child,) = children()
    # Stopped first, it cannot finish before it is dead.
    child.suspend()
    child.kill()


def stop() -> None:
    (child,) = children()
    child.suspend()


async def test_a_child_killed_in_a_sentence_fails_the_sentence(engine: EspeakEngine) -> None:
    for _ in range(TRIES):
        async with aclosing(engine.speak(Sentence(0, STORY), SLOW)) as speaking:
            await anext(speaking)
            stop_and_kill()
            try:
                await rest_of(speaking)
            except EngineFailure as failure:
                assert failure.reason == "died"
                break
    else:
        pytest.fail("no sentence was still being made after its first chunk")
    assert (await hear(engine)).seconds > 0.7


async def test_a_child_killed_before_the_first_chunk_fails_the_sentence(library_engine: EspeakEngine) -> None:
    (child,) = children()
    child.suspend()
    hearing = asyncio.create_task(hear(library_engine))
    await asyncio.sleep(0.05)
    assert not hearing.done()
    child.kill()
    with pytest.raises(EngineFailure) as failed:
        await hearing
    assert failed.value.reason == "died"
    assert (await hear(library_engine)).seconds > 0.7


async def test_a_child_killed_while_idle_is_not_missed(library_engine: EspeakEngine) -> None:
    (child,) = children()
    child.kill()
    events = await events_of(chain_of(library_engine), utterance(HELLO))
    assert ended(events).outcome is Outcome.COMPLETE
    assert not any(isinstance(event, TakenOver) for event in events)
    (row,) = ended(events).spoken
    assert not row.repeated


async def test_a_child_that_was_seen_to_die_is_replaced_without_a_failure(
    library_engine: EspeakEngine,
) -> None:
    (child,) = children()
    child.kill()
    await eventually(lambda: not psutil.pid_exists(child.pid))
    await asyncio.sleep(0.05)
    assert (await hear(library_engine)).seconds > 0.7


@pytest.mark.parametrize(
    ("harm", "reason"), [(stop_and_kill, "died"), (stop, "stalled")], ids=["killed", "stopped for ever"]
)
async def test_a_sentence_that_broke_is_repeated_by_a_new_child(
    engine: EspeakEngine, harm: Callable[[], None], reason: str
) -> None:
    harmed: list[psutil.Process] = []

    def on_first_chunk() -> None:
        harmed[:] = children()
        harm()

    for _ in range(TRIES):
        events = await events_of(chain_of(engine), utterance(STORY, HELLO), on_first_chunk)
        assert ended(events).outcome is Outcome.COMPLETE
        assert ended(events).reason is None
        if any(isinstance(event, TakenOver) for event in events):
            break
        # It was made already; a child that was stopped for ever is not to be met again.
        for child in harmed:
            child.kill()
    else:
        pytest.fail("no sentence was still being made after its first chunk")
    await eventually(lambda: not any(map(is_running, harmed)))
    told = [event for event in events if not isinstance(event, AudioChunk)]
    first, takeover, again, after = told[:-1]
    assert isinstance(takeover, TakenOver)
    assert (takeover.from_engine, takeover.to_engine, takeover.reason.code) == ("espeak", "espeak", reason)
    assert isinstance(after, SentenceStarted)
    assert (first, after.sentence) == (again, 1)
    repeated, normal = ended(events).spoken
    assert (repeated.sentence, repeated.repeated, repeated.substitute) == (0, True, None)
    assert (normal.sentence, normal.repeated) == (1, False)


async def test_a_child_that_is_stopped_for_ever_costs_one_wait_and_is_ended(
    library_engine: EspeakEngine,
) -> None:
    (child,) = children()
    child.suspend()
    events = await events_of(chain_of(library_engine), utterance(HELLO))
    assert ended(events).outcome is Outcome.COMPLETE
    assert not ended(events).spoken[0].repeated
    await eventually(lambda: not is_running(child))
