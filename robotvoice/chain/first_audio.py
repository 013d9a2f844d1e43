"""How long an engine takes to its first sound, as it was measured here."""

import math
from collections import deque

KEPT = 200
ENOUGH = 20
"""Sentences after which a percentile says something"""
LEAST_CAP = 0.6
"""Seconds; below it a cap would tell of the machine's other work, not of the engine"""
MARGIN = 2.0


class FirstAudio:
    """Of one engine. Seconds from when it is asked to its first sound, failures left out."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=KEPT)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    def percentile(self, share: float) -> float:
        """0.0 while nothing was measured."""
        ordered = sorted(self._seconds)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)))] if ordered else 0.0

    def cap(self, longest: float) -> float:
        """What an engine may take before it counts as hung: twice its 99th percentile, at most `longest`."""
        if len(self._seconds) < ENOUGH:
            return longest
        return min(longest, max(LEAST_CAP, MARGIN * self.percentile(0.99)))
