"""Which engine breaks when and how, all of it from one seed."""

import enum
import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

FLAP_PHASE = 3.0
"""Seconds for which a flapping engine is dead, then alive, and so on"""


class Kind(enum.StrEnum):
    """How an engine breaks."""

    CRASH = "crash"
    HANG = "hang"
    STALL = "stall"
    """It falls silent inside a sentence"""
    SLOW = "slow"
    EMPTY = "empty"
    NAN = "nan"
    """It says that its numbers are none"""
    TRUNCATED = "truncated"
    SILENT = "silent"
    """Samples come, and nothing is to be heard"""
    REFUSE = "refuse"
    """It is busy and says when to come back: no failure"""
    FLAP = "flap"


ALIVE = frozenset({Kind.SLOW, Kind.REFUSE})
"""An engine with one of these is not dead"""


@dataclass(frozen=True, slots=True)
class Window:
    """One outage. Seconds of virtual time; `ended` is the first moment after it."""

    engine: str
    kind: Kind
    began: float
    ended: float

    @property
    def dead(self) -> bool:
        return self.kind not in ALIVE


class Schedule:
    """All windows of a run, and which of them anybody met."""

    def __init__(self, windows: Iterable[Window]) -> None:
        self.windows = sorted(windows, key=lambda window: (window.began, window.engine))
        self._of: dict[str, list[Window]] = {}
        for window in self.windows:
            self._of.setdefault(window.engine, []).append(window)
        self._begins = {name: [each.began for each in of] for name, of in self._of.items()}
        self._met: set[Window] = set()

    def at(self, engine: str, now: float) -> Window | None:
        """What is wrong with an engine now; whoever asks meets it."""
        window = self.peek(engine, now)
        if window:
            self._met.add(window)
        return window

    def peek(self, engine: str, now: float) -> Window | None:
        """The same without meeting it."""
        before = bisect_right(self._begins.get(engine, []), now)
        window = self._of[engine][before - 1] if before else None
        return window if window and now < window.ended else None

    def until(self, engine: str, now: float) -> float:
        """When what is wrong with an engine now is over; `now` if nothing is."""
        window = self.peek(engine, now)
        return window.ended if window else now

    def next_crash(self, engine: str, now: float) -> float | None:
        return next(
            (w.began for w in self._of.get(engine, []) if w.kind is Kind.CRASH and w.began > now), None
        )

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """By kind: scheduled and hit."""
        scheduled = Counter(window.kind for window in self.windows)
        hit = Counter(window.kind for window in self._met)
        return {kind.value: {"scheduled": scheduled[kind], "hit": hit[kind]} for kind in Kind}


def seeded(seed: int, seconds: float, clone: str, upstream: str, local: Sequence[str]) -> Schedule:
    """Outages for so long; of the local engines at most one is out at a time."""
    here = tuple(kind for kind in Kind if kind not in (Kind.REFUSE, Kind.SILENT, Kind.NAN, Kind.TRUNCATED))
    mine = tuple(kind for kind in Kind if kind is not Kind.REFUSE)
    return Schedule(
        [
            *_windows(random.Random(f"{seed} {clone}"), seconds, (clone,), mine, 60.0),
            *_windows(random.Random(f"{seed} {upstream}"), seconds, (upstream,), tuple(Kind), 40.0),
            *_windows(random.Random(f"{seed} local"), seconds, local, here, 45.0),
        ]
    )


def _windows(
    rng: random.Random, seconds: float, engines: Sequence[str], kinds: Sequence[Kind], apart: float
) -> Iterator[Window]:
    now = 5.0
    while True:
        for kind in rng.sample(kinds, len(kinds)):
            now += 3.0 + rng.expovariate(1 / apart)
            lasts = rng.choice((rng.uniform(1.0, 6.0), rng.uniform(6.0, 45.0)))
            if now + lasts >= seconds:
                return
            engine = rng.choice(engines)
            phases = max(1, round(lasts / (2 * FLAP_PHASE))) if kind is Kind.FLAP else 0
            for phase in range(phases):
                began = now + 2 * phase * FLAP_PHASE
                yield Window(engine, kind, began, began + FLAP_PHASE)
            if not phases:
                yield Window(engine, kind, now, now + lasts)
            now += max(lasts, (2 * phases - 1) * FLAP_PHASE)
