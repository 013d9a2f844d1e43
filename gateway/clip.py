"""A reference clip as a model takes it, and what makes a clip good enough to be cloned."""

from dataclasses import dataclass

CLIP_RATE = 24_000
"""Hz of every clip"""
SAMPLE_BYTES = 4
"""A sample of a clip is a little-endian float32"""
TRAILING_SILENCE = 0.5
"""Seconds after the clip's end, without which a model speaks on where the clip stopped"""


@dataclass(frozen=True, slots=True)
class Clip:
    """The voice that is to be cloned: mono, 24 kHz."""

    samples: bytes
    """float32 little-endian, TRAILING_SILENCE included"""
    seconds: float
    """Without that silence"""
    key: str
    """SHA-256 of `samples` in hex"""


@dataclass(frozen=True, slots=True)
class CheckedClip:
    """A clip that can be used, and what would make it better: one line each."""

    clip: Clip
    warnings: tuple[str, ...] = ()
