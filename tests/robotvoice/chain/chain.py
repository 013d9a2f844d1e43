"""A fallback chain of scripted engines, each behind a real breaker, and what it tells of an utterance."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from robotvoice.chain.breaker import BreakerSettings, CircuitBreaker
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome, Reason, Sentence, Utterance
from tests.fakes.scripted_engine import ScriptedEngine

GONE = Reason("gone", "it is gone")
STALL = 0.05
"""Seconds; scripted engines speak at once or not at all"""


class Clock:
    """Stands still unless told otherwise."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def guard(engine: ScriptedEngine, clock: Clock | None = None) -> GuardedEngine:
    """Its breaker opens on the third failure in a row and waits for 2 s."""
    settings = BreakerSettings(jitter=0)
    return GuardedEngine(engine, CircuitBreaker(engine.name, settings, clock=clock or Clock()))


def breaker_of(guarded: GuardedEngine) -> CircuitBreaker:
    assert guarded.breaker is not None
    return guarded.breaker


def opened(guarded: GuardedEngine) -> GuardedEngine:
    """After failures enough."""
    while permit := breaker_of(guarded).acquire():
        permit.fail(GONE)
    return guarded


def chain_of(*engines: ScriptedEngine | GuardedEngine, stall: float = STALL) -> FallbackChain:
    """An entry for each engine, whose voice is called as the engine with `-voice` behind."""
    guarded = [engine if isinstance(engine, GuardedEngine) else guard(engine) for engine in engines]
    return FallbackChain(
        [ChainEntry(each, VoiceSpec(each.engine.name, f"{each.engine.name}-voice")) for each in guarded],
        stall=stall,
    )


def utterance(*texts: str) -> Utterance:
    """A text that was split already."""
    sentences = tuple(Sentence(index, text) for index, text in enumerate(texts))
    return Utterance("utterance-1", "vixen", "en", sentences)


@dataclass(frozen=True, slots=True)
class Told:
    """All that a chain told of one utterance."""

    events: Sequence[ChainEvent]

    @property
    def story(self) -> list[str]:
        """Each event in a word: `0:clone` starts a sentence, `10` are samples, `0:clone>espeak died`."""
        return [_word(event) for event in self.events]

    @property
    def ended(self) -> Ended:
        assert isinstance(self.events[-1], Ended)
        return self.events[-1]

    @property
    def starts(self) -> list[SentenceStarted]:
        return [event for event in self.events if isinstance(event, SentenceStarted)]


def _word(event: ChainEvent) -> str:
    if isinstance(event, SentenceStarted):
        return f"{event.sentence}:{event.origin.engine}"
    if isinstance(event, TakenOver):
        return f"{event.sentence}:{event.from_engine}>{event.to_engine} {event.reason.code}"
    if isinstance(event, AudioChunk):
        return str(event.samples)
    return event.outcome.value


async def tell(
    chain: FallbackChain,
    spoken: Utterance,
    *,
    start_at: int = 0,
    why: Reason | None = None,
    repeat_heard: bool = True,
) -> Told:
    """Speaks to the end."""
    speaking = chain.speak(spoken, start_at=start_at, why=why, repeat_heard=repeat_heard)
    async with aclosing(speaking) as events:
        return Told([event async for event in events])


def is_complete(told: Told) -> bool:
    return told.ended.outcome is Outcome.COMPLETE and told.ended.reason is None
