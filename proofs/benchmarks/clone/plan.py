"""What is measured, in which order and how often, so that all of it ends within ten minutes on two cores."""

from collections.abc import Iterator
from dataclasses import dataclass

from proofs.benchmarks.clone.material import TEXTS, Text

GENERATOR, KEPT, GATEWAY, CACHED, LIBRARY, GUIDE = "a", "a'", "b", "b'", "c", "d"
"""The contestants' letters"""


@dataclass(frozen=True, slots=True)
class Trial:
    """Each of so many clients asks once, all at the same time, for this text."""

    text: Text
    clients: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A round is some passes of one client that is alone; in every second round there is one of several."""

    letters: tuple[str, ...] = (GENERATOR, KEPT, GATEWAY, LIBRARY, GUIDE)
    """Without the generator nothing can be compared"""
    rounds: int = 4
    alone: int = 4
    """Passes in a round"""
    crowds: tuple[int, ...] = (4, 8)
    seconds: float = 450.0
    """After these no further pass begins, once each trial was done; a slow or busy machine does fewer"""
    cached: int = 200
    """Answers from the cache that are timed"""

    def trials(self) -> Iterator[Trial]:
        """In their order; one of each comes in the first round."""
        for round_ in range(self.rounds):
            for _ in range(self.alone):
                yield from (Trial(text, 1) for text in TEXTS)
            if round_ % 2 == 0:
                yield from (Trial(text, clients) for clients in self.crowds for text in TEXTS)


QUICK = Plan(rounds=1, alone=1, crowds=(4,), cached=20)
"""Whether all of it works; too little to tell much"""
