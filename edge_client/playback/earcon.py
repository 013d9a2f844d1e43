"""The short sound that says: there is more of this text, but it could not be spoken."""

import math
from functools import lru_cache

from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin, pcm_of

PAUSE = 0.06
"""Seconds between the last word and the first tone"""
TONES = ((587.3, 0.14), (440.0, 0.18))
"""Hz and seconds: a falling fourth, which in no language is a word"""
PEAK = 3000
"""Of 32767: softer than speech"""
ORIGIN = Origin("earcon", "unfinished")


@lru_cache(maxsize=4)
def earcon(audio_format: AudioFormat) -> AudioChunk:
    """In the format of the player that is open, so that no other has to be."""
    rate = audio_format.sample_rate
    samples = [0] * round(PAUSE * rate)
    for pitch, seconds in TONES:
        samples += tone(pitch, seconds, rate, PEAK)
    frames = (sample for sample in samples for _ in range(audio_format.channels))
    return AudioChunk(pcm_of(frames), audio_format, ORIGIN)


def tone(pitch: float, seconds: float, rate: int, peak: int) -> list[int]:
    """Samples, `rate` in a second, of a tone of so many Hz. It swells and dies away: an edge would click."""
    length = round(seconds * rate)
    swell = (math.sin(math.pi * at / length) ** 2 for at in range(length))
    return [round(peak * loud * math.sin(2 * math.pi * pitch * at / rate)) for at, loud in enumerate(swell)]
