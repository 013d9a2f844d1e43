"""The play-out clock of a loudspeaker: until when it sounds, and whether it may sleep since then."""

import math
from collections.abc import Callable

from robotvoice.sound.pcm import AudioFormat

LATE = 0.02
"""Seconds after which a player begins that was given its first sound"""


class PlaybackClock:
    """It outlives texts and players. Times are in seconds of `clock`.

    After `rest` seconds without sound the amplifier, the sink or the headset may sleep, and swallow the
    beginning of what comes next.
    """

    def __init__(self, clock: Callable[[], float], rest: float = math.inf) -> None:
        self._clock, self._rest = clock, rest
        self.heard_until = -math.inf
        """When the player will have played all it was given"""
        self._awake_from = math.inf
        """When what wakes it will have been played; until then it counts as asleep if that is cut"""
        self.last_format: AudioFormat | None = None
        """Of the last sound"""

    @property
    def asleep(self) -> bool:
        """Whether what is given now comes after a rest."""
        return self._clock() - self.heard_until > self._rest

    @property
    def sleeps_in(self) -> float:
        """Seconds; 0: it does."""
        return max(0.0, self.heard_until + self._rest - self._clock())

    def given(self, seconds: float) -> None:
        """The player has so much sound more."""
        if self.asleep:
            self._awake_from = self._clock()
        self._give(seconds)

    def woken_by(self, seconds: float) -> None:
        """The player has so much silence, which is to wake what sleeps."""
        self._give(seconds)
        self._awake_from = self.heard_until

    def cut(self) -> None:
        """The player plays nothing any more."""
        if self._clock() < self._awake_from:
            self.lost()
        self.heard_until = min(self.heard_until, self._clock())

    def lost(self) -> None:
        """Nobody knows what of it was heard: the next sound comes after a rest."""
        self.heard_until = -math.inf

    def _give(self, seconds: float) -> None:
        now = self._clock()
        if now > self.heard_until:
            self.heard_until = now + LATE
        self.heard_until += seconds
