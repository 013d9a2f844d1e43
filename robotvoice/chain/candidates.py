"""Who may be asked for a sentence, in which order, and how long each may take."""

import asyncio
import math
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Protocol

from robotvoice.chain.attempt import FAIR, Limits
from robotvoice.chain.budget import RESERVE, Due
from robotvoice.chain.guarded import UNGUARDED, ChainEntry, Settles
from robotvoice.chain.legibility import Legibility, lost
from robotvoice.engines.base import READY, Readiness
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence

FULL_FOR = 4.0
"""Seconds for which who could not begin on a full machine is asked again, when nobody else is left"""
A_MOMENT = 0.5
"""Seconds"""
AGAIN_AFTER = 0.2
"""Seconds between two of those tries"""


class PassedOver(Protocol):
    """Is told why a voice was not asked."""

    def __call__(self, voice: int, reason: Reason) -> None: ...


@dataclass(frozen=True, slots=True)
class Try:
    """One entry that may speak now."""

    index: int
    permit: Settles
    limits: Limits
    after: float = 0.0
    """Seconds to wait before it"""


class Candidates:
    """The entries of a chain. An entry that recalls is one voice with the entry after it."""

    def __init__(
        self, entries: Sequence[ChainEntry], *, stall: float, patience: float, last_resort: bool
    ) -> None:
        self._entries = tuple(entries)
        self._stall = stall
        self._patience = patience
        self._last_resort = last_resort

    @property
    def makers(self) -> Sequence[ChainEntry]:
        """The entries that can speak any sentence."""
        return [entry for entry in self._entries if not entry.recalls]

    def __getitem__(self, index: int) -> ChainEntry:
        return self._entries[index]

    def voice_of(self, index: int) -> int:
        """The first entry of the voice that this one speaks with."""
        return index - 1 if index and self._entries[index - 1].recalls else index

    def maker(self, voice: int) -> ChainEntry:
        """Who makes what the first entry of a voice may hold."""
        return self._entries[voice + 1 if self._entries[voice].recalls else voice]

    def readiness(self) -> Readiness:
        """Ready if an entry is and its breaker lets users through; otherwise why the first one is not."""
        return _any([entry.readiness() for entry in self.makers])

    def can_speak(self) -> Readiness:
        """Ready if an entry is, breakers aside unless somebody forced them open."""
        asked = [
            entry.readiness() if entry.guarded.forced_open else entry.engine.readiness(entry.voice)
            for entry in self.makers
        ]
        return _any(asked)

    def start_estimate(self, sentence: Sentence) -> float:
        """Seconds to the first sound by the entry that would speak now."""
        ranked = (self._entries[index] for index in self.legibility([sentence]).ranked)
        able = [entry for entry in ranked if not entry.recalls and entry.readiness()]
        ready = able or self._entries[-1:]
        return ready[0].engine.start_estimate(sentence, ready[0].voice)

    def legible(self, sentence: Sentence) -> Legible:
        """What will be heard of it, by whoever can read most of it, if somebody can speak at all."""
        makers = self.makers
        able = [entry for entry in makers if entry.engine.readiness(entry.voice)] or makers
        return min((entry.legible(sentence) for entry in able), key=lost)

    def all_read(self, sentence: Sentence) -> bool:
        """Whether every voice would say something of it."""
        legibility = self.legibility([sentence])
        return all(map(legibility.is_read_by, range(len(self._entries))))

    def legibility(self, sentences: Sequence[Sentence], *, one_voice: bool = False) -> Legibility:
        """How much of them each entry would say."""
        makers = [self.maker(self.voice_of(index)) for index in range(len(self._entries))]
        read = [[maker.legible(sentence) for sentence in sentences] for maker in makers]
        return Legibility([maker.engine.name for maker in makers], read, one_voice=one_voice)

    def tries(
        self,
        position: int | None,
        sentence: Sentence,
        due: Due,
        passed_over: PassedOver,
        again: set[int],
        full: Set[int],
        whole: Legibility | None = None,
    ) -> Iterator[Try]:
        """Every entry that may be asked now, then who was not, then the last one again: silence is the worst.

        `whole`: of all sentences, which are to be in one voice. What the voice of the others does not read is
        for nobody else then.

        What would come too late is passed over, uncounted, while somebody else can speak. Time is looked at
        when the next one is asked for. Whom the caller puts into `again` is asked once more at once, if there
        is time. In the end come those again that the caller put into `full`, because the machine was.
        """
        before = None
        tried: set[int] = set()
        alone = self.legibility([sentence])
        legibility = whole or alone
        self._pass_over_who_reads_less(0 if whole else position or 0, legibility, passed_over)
        order = legibility.order(position)
        for place, index in enumerate(order):
            entry, behind = self._entries[index], order[place + 1 :]
            if entry.recalls and not alone.is_read_by(index):
                continue
            why_not = entry.readiness().reason or entry.doubt(sentence).reason
            limits = None if why_not else self._limits(index, behind, sentence, due, tried)
            if not why_not and limits is None:
                why_not = Reason("too_late", f"{entry.engine.name} would begin too late")
                if alone.is_read_by(index):
                    entry.make_for_later(sentence)
            elif not why_not and not alone.is_read_by(index):
                passed_over(self.voice_of(index), alone.why_not(index))
                return
            permit = None if why_not else entry.acquire()
            while permit and limits:
                nobody_else = all(self._entries[each].engine is before for each in order[place:])
                before = entry.engine
                tried.add(index)
                yield Try(index, permit, limits.with_patience(self._patience if nobody_else else 0.0))
                if index not in again:
                    break
                again.discard(index)
                limits = self._limits(index, behind, sentence, due, tried)
                permit = entry.acquire() if limits else None
            if why_not and not entry.recalls:
                passed_over(self.voice_of(index), why_not)
        if not self._last_resort:
            return
        limits = Limits(stall=self._stall, patience=self._patience)
        last_first = sorted(reversed(legibility.ranked), key=lambda index: legibility.lost[index])
        able = [index for index in last_first if self._can_speak(index)]
        # Who had no try comes before who failed a moment ago: its breaker may be open without need by now.
        for index in [*(index for index in able if index not in tried), *tried.intersection(able[:1])]:
            if self._can_speak(index):
                if not alone.is_read_by(index):
                    passed_over(self.voice_of(index), alone.why_not(index))
                    return
                permit = self._entries[index].acquire() or UNGUARDED
                yield Try(index, permit, limits)
        clock = asyncio.get_running_loop().time
        until = min(clock() + FULL_FOR, due.finish_by)
        while clock() < until and (waiting := [index for index in sorted(full) if self._can_speak(index)]):
            for index in waiting:
                yield Try(index, UNGUARDED, limits, after=AGAIN_AFTER)

    def _pass_over_who_reads_less(self, first: int, legibility: Legibility, passed_over: PassedOver) -> None:
        """Than somebody else, or nothing: tells why it is not the one to begin with."""
        for index in range(first, len(self._entries)):
            entry = self._entries[index]
            if legibility.is_surpassed(index) and not entry.recalls:
                passed_over(self.voice_of(index), entry.readiness().reason or legibility.why_not(index))

    def _can_speak(self, index: int) -> bool:
        """Whatever its breaker says by itself."""
        entry = self._entries[index]
        forced = entry.guarded.forced_open
        return not (entry.recalls or forced) and bool(entry.engine.readiness(entry.voice))

    def _limits(
        self, index: int, after: Sequence[int], sentence: Sentence, due: Due, tried: Set[int]
    ) -> Limits | None:
        """None: it cannot be in time. Who has nobody `after` it takes what it takes."""
        entry = self._entries[index]
        others_after = (self._entries[each] for each in after)
        behind = [other for other in others_after if not other.recalls and other.readiness()]
        now = asyncio.get_running_loop().time()
        if entry.recalls or not (behind or not self._last_resort):
            # Who can only be asked in spite of an open breaker may well be alive: that is tried in time, too.
            untried = set(range(len(self._entries))) - {index} - tried
            last = [self._entries[other] for other in untried if self._can_speak(other)]
            # Who is slow is not waited for beyond the time there is; who has none left gets a moment.
            left = due.start_by - now - sum(min(_reserve(other, sentence), A_MOMENT) for other in last)
            left = max(left, min(_reserve(entry, sentence), A_MOMENT))
            return Limits(first_audio=left if last and not entry.recalls else math.inf, stall=self._stall)
        first_audio = due.start_by - now - sum(_reserve(other, sentence) for other in behind)
        finish = due.finish_by - now - sum(max(RESERVE, 2 * _whole(other, sentence, due)) for other in behind)
        starts, ends = _estimate(entry, sentence), _whole(entry, sentence, due)
        quicker = any(_whole(other, sentence, due) < ends for other in behind) or not behind
        if FAIR * starts > first_audio or (ends > finish and quicker):
            return None
        if ends > finish:
            # Nobody behind it would be whole any sooner.
            finish = max(finish, due.finish_by - now)
        others = any(other.engine is not entry.engine for other in behind)
        return Limits(first_audio=first_audio, finish=finish, stall=self._stall, others=others)


def _estimate(entry: ChainEntry, sentence: Sentence) -> float:
    return entry.engine.start_estimate(sentence, entry.voice)


def _reserve(entry: ChainEntry, sentence: Sentence) -> float:
    """Seconds it is given if it has to take over."""
    return max(RESERVE, 2 * _estimate(entry, sentence))


def _whole(entry: ChainEntry, sentence: Sentence, due: Due) -> float:
    """Seconds it needs for all that is left of the text."""
    factor = entry.engine.real_time_factor(entry.voice)
    return _estimate(entry, sentence) + due.seconds_of_audio * factor


def _any(answers: Sequence[Readiness]) -> Readiness:
    return READY if any(answers) else answers[0]
