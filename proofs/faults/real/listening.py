"""What a listener hears of PCM that comes in, and when."""

from collections.abc import Callable

import numpy as np

AUDIBLE = 200
"""Of 32768: what is louder can be heard"""


class Listener:
    """Plays what comes at once, as a loudspeaker would. Times in seconds of the clock it is given."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._plays_until = 0.0
        self._odd = b""
        self.first_voiced: float | None = None
        """When the first sample that can be heard leaves the loudspeaker"""
        self.gap = 0.0
        """The longest silence because nothing had come"""
        self.seconds = 0.0
        """Of sound, in all"""

    def hears(self, pcm: bytes, rate: int) -> None:
        """PCM_16, mono, little-endian; half a sample waits for its other half."""
        now = self._clock()
        pcm = self._odd + pcm
        self._odd = pcm[len(pcm) // 2 * 2 :]
        samples = np.frombuffer(pcm, "<i2", len(pcm) // 2)
        if self.seconds and samples.size:
            self.gap = max(self.gap, now - self._plays_until)
        begins = max(now, self._plays_until)
        if (
            self.first_voiced is None
            and (loud := np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)).size
        ):
            self.first_voiced = begins + int(loud[0]) / rate
        self._plays_until = begins + samples.size / rate
        self.seconds += samples.size / rate
