"""How fast something is said: by engines that have a rate; the others say that they do not follow."""

from robotvoice.utterance import RequestOptions
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.lenient_fields import nearest

SLOWEST, FASTEST = 0.25, 4.0
"""As in OpenAI's dialect; 1 is the voice as it is"""
FOLLOWING = frozenset({"espeak", "hibari", "pyttsx3"})
"""Engines whose sound is made at the speed that is asked for"""


def possible(speed: float, warnings: VoiceWarnings) -> float:
    """The nearest speed there is."""
    return nearest(speed, SLOWEST, FASTEST, "speed", "", warnings)


def rate_at(rate: int, asked: RequestOptions, slowest: int, fastest: int) -> int:
    """Words per minute for a voice of so many, as far as its engine goes."""
    return round(speed_at(rate, asked, slowest, fastest))


def speed_at(usual: float, asked: RequestOptions, slowest: float, fastest: float) -> float:
    """How fast a voice speaks that is `usual` by itself, in the same unit, as far as its engine goes."""
    wanted = usual * asked.speed
    found = min(max(wanted, slowest), fastest)
    if asked.speed != 1 and found != wanted:
        asked.warnings.add("speed", f"speed is followed as far as {found / usual:.2g} by this voice")
    return found


def warn_unless_followed(asked: RequestOptions, engine: str) -> None:
    """To be called with whatever made the sound."""
    if asked.speed != 1 and engine not in FOLLOWING:
        asked.warnings.add("speed", "speed is not followed by this voice")
