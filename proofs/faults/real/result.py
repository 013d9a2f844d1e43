"""What came of a run, and whether the promise was kept."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from proofs.faults.answers import Book, Outage, Recovery, first_audio
from proofs.faults.real.account import LATE, Account
from proofs.faults.real.breaking import Broken
from proofs.faults.real.clients import Heard
from proofs.faults.real.leaks import Held
from proofs.faults.real.lengths import Lengths, problems
from proofs.faults.real.schedule import ALL_THE_TIME, Kind
from proofs.faults.real.world import CLONE, ECHO, RASP
from proofs.faults.report import Evidence, Figures, figures_of
from proofs.tiny_voice import BABBLES_ON
from robotvoice.console.tables import table
from robotvoice.utterance import Outcome

HEADINGS = ("FAULT", "SCHEDULED", "HIT", "TEXTS", "FIRST AUDIO, WORST", "SPENT", "BACK AFTER")
SLOWEST = 12
"""Texts that are named in the log"""


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of fault. Seconds."""

    kind: Kind
    scheduled: int
    hit: int
    requests: int
    """Texts that were in work meanwhile"""
    first_audio_worst: float
    """Of those that are heard while they are made"""
    spent: int
    """Texts that were spent on the engine, in the worst outage"""
    back: float | None
    """From the end of the fault, or a killed worker's death, to the engine's next sentence; the worst"""

    def cells(self) -> tuple[str, ...]:
        back = "-" if self.back is None else "never" if self.back == math.inf else f"{self.back:.1f}"
        counts = (str(self.scheduled), str(self.hit), str(self.requests))
        worst = f"{self.first_audio_worst:.2f}"
        return (self.kind.replace("_", " "), *counts, worst, str(self.spent), back)


@dataclass(frozen=True, slots=True)
class Run:
    """All that was seen."""

    seed: int
    disk: str
    heard: Sequence[Heard]
    """With the ledgers of all"""
    book: Book
    broken: Sequence[Broken]
    account: Account
    lengths: Lengths
    before: Held
    after: Held
    well: bool
    """Everybody had their own voice again, and /readyz said so"""
    ended: float

    def rows(self) -> Iterator[Row]:
        for kind in Kind:
            if kind in ALL_THE_TIME:
                continue
            mine = [each for each in self.broken if each.window.kind is kind]
            met = sum(each.met for each in mine)
            among = [each for each in self.heard if any(_overlap(each, window) for window in mine)]
            spent = max((outage.spent for outage in self._outages(mine)), default=0)
            backs = (back for window in mine if (back := self.back(window)) is not None)
            yield Row(kind, len(mine), met, len(among), self._waited(among), spent, max(backs, default=None))
        asked = [each for each in self.heard if each.text.cancel_after is not None]
        left = [each for each in asked if each.answer.outcome is Outcome.CANCELLED]
        yield Row(Kind.CANCEL, len(asked), len(left), len(left), 0.0, 0, None)
        too_much = [each for each in self.heard if each.text.persona == ECHO and BABBLES_ON in each.text.text]
        yield self._content(Kind.CONTENT_TEXT, too_much)
        yield self._content(Kind.CONTENT_VOICE, [each for each in self.heard if each.text.persona == RASP])

    def _content(self, kind: Kind, those: Sequence[Heard]) -> Row:
        wrong = self.account.went_wrong()
        met = [each for each in those if each.text.id in wrong]
        # What the model did not come to, because it was busy or away, shows nothing.
        spoken = [each for each in those if any(row.engine == CLONE for row in each.answer.ledger)]
        given = {each.text.id for each in (*met, *spoken)}
        return Row(kind, len(given), len(met), len(met), self._waited(met), 0, None)

    def _waited(self, among: Iterable[Heard]) -> float:
        """The longest of those who hear a text while it is made."""
        waits = (
            first_audio(self.book.sent[each.text.id], each.answer)
            for each in among
            if each.dialect != "synthesize"
        )
        return max((wait for wait in waits if wait is not None), default=0.0)

    def back(self, broken: Broken) -> float | None:
        """Until the engine's next sentence, made and not kept."""
        engine = broken.window.engine
        if engine is None:
            return None
        healthy = broken.began if engine == CLONE else broken.ended
        for each in sorted(self.heard, key=lambda one: one.answer.ended):
            rows = each.answer.ledger
            if each.began > healthy and any(row.engine == engine and not row.stored for row in rows):
                return each.answer.ended - healthy
        return math.inf

    def recoveries(self) -> list[Recovery]:
        """Those that came to their end before the next fault of the same engine."""
        found = (self.account.recovery(each, self._next(each)) for each in self.broken)
        return [recovery for recovery in found if recovery]

    def _outages(self, those: Iterable[Broken]) -> list[Outage]:
        found = (self.account.outage(each, self._next(each)) for each in those)
        return [outage for outage in found if outage]

    def _next(self, broken: Broken) -> float:
        """When the same engine's next fault began, or all was over."""
        later = (other.began for other in self.broken if other.began > broken.began and _same(other, broken))
        return min(later, default=self.ended)

    def times(self) -> str:
        """When what was done, and which texts waited longest."""
        done = [f"{each.began:.3f} to {each.ended:.3f}: {each.window.kind}" for each in self.broken]
        waits = [((each.answer.first_voiced or math.inf) - each.began, each) for each in self.heard]
        slowest = sorted(waits, key=lambda wait: -wait[0])[:SLOWEST]
        late = [
            f"{each.text.id} from {each.began:.3f}: {wait:.3f} s {each.answer.why}" for wait, each in slowest
        ]
        return "\n".join((*sorted(done), *late))

    def table(self) -> str:
        """A line for each kind of fault; times in seconds."""
        lines = [HEADINGS, *(row.cells() for row in self.rows())]
        return table(lines, right=range(1, len(HEADINGS)))

    def figures(self) -> Figures:
        """Judged by the checker, and by what only can be seen here."""
        rows = list(self.rows())
        evidence = Evidence(
            name="real",
            seed=self.seed,
            book=self.book,
            faults={str(row.kind): {"scheduled": row.scheduled, "hit": row.hit} for row in rows},
            outages=self._outages(self.broken),
            recoveries=self.recoveries(),
            probes=self.account.probes(),
            leaked=self.after.leaked(self.before),
        )
        figures = figures_of(evidence)
        return replace(figures, broken=[*figures.broken, *self._broken_besides(rows)])

    def _broken_besides(self, rows: Sequence[Row]) -> Iterator[str]:
        for each in self.heard:
            for problem in problems(each, self.lengths):
                yield f"{problem.code}: {problem.request}: {problem.text}"
        if not self.well:
            yield "not everybody had their own voice back at the end"
        for row in rows:
            if row.back == math.inf:
                yield f"the engine did not speak again after {row.kind}"
        broken = [each for each in self.broken if each.window.engine == CLONE]
        for at in self.account.opened(CLONE):
            if not any(each.began <= at <= each.ended + LATE for each in broken):
                yield f"the breaker of {CLONE} opened at {at:.1f} though only texts and voices were wrong"


def _overlap(heard: Heard, broken: Broken) -> bool:
    return heard.began < broken.ended + 1.0 and heard.answer.ended > broken.began


def _same(one: Broken, other: Broken) -> bool:
    return one.window.engine is not None and one.window.engine == other.window.engine
