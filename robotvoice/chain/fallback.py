"""The fallback chain: an utterance is spoken sentence by sentence, each by the first entry that can.

An entry is skipped, uncounted, when its engine is not ready, its breaker is open or it would begin too late.
One that fails hands the sentence to the next, which repeats it from its start and keeps the rest of the
utterance. When all have been tried, the last ready one gets another go, open or not: silence is the worst.

An entry that recalls is one voice with the entry after it: which of the two speaks is no change of voice, and
what it does not hold is nobody's failure.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from robotvoice.chain.attempt import STALL, attempt
from robotvoice.chain.budget import UNBOUNDED, Budget, Due
from robotvoice.chain.candidates import Candidates
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.chain.guarded import ChainEntry
from robotvoice.engines.base import Readiness, takes_language
from robotvoice.errors import ContentFailure, EngineFailure, EngineUnavailable, MachineFull
from robotvoice.languages import CANNOT_READ
from robotvoice.sound.pcm import AudioChunk
from robotvoice.sound.silence_and_fade import faded, silence_after
from robotvoice.text.writing.letters import is_plain_latin
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Outcome, Reason, Sentence, Spoken, Utterance
from robotvoice.wire.speed import warn_unless_followed

log = logging.getLogger(__name__)

NOTHING_LEGIBLE = "There is nothing in the text that a voice here can read: {}"
"""What to say of a text of which nothing was spoken, with the reason for that"""
BACK = Reason("back", "the voice that did not read a sentence goes on with the next one")
TakeBack = Callable[[int], bool]
"""Drops all that was given of the sentence with this index; False if some of it was passed on already"""


@dataclass(slots=True)
class _Run:
    """Where one utterance stands: the entry to begin with, the entry heard last, and what went wrong."""

    position: int | None
    why: Reason | None
    """Why the persona's own voice does not speak"""
    speaker: int | None = None
    stopped: Reason | None = None
    """Why the speaker did not go on"""
    failure: Reason | None = None
    unread: Reason | None = None
    """Why a voice was passed over for this one sentence: it cannot read it"""
    back_to: int | None = None
    """That voice, the first of them: the next sentence may be for it again"""
    plays_until: float = 0.0
    """When a listener who plays all of it at once will have heard it, in the clock of the loop"""

    def spoke(self, voice: int) -> None:
        if voice == 0:
            self.why = None

    def failed(self, voice: int, reason: Reason) -> None:
        self.failure = reason
        if voice == self.speaker:
            self.stopped = reason
        if reason.code != CANNOT_READ:
            self.why = self.why or reason
        elif self.back_to is None or voice < self.back_to:
            self.unread, self.back_to = reason, voice

    def begins(self) -> None:
        """With the next sentence."""
        self.unread = self.back_to = None

    @property
    def substitute(self) -> Reason | None:
        """Why another voice than the persona's own speaks, if one does."""
        return self.why or self.unread

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
        start_at: int | None = None,
        why: Reason | None = None,
        repeat_heard: bool = True,
        budget: Budget = UNBOUNDED,
        take_back: TakeBack = lambda sentence: False,
        one_voice: bool = False,
    ) -> AsyncGenerator[ChainEvent, None]:
        """Events up to and with `Ended`; closing the generator cancels the work and counts against nobody.

        `start_at` leaves out who comes before that entry, for the reason `why`. With `repeat_heard` false a
        sentence that breaks after its first chunk ends the utterance: the caller has its own substitute.
        What came out wrong is tried once more with the same voice if nobody heard any of it, or what was
        given of it could be taken back. With `one_voice` it is begun by who reads most of all sentences.

        What no voice can read is left out, with a warning to whoever asked, before anything is spoken.
        """
        clock = asyncio.get_running_loop().time
        run = _Run(start_at, why)
        finish_by = clock() + budget.whole
        left = sum(len(sentence.text) for sentence in utterance.sentences)
        ledger: list[Spoken] = []
        skipped: Reason | None = None
        whole = self._candidates.legibility(utterance.sentences, one_voice=True) if one_voice else None
        self._warn_of_unread(utterance.sentences)
        for sentence in utterance.sentences:
            run.begins()
            heard = finished = broken = False
            due = Due(max(clock(), run.plays_until) + budget.first_audio, finish_by, left)
            once, again, full = set[int](), set[int](), set[int]()
            for tried in self._candidates.tries(run.position, sentence, due, run.failed, again, full, whole):
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
                    broken = broken or problem.reason != CANNOT_READ
                    run.failed(self._candidates.voice_of(index), Reason(problem.reason, problem.message))
                    if not tried.after:
                        _log_problem(utterance, sentence, entry, problem.reason)
                if finished and chunk:
                    run.spoke(self._candidates.voice_of(index))
                    substitute = run.substitute if self._candidates.voice_of(index) else None
                    ledger.append(_ledger_row(sentence, chunk, samples, substitute, heard))
                    for silence in silence_after(sentence, chunk):
                        run.sounded(silence, clock())
                        yield silence
                    break
                heard = heard or samples > 0
                if heard and not repeat_heard:
                    break
                if chunk:
                    yield faded(chunk)
            left -= len(sentence.text)
            if not finished and run.unread and not (heard or broken or self._candidates.all_read(sentence)):
                # Nobody is at fault, and the rest may well be read.
                skipped = run.unread
                sentence.asked.warnings.add("script", f"a sentence is left out: {skipped.text}")
                continue
            if not finished:
                yield Ended(Outcome.INCOMPLETE, tuple(ledger), run.failure)
                return
            assert run.speaker is not None
            run.position = run.speaker if run.back_to is None or one_voice else min(run.speaker, run.back_to)
        if skipped and not ledger:
            yield Ended(Outcome.INCOMPLETE, (), skipped)
            return
        yield Ended(Outcome.COMPLETE, tuple(ledger))

    def legible(self, sentence: Sentence) -> Legible:
        """What will be heard of it, by whoever can read most of it."""
        return self._candidates.legible(sentence)

    def _warn_of_unread(self, sentences: Iterable[Sentence]) -> None:
        """Tells those who asked for them what of these sentences will be left out, as far as it is known."""
        for sentence in sentences:
            if not is_plain_latin(sentence.text):
                self._warn(sentence, self._candidates.legible(sentence))

    @staticmethod
    def _warn(sentence: Sentence, read: Legible) -> None:
        if names := read.left_out:
            sentence.asked.warnings.add(
                "script", f"{' and '.join(names)} is left out: no voice here reads it"
            )

    def _begin(
        self, run: _Run, index: int, sentence: Sentence, chunk: AudioChunk, heard: bool
    ) -> Iterator[ChainEvent]:
        voice = self._candidates.voice_of(index)
        warn_unless_followed(sentence.asked, chunk.origin.engine)
        entry = self._candidates[index]
        self._warn(sentence, self._candidates.maker(voice).legible(sentence))
        if entry.voice.language and not takes_language(entry.engine, entry.voice):
            sentence.asked.warnings.add("language", "language is not followed by this voice")
        other = run.speaker is not None and run.speaker != voice
        if run.speaker is not None and (other or (run.stopped and heard)):
            before = self._candidates.maker(run.speaker).engine.name
            after = self._candidates.maker(voice).engine.name
            yield TakenOver(sentence.index, before, after, run.stopped or BACK)
        run.speaker, run.stopped = voice, None
        why, recalled = run.substitute if voice else None, entry.recalls
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
