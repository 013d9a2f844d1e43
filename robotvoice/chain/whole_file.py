"""A whole answer in one file: never half in one voice and half in another."""

import asyncio
import math
import time
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, replace

from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import Ended, SentenceStarted, TakenOver
from robotvoice.chain.fallback import NOTHING_LEGIBLE, FallbackChain
from robotvoice.errors import EmptyText, EngineFailure
from robotvoice.languages import CANNOT_READ
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Outcome, Reason, Spoken, Utterance

MAX_STARTS = 4
"""How often a file may be begun, each time with another entry, before it is given up."""


@dataclass(frozen=True, slots=True)
class WholeFile:
    """All chunks of an utterance, spoken by one entry of the chain."""

    chunks: tuple[AudioChunk, ...]
    origin: Origin
    substitute: Reason | None
    spoken: tuple[Spoken, ...]
    entry: int
    """Its place in the chain; 0 is the persona's own voice"""
    first_audio: float
    """What the clock said when the first chunk of it came"""
    recalled: bool = False
    """Whether all of it was played by an entry that recalls"""


@dataclass(frozen=True, slots=True)
class _StartAgain:
    entry: int
    why: Reason | None


async def speak_whole(
    chain: FallbackChain,
    utterance: Utterance,
    clock: Callable[[], float] = time.monotonic,
    *,
    within: float = math.inf,
    taken_over: Callable[[TakenOver], None] | None = None,
) -> WholeFile:
    """Starts again from the first sentence when another entry takes over. Raises EngineFailure and EmptyText.

    What cannot be whole in `within` seconds goes to an entry that is faster, if there is one. `taken_over` is
    told when another entry goes on, or begins again.
    """
    entry: int | None = None
    why: Reason | None = None
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    for _ in range(MAX_STARTS):
        budget = Budget(whole=end - loop.time())
        result = await _try_whole(chain, utterance, entry, why, clock, budget, taken_over)
        if isinstance(result, WholeFile):
            return result
        entry, why = result.entry, result.why
    raise EngineFailure("unsteady", "the voices failed in turn, so no file in one voice could be made")


async def _try_whole(
    chain: FallbackChain,
    utterance: Utterance,
    entry: int | None,
    why: Reason | None,
    clock: Callable[[], float],
    budget: Budget,
    taken_over: Callable[[TakenOver], None] | None,
) -> WholeFile | _StartAgain:
    finished: list[AudioChunk] = []
    sentence: list[AudioChunk] = []
    first: SentenceStarted | None = None
    recalled: dict[int, bool] = {}
    current, first_audio = -1, 0.0
    # A sentence that is begun again replaces what was made of it.
    speaking = chain.speak(
        utterance, start_at=entry, why=why, budget=budget, take_back=lambda _: True, one_voice=True
    )
    async with aclosing(speaking) as events:
        async for event in events:
            if isinstance(event, SentenceStarted):
                if event.sentence != current:
                    finished += sentence
                if first and event.entry != first.entry and finished:
                    return _StartAgain(event.entry, event.substitute)
                # A repeated sentence: what was made of it before is dropped.
                sentence, current = [], event.sentence
                recalled[current] = event.recalled
                if not finished:
                    first, first_audio = event, clock()
            elif isinstance(event, AudioChunk):
                sentence.append(event)
            elif isinstance(event, TakenOver) and taken_over:
                taken_over(event)
            elif isinstance(event, Ended):
                if event.outcome is not Outcome.COMPLETE or first is None:
                    reason = event.reason or Reason("no_audio", "nothing was spoken")
                    if reason.code == CANNOT_READ and not event.spoken:
                        raise EmptyText(NOTHING_LEGIBLE.format(reason.text))
                    raise EngineFailure(reason.code, reason.text)
                return WholeFile(
                    chunks=(*finished, *sentence),
                    origin=first.origin,
                    substitute=first.substitute,
                    # What broke is not in the file: nobody hears it twice.
                    spoken=tuple(replace(row, repeated=False) for row in event.spoken),
                    entry=first.entry,
                    first_audio=first_audio,
                    recalled=all(recalled.values()),
                )
    raise AssertionError("a chain ends with Ended")
