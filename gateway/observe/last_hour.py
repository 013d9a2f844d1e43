"""How much of the last hour was spoken in cloned voices, and why not the rest."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gateway.observe.reason_codes import known
from gateway.observe.request_log import TextOutcome

MINUTES = 60


@dataclass(frozen=True, slots=True)
class Share:
    """Of the sentences of personas whose own voice is a clone."""

    sentences: int
    cloned: int
    reasons: Mapping[str, int]
    """Why the rest was spoken by somebody else, the most frequent first"""

    @property
    def share(self) -> float | None:
        """None: there were none."""
        return self.cloned / self.sentences if self.sentences else None


@dataclass(slots=True)
class _Minute:
    number: int
    cloned: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class LastHour:
    """A minute is forgotten as a whole; there are never more than MINUTES of them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minutes: deque[_Minute] = deque(maxlen=MINUTES)

    def add(self, account: TextOutcome) -> None:
        if not account.clones:
            return
        minute = self._minute()
        for row in account.spoken:
            if row.substitute:
                minute.reasons[known(row.substitute.code)] += 1
            else:
                minute.cloned += 1

    @property
    def share(self) -> Share:
        """Of what was spoken since MINUTES ago, the minute that runs included."""
        oldest = self._now() - MINUTES
        recent = [minute for minute in self._minutes if minute.number > oldest]
        reasons: Counter[str] = Counter()
        for minute in recent:
            reasons += minute.reasons
        cloned = sum(minute.cloned for minute in recent)
        return Share(cloned + reasons.total(), cloned, dict(reasons.most_common()))

    def _now(self) -> int:
        return int(self._clock() // 60)

    def _minute(self) -> _Minute:
        now = self._now()
        if not self._minutes or self._minutes[-1].number != now:
            self._minutes.append(_Minute(now))
        return self._minutes[-1]
