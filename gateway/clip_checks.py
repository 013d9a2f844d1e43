"""What a decoded recording must be like so that its voice can be cloned."""

import hashlib

import numpy as np

from gateway.clip import CLIP_RATE, TRAILING_SILENCE, CheckedClip, Clip
from speech.errors import InvalidClip

SHORTEST, LONGEST = 3.0, 15.0
"""Seconds. Encoding costs with the square of the length, and beyond this it adds nothing."""
GOOD_FROM = 10.0
"""Seconds; a shorter clip works, but is less like its speaker"""
PADDING = 0.1
"""Seconds of silence that an MP3 encoder may add to a recording of just LONGEST; cut off without a word"""
SILENT_BELOW = -60.0
"""dBFS of the highest peak"""
TOO_QUIET_BELOW = -45.0
"""dBFS of the whole; below, what is amplified is mostly the room and the microphone"""
CLIPPED_FROM, CLIPPED_A_LITTLE_FROM = 0.005, 0.001
"""Share of samples at full scale; speech 4 dB too loud has 0.3 %, 6 dB too loud 1 %"""

FRAME = round(0.02 * CLIP_RATE)
PAUSE_FRAMES = 8
"""So many frames of 20 ms, or more, make a pause"""
PAUSE_BELOW = 25.0
"""dB below the loud parts of the speech"""
CUTS = 5
"""Places that are named, the last ones"""


def check_persona_clip(samples: np.ndarray, seconds: float, clipped: float) -> CheckedClip:
    """A persona's clip, which has a transcript: one that is too long is refused with the places to cut it.

    `samples` are float32, mono, 24 kHz; `clipped` is the share of samples at full scale. Raises InvalidClip.
    """
    if seconds > LONGEST + PADDING:
        raise InvalidClip(
            f"the clip is {seconds:.1f} s long and may have {LONGEST:g} s; {_where_to_cut(samples)}, "
            "and leave in its transcript only what is still heard"
        )
    return _checked(samples[: round(LONGEST * CLIP_RATE)], min(seconds, LONGEST), clipped)


def check_caller_clip(samples: np.ndarray, seconds: float, clipped: float) -> CheckedClip:
    """The clip of a single request: one that is too long is cut, with a warning. Raises InvalidClip."""
    cut: tuple[str, ...] = ()
    if seconds > LONGEST + PADDING:
        cut = (
            f"the clip of {seconds:.1f} s was cut to its first {LONGEST:g} s; "
            "give a transcript of only what is still heard",
        )
    return _checked(samples[: round(LONGEST * CLIP_RATE)], min(seconds, LONGEST), clipped, cut)


def _checked(
    samples: np.ndarray, seconds: float, clipped: float, warnings: tuple[str, ...] = ()
) -> CheckedClip:
    peak = _decibels(float(np.abs(samples).max(initial=0.0)))
    # In float64: the squares of a float file's wildest values do not fit into float32.
    level = _decibels(float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))))
    if seconds < SHORTEST:
        raise InvalidClip(
            f"the clip is {seconds:.1f} s long and needs {SHORTEST:g} s; "
            f"record {GOOD_FROM:g} to {LONGEST:g} s of speech"
        )
    if peak < SILENT_BELOW:
        raise InvalidClip("the clip is silent; check the microphone and record it again")
    if level < TOO_QUIET_BELOW:
        raise InvalidClip(
            f"the clip is too quiet ({level:.0f} dBFS, needed are {TOO_QUIET_BELOW:.0f}); "
            "record it again, nearer to the microphone"
        )
    if clipped >= CLIPPED_FROM:
        raise InvalidClip(
            f"the clip is distorted, {clipped:.1%} of it is at full scale; record it again at a lower level"
        )
    if clipped >= CLIPPED_A_LITTLE_FROM:
        warnings += (f"{clipped:.1%} of the clip is at full scale; a recording at a lower level is better",)
    if seconds < GOOD_FROM:
        warnings += (
            f"the clip is {seconds:.1f} s long; with {GOOD_FROM:g} to {LONGEST:g} s "
            "the voice comes nearer to its speaker",
        )
    silence = np.zeros(round(TRAILING_SILENCE * CLIP_RATE), dtype="<f4")
    raw = np.concatenate([samples.astype("<f4", copy=False), silence]).tobytes()
    return CheckedClip(Clip(raw, seconds, hashlib.sha256(raw).hexdigest()), warnings)


def places_to_cut(samples: np.ndarray) -> tuple[float, ...]:
    """Seconds at the middle of pauses where a clip of allowed length would end: the last ones, in order."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    levels = 10 * np.log10(np.mean(np.square(frames, dtype=np.float64), axis=1) + 1e-12)
    quiet = levels < np.percentile(levels, 95) - PAUSE_BELOW
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    places = [
        float(start + end) / 2 * FRAME / CLIP_RATE
        for start, end in edges.reshape(-1, 2)
        if end - start >= PAUSE_FRAMES
    ]
    return tuple(round(place, 1) for place in places if SHORTEST <= place <= LONGEST)[-CUTS:]


def _where_to_cut(samples: np.ndarray) -> str:
    places = [f"{place:g}" for place in places_to_cut(samples)]
    if not places:
        return "no pause was found to cut it in, so record it again, shorter"
    *others, last = places
    if not others:
        return f"cut it in the pause at {last} s"
    return f"cut it in a pause, at {', '.join(others)} or {last} s"


def _decibels(level: float) -> float:
    return 20 * float(np.log10(max(level, 1e-9)))
