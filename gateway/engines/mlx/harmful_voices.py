"""Voices whose clip a worker did not survive to encode: each such try costs everybody a worker."""

from collections.abc import Callable

from robotvoice.engines.base import READY, Readiness
from robotvoice.ground.backoff import Rests
from robotvoice.utterance import Reason

FREE = 1
"""Times that may have been chance: a worker can be killed by anybody"""
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0
"""Seconds; each rest of a voice is twice as long as the one before"""
MOST = 64
"""Remembered; those that were met longest ago are forgotten"""
WHY = Reason(
    "bad_reference",
    "a worker died while it encoded the clip of this voice; give the voice another clip, or wait",
)


class HarmfulVoices:
    """By key. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._rests = Rests(clock, MOST)

    def __contains__(self, key: str) -> bool:
        return self._rests.failures(key) > 0

    def harmed(self, key: str) -> None:
        """A worker ended over it."""
        self._rests.failed(key, FIRST_PAUSE, LONGEST_PAUSE, FREE)

    def survived(self, key: str) -> None:
        """It was encoded."""
        self._rests.worked(key)

    def readiness(self, key: str) -> Readiness:
        """Ready, or why nobody is to ask for it now."""
        left = self._rests.left(key)
        return Readiness(WHY, left) if left else READY
