"""How fast an upstream was so far: what is to be expected of the next sentence.

Whoever is expected to be late is not asked, and so never measured again: what was measured loses its weight
with time, and the upstream is given another chance.
"""

from collections.abc import Callable

FIRST_AUDIO = 0.5
"""Seconds from the request to the first sound, so long as nothing was measured"""
REAL_TIME_FACTOR = 0.5
"""Wall time by audio time from the first sound on, so long as nothing was measured"""
NEWEST = 0.2
"""Weight of the newest measurement in a running mean"""
HALF_LIFE = 30.0
"""Seconds after which half of what was measured is forgotten"""


class FadingMean:
    """A running mean that begins with a guess, and comes back to it."""

    def __init__(self, guess: float, clock: Callable[[], float]) -> None:
        self._guess, self._clock = guess, clock
        self._off, self._at = 0.0, clock()
        """How far from the guess it was, and when"""

    @property
    def value(self) -> float:
        age = self._clock() - self._at
        return self._guess + float(self._off * 0.5 ** (age / HALF_LIFE))

    def add(self, measured: float) -> None:
        now = self.value
        self._off, self._at = now + NEWEST * (measured - now) - self._guess, self._clock()
