"""The fallback chain: an utterance is spoken sentence by sentence, each by the first entry that can.

An entry is skipped, uncounted, when its engine is not ready, its breaker is open or it would begin too late.
One that fails hands the sentence to the next, which repeats it from its start and keeps the rest of the
utterance. When all have been tried, the last ready one gets another go, open or not: silence is the worst.

An entry that recalls is one voice with the entry after it: which of the two speaks is no change of voice, and
what it does not hold is nobody's failure.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from speech.attempt import STALL, attempt
from speech.audio import AudioChunk
from speech.budget import UNBOUNDED, Budget, Due
from speech.candidates import Candidates
from speech.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from speech.engines.base import Readiness
from speech.errors import ContentFailure, EngineFailure, EngineUnavailable, MachineFull
from speech.fade import faded
from speech.guarded import ChainEntry
from speech.speed import warn_unless_followed
from speech.utterance import Outcome, Reason, Sentence, Spoken, Utterance

log = logging.getLogger(__name__)

TakeBack = Callable[[int], bool]
"""Drops all that was given of the sentence with this index; False if some of it was passed on already"""


@dataclass(slots=True)
class _Run:
    """Where one utterance stands: the entry to begin with, the entry heard last, and what went wrong."""

    position: int
    why: Reason | None
    """Why the persona's own voice does not speak"""
    speaker: int | None = None
    stopped: Reason | None = None
    """Why the speaker did not go on"""
    failure: Reason | None = None
    plays_until: float = 0.0
    """When a listener who plays all of it at once will have heard it, in the clock of the loop"""

    def spoke(self, voice: int) -> None:
        if voice == 0:
            self.why = None

    def failed(self, voice: int, reason: Reason) -> None:
        self.failure = reason
        self.why = self.why or reason
        if voice == self.speaker:
            self.stopped = reason

    def sounded(self, chunk: AudioChunk, now: float) -> None:
        self.plays_until = max(self.plays_until, now) + chunk.format.seconds(chunk.samples)


