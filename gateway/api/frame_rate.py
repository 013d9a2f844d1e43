"""How many frames a client of the WebSocket sends: nobody needs many, and each one costs all others time."""

from collections.abc import Callable

MOST = 50
"""Frames of one socket in a second, and at once, besides texts that were spoken to their end"""


class FrameRate:
    """Of one socket."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._left = float(MOST)
        self._looked_at = clock()

    def is_too_high(self) -> bool:
        """Whether the one that came is one too many."""
        now = self._clock()
        self._left = min(float(MOST), self._left + (now - self._looked_at) * MOST)
        self._looked_at = now
        self._left -= 1
        return self._left < 0

    def give_back(self) -> None:
        """The one that came was worth its time."""
        self._left = min(float(MOST), self._left + 1)
