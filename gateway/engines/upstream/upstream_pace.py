"""How fast an upstream was so far: what is to be expected of the next sentence.

Whoever is expected to be late is not asked, and so never measured again: what was measured loses its weight
with time, and the upstream is given another chance.
"""

from collections.abc import Callable

FIRST_AUDIO = 0.5
"""Seconds; so long as nothing was measured"""
REAL_TIME_FACTOR = 0.5
NEWEST = 0.2
"""Weight of the newest measurement in a running mean"""
HALF_LIFE = 30.0
"""Seconds after which half of what was measured is forgotten"""


class _Mean:
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


class UpstreamPace:
    """Begins with a guess."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._first_audio = _Mean(FIRST_AUDIO, clock)
        self._factor = _Mean(REAL_TIME_FACTOR, clock)

    @property
    def first_audio(self) -> float:
        """Seconds from the request to the first sound."""
        return self._first_audio.value

    @property
    def real_time_factor(self) -> float:
        """From the first sound on: wall time by audio time."""
        return self._factor.value

    def began(self, seconds: float) -> None:
        """A sentence has begun to sound after so many seconds."""
        self._first_audio.add(seconds)

    def ended(self, waited: float, audio: float) -> None:
        """So many seconds of a sentence were waited for behind its first sound, for so many of audio."""
        self._factor.add(waited / audio)