class FallbackChain:
    """Walks a persona's entries. It keeps no state between utterances."""

    def __init__(
        self,
        entries: Sequence[ChainEntry],
        *,
        stall: float = STALL,
        patience: float = 0.0,
        last_resort: bool = True,
    ) -> None:
        """With `patience` an engine that was slow and has none behind it is given so many seconds to repeat.

        Without `last_resort` the caller has its own substitutes: nobody is asked in spite of an open breaker,
        and who would be too late is not asked even if there is nobody else.
        """
        self._candidates = Candidates(entries, stall=stall, patience=patience, last_resort=last_resort)

    @property
    def own_engine(self) -> str:
        """What makes the persona's own voice."""
        return self._candidates.maker(0).engine.name

    def readiness(self) -> Readiness:
        """Ready if an entry is and its breaker lets users through; otherwise why the first one is not."""
        return self._candidates.readiness()

    def can_speak(self) -> Readiness:
        """Ready if an entry is, breakers aside: the last resort."""
        return self._candidates.can_speak()

    def start_estimate(self, sentence: Sentence) -> float:
        """Seconds to the first sound by the entry that would speak now."""
        return self._candidates.start_estimate(sentence)

    def make_for_later(self, sentence: Sentence) -> None:
        """Has it made in the persona's own voice when nobody waits, so that it is there the next time."""
        self._candidates.maker(0).make_for_later(sentence)

    async def speak(
        self,
        utterance: Utterance,
        *,
        start_at: int = 0,
        why: Reason | None = None,
        repeat_heard: bool = True,
        budget: Budget = UNBOUNDED,
        take_back: TakeBack = lambda sentence: False,
    ) -> AsyncGenerator[ChainEvent, None]:
        """Events up to and with `Ended`; closing the generator cancels the work and counts against nobody.

        `start_at` leaves out the entries before it, for the reason `why`. With `repeat_heard` false a
        sentence that breaks after its first chunk ends the utterance: the caller has its own substitute.
        What came out wrong is tried once more with the same voice if nobody heard any of it, or what was
        given of it could be taken back.
        """
        clock = asyncio.get_running_loop().time
        run = _Run(start_at, why)
        finish_by = clock() + budget.whole
        left = sum(len(sentence.text) for sentence in utterance.sentences)
        ledger: list[Spoken] = []
        for sentence in utterance.sentences:
            heard = finished = False
            due = Due(max(clock(), run.plays_until) + budget.first_audio, finish_by, left)
            once, again, full = set[int](), set[int](), set[int]()
            for tried in self._candidates.tries(run.position, sentence, due, run.failed, again, full):
                if tried.after:
                    await asyncio.sleep(tried.after)
                index, entry = tried.index, self._candidates[tried.index]
                chunk = None
                samples = 0
                played_until = run.plays_until
                try:
                    speaking = attempt(entry, sentence, tried.permit, tried.limits)
                    async with aclosing(speaking) as chunks:
                        async for chunk in chunks:
                            if not samples:
                                for event in self._begin(run, index, sentence, chunk, heard):
                                    yield event
                            samples += chunk.samples
                            run.sounded(chunk, clock())
                            yield chunk
                    finished = True
                except (EngineUnavailable, EngineFailure) as problem:
                    if entry.recalls and not samples:
                        continue
                    if problem.reason == "too_late":
                        entry.make_for_later(sentence)
                    if isinstance(problem, MachineFull):
                        full.add(index)
                    else:
                        full.discard(index)
                    another_take = isinstance(problem, ContentFailure) and problem.another_take
                    if another_take and index not in once and not heard:
                        once.add(index)
                        if not samples or take_back(sentence.index):
                            again.add(index)
                            chunk, samples = None, 0
                            run.plays_until = played_until
                    run.failed(self._candidates.voice_of(index), Reason(problem.reason, problem.message))
                    if not tried.after:
                        _log_problem(utterance, sentence, entry, problem.reason)
                if finished and chunk:
                    run.spoke(self._candidates.voice_of(index))
                    ledger.append(_ledger_row(sentence, chunk, samples, run.why, heard))
                    break
                heard = heard or samples > 0
                if heard and not repeat_heard:
                    break
                if chunk:
                    yield faded(chunk)
            if not finished:
                yield Ended(Outcome.INCOMPLETE, tuple(ledger), run.failure)
                return
            assert run.speaker is not None
            run.position = run.speaker
            left -= len(sentence.text)
        yield Ended(Outcome.COMPLETE, tuple(ledger))

    def _begin(
        self, run: _Run, index: int, sentence: Sentence, chunk: AudioChunk, heard: bool
    ) -> Iterator[ChainEvent]:
        voice = self._candidates.voice_of(index)
        warn_unless_followed(sentence.asked, chunk.origin.engine)
        if run.speaker is not None and run.stopped and (heard or run.speaker != voice):
            before = self._candidates.maker(run.speaker).engine.name
            after = self._candidates.maker(voice).engine.name
            yield TakenOver(sentence.index, before, after, run.stopped)
        run.speaker = voice
        why, recalled = run.why if voice else None, self._candidates[index].recalls
        yield SentenceStarted(sentence.index, voice, chunk.origin, chunk.format, why, recalled)


def _ledger_row(
    sentence: Sentence, chunk: AudioChunk, samples: int, substitute: Reason | None, repeated: bool
) -> Spoken:
    origin = chunk.origin
    return Spoken(
        sentence=sentence.index,
        engine=origin.engine,
        voice=origin.voice,
        settings=origin.settings,
        samples=samples,
        sample_rate=chunk.format.sample_rate,
        stored=origin.stored,
        substitute=substitute,
        repeated=repeated,
    )


def _log_problem(utterance: Utterance, sentence: Sentence, entry: ChainEntry, reason: str) -> None:
    log.warning(
        "%s did not speak a sentence: %s",
        entry.engine.name,
        reason,
        extra={"utterance": utterance.id, "sentence": sentence.index, "engine": entry.engine.name},
    )
