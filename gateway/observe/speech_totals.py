"""What was spoken since the gateway began, in any voice, and what went wrong: for `status`."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.observe.request_log import TextOutcome
from robotvoice.utterance import Outcome

BROKEN = frozenset({Outcome.INCOMPLETE, Outcome.ERROR})


@dataclass(frozen=True, slots=True)
class _Error:
    """The last text that was not spoken to its end, though somebody waited for it."""

    at: float
    persona: str
    reason: str


class SpeechTotals:
    """Bounded: outcomes are a handful, and engines are those of the configuration."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._outcomes: Counter[Outcome] = Counter()
        self._sentences: Counter[str] = Counter()
        self._last_error: _Error | None = None

    def add(self, account: TextOutcome) -> None:
        self._outcomes[account.outcome] += 1
        self._sentences.update(row.engine for row in account.spoken)
        if account.outcome in BROKEN:
            self._last_error = _Error(self._clock(), account.persona, account.reason or "none")

    def as_json(self) -> Mapping[str, Any]:
        """`ago` is in seconds."""
        last = self._last_error
        return {
            "texts": self._outcomes[Outcome.COMPLETE],
            "sentences": dict(self._sentences.most_common()),
            "errors": sum(self._outcomes[outcome] for outcome in BROKEN),
            "refused": self._outcomes[Outcome.REFUSED],
            "cancelled": self._outcomes[Outcome.CANCELLED],
            "last_error": last
            and {
                "ago": round(self._clock() - last.at, 1),
                "persona": last.persona or None,
                "reason": last.reason,
            },
        }
