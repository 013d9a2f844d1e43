"""The fallback chain: an utterance is spoken sentence by sentence, each by the first entry that can.

An entry is skipped, uncounted, when its engine is not ready or its breaker is open. One that fails hands the
sentence to the next, which repeats it from its start and keeps the rest of the utterance. When all have been
tried, the last ready one gets another go, open or not: silence is the worst answer.

An entry that recalls is one voice with the entry after it: which of the two speaks is no change of voice, and
what it does not hold is nobody's failure.
"""

import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from speech.attempt import STALL, attempt
from speech.audio import AudioChunk
from speech.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from speech.engines.base import READY, Readiness
from speech.errors import EngineFailure, EngineUnavailable
from speech.guarded import UNGUARDED, ChainEntry, Settles
from speech.utterance import Outcome, Reason, Sentence, Spoken, Utterance

log = logging.getLogger(__name__)


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

    def failed(self, index: int, reason: Reason) -> None:
        self.failure = reason
        self.why = self.why or reason
        if index == self.speaker:
            self.stopped = reason


class FallbackChain:
    """Walks a persona's entries. It keeps no state between utterances."""

    def __init__(self, entries: Sequence[ChainEntry], *, stall: float = STALL) -> None:
        self._entries = tuple(entries)
        self._stall = stall

    @property
    def own_engine(self) -> str:
        """What makes the persona's own voice."""
        return self._maker(0).engine.name

    def readiness(self) -> Readiness:
        """Ready if an entry is and its breaker lets users through; otherwise why the first one is not."""
        return _any([entry.readiness() for entry in self._makers()])

    def can_speak(self) -> Readiness:
        """Ready if an entry is, breakers aside: the last resort."""
        return _any([entry.engine.readiness(entry.voice) for entry in self._makers()])

    def start_estimate(self, sentence: Sentence) -> float:
        """Seconds to the first sound by the entry that would speak now."""
        ready = [entry for entry in self._makers() if entry.readiness()] or self._entries[-1:]
        return ready[0].engine.start_estimate(sentence, ready[0].voice)

    async def speak(
        self,
        utterance: Utterance,
        *,
        start_at: int = 0,
        why: Reason | None = None,
        repeat_heard: bool = True,
    ) -> AsyncGenerator[ChainEvent, None]:
        """Events up to and with `Ended`; closing the generator cancels the work and counts against nobody.

        `start_at` leaves out the entries before it, for the reason `why`. With `repeat_heard` false a
        sentence that breaks after its first chunk ends the utterance: the caller has its own substitute.
        """
        run = _Run(start_at, why)
        ledger: list[Spoken] = []
        for sentence in utterance.sentences:
            heard = finished = False
            for index, permit in self._tries(run):
                chunk = None
                samples = 0
                try:
                    tried = attempt(self._entries[index], sentence, permit, self._stall)
                    async with aclosing(tried) as chunks:
                        async for chunk in chunks:
                            if not samples:
                                for event in self._begin(run, index, sentence, chunk, heard):
                                    yield event
                            samples += chunk.samples
                            yield chunk
                    finished = True
                except (EngineUnavailable, EngineFailure) as problem:
                    if self._entries[index].recalls:
                        continue
                    run.failed(self._voice_of(index), Reason(problem.reason, problem.message))
                    _log_problem(utterance, sentence, self._entries[index], problem.reason)
                if finished and chunk:
                    substitute = run.why if self._voice_of(index) else None
                    ledger.append(_ledger_row(sentence, chunk, samples, substitute, heard))
                    break
                heard = heard or samples > 0
                if heard and not repeat_heard:
                    break
            if not finished:
                yield Ended(Outcome.INCOMPLETE, tuple(ledger), run.failure)
                return
            assert run.speaker is not None
            run.position = run.speaker
        yield Ended(Outcome.COMPLETE, tuple(ledger))

    def _tries(self, run: _Run) -> Iterator[tuple[int, Settles]]:
        """Every entry that may be asked now, then the last ready one again."""
        for index, entry in enumerate(self._entries[run.position :], run.position):
            readiness = entry.readiness()
            permit = entry.guarded.acquire() if readiness else None
            if permit:
                yield index, permit
            elif readiness.reason and not entry.recalls:
                run.failed(self._voice_of(index), readiness.reason)
        for index, entry in reversed(tuple(enumerate(self._entries))):
            if not entry.recalls and entry.engine.readiness(entry.voice):
                yield index, entry.guarded.acquire() or UNGUARDED
                return

    def _begin(
        self, run: _Run, index: int, sentence: Sentence, chunk: AudioChunk, heard: bool
    ) -> Iterator[ChainEvent]:
        voice = self._voice_of(index)
        if run.speaker is not None and run.stopped and (heard or run.speaker != voice):
            before = self._maker(run.speaker).engine.name
            yield TakenOver(sentence.index, before, self._maker(voice).engine.name, run.stopped)
        run.speaker = voice
        yield SentenceStarted(sentence.index, voice, chunk.origin, chunk.format, run.why if voice else None)

    def _makers(self) -> list[ChainEntry]:
        """The entries that can speak any sentence."""
        return [entry for entry in self._entries if not entry.recalls]

    def _voice_of(self, index: int) -> int:
        """The first entry of the voice that this one speaks with."""
        return index - 1 if index and self._entries[index - 1].recalls else index

    def _maker(self, voice: int) -> ChainEntry:
        """Who makes what the first entry of a voice may hold."""
        return self._entries[voice + 1 if self._entries[voice].recalls else voice]


def _any(answers: Sequence[Readiness]) -> Readiness:
    return READY if any(answers) else answers[0]


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
