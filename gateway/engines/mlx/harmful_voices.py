"""Voices whose clip a worker did not survive to encode: each such try costs everybody a worker."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from robotvoice.engines.base import READY, Readiness
from robotvoice.utterance import Reason

FREE = 1
"""Times that may have been chance: a worker can be killed by anybody"""
FIRST_REST, LONGEST_REST = 60.0, 3600.0
"""Seconds; each rest of a voice is twice as long as the one before"""
MOST = 64
"""Remembered; those that were met longest ago are forgotten"""
WHY = Reason(
    "bad_reference",
    "a worker died while it encoded the clip of this voice; give the voice another clip, or wait",
)


@dataclass(slots=True)
class _Voice:
    times: int = 0
    rests_until: float = 0.0


class HarmfulVoices:
    """By key. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._voices: OrderedDict[str, _Voice] = OrderedDict()

    def __contains__(self, key: str) -> bool:
        return key in self._voices

    def harmed(self, key: str) -> None:
        """A worker ended over it."""
        voice = self._voices.setdefault(key, _Voice())
        self._voices.move_to_end(key)
        voice.times += 1
        if voice.times > FREE:
            rest = min(FIRST_REST * 2.0 ** min(voice.times - FREE - 1, 30), LONGEST_REST)
            voice.rests_until = self._clock() + rest
        while len(self._voices) > MOST:
            self._voices.popitem(last=False)

    def survived(self, key: str) -> None:
        """It was encoded."""
        self._voices.pop(key, None)

    def readiness(self, key: str) -> Readiness:
        """Ready, or why nobody is to ask for it now."""
        voice = self._voices.get(key)
        left = voice.rests_until - self._clock() if voice else 0.0
        return Readiness(WHY, left) if left > 0 else READY
