"""With whom a canary speaks: no voice that stopped working may keep the others of its server away."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from itertools import chain, islice

from robotvoice.persona import VoiceSpec

REMEMBERED = 16
MOST = 3
"""Voices that one canary tries"""


class CanaryVoices:
    """What each of a server's voices did last."""

    def __init__(self) -> None:
        self._asked: OrderedDict[tuple[str, str], VoiceSpec] = OrderedDict()
        self._spoke: OrderedDict[tuple[str, str], VoiceSpec] = OrderedDict()

    def asked(self, voice: VoiceSpec) -> None:
        """Somebody wants to hear it."""
        _last(self._asked, voice)

    def spoke(self, voice: VoiceSpec) -> None:
        """A whole sentence."""
        _last(self._spoke, voice)

    def forget(self, sources: Iterable[tuple[str, str]]) -> None:
        """Nobody may speak with these any more, not even for nobody's ears."""
        for source in sources:
            self._asked.pop(source, None)
            self._spoke.pop(source, None)

    def in_turn(self) -> Sequence[VoiceSpec]:
        """Those that have spoken, the last one first, then those that were only asked for; `MOST` of them."""
        others = (voice for source, voice in reversed(self._asked.items()) if source not in self._spoke)
        return list(islice(chain(reversed(self._spoke.values()), others), MOST))


def _last(voices: OrderedDict[tuple[str, str], VoiceSpec], voice: VoiceSpec) -> None:
    voices[voice.source] = voice
    voices.move_to_end(voice.source)
    while len(voices) > REMEMBERED:
        voices.popitem(last=False)
