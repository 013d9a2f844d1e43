"""From a decoded recording to the clip that is cloned: without the room around the speech, and checked."""

import hashlib
from dataclasses import replace

import numpy as np

from gateway.clips.activity import activity_in, quiet_places
from gateway.clips.clip import CLIP_RATE, TRAILING_SILENCE, CheckedClip, Clip, ClipFinding, of_level
from gateway.clips.frames import HOP_SECONDS, frames_of
from gateway.clips.measures import Recorded, measured
from gateway.clips.recording_checks import LONGEST, SHORTEST, findings_of
from robotvoice.errors import InvalidClip

PADDING = 0.1
"""Seconds of silence that an MP3 encoder may add to a recording of just LONGEST; cut off without a word"""
KEPT_BEFORE, KEPT_AFTER = 0.25, 0.35
"""Seconds of what is around the speech; the first and the last sound are soft"""
LEFT_OUT_FROM = 0.1
"""Seconds; for less nothing is left out"""
CUTS = 5
"""Places that are named, the last ones"""


def check_persona_clip(samples: np.ndarray, file: Recorded) -> CheckedClip:
    """A persona's clip, which has a transcript: one that is too long is refused with the places to cut it.

    `samples` are float32, mono, 24 kHz; at least the first minute of the file. Raises InvalidClip.
    """
    part = _Part(samples, file)
    if part.seconds > LONGEST + PADDING:
        raise InvalidClip(
            f"the clip is {_length(file)} long and may have {LONGEST:g} s; {_where_to_cut(part)}, "
            "and leave in its transcript only what is still heard"
        )
    return _checked(part, LONGEST)


def check_caller_clip(samples: np.ndarray, file: Recorded) -> CheckedClip:
    """The clip of a single request: one that is too long is cut, with a warning. Raises InvalidClip."""
    part = _Part(samples, file)
    if part.seconds <= LONGEST + PADDING:
        return _checked(part, LONGEST)
    places = part.places_to_cut()
    end = places[-1] - part.begin if places else LONGEST
    checked = _checked(part, end)
    told = ClipFinding(
        "cut",
        "warning",
        f"the clip of {_length(file)} was cut to its first {end:.1f} s, as it may have {LONGEST:g} s"
        + (f"; {_where_to_cut(part)}, to choose by yourself" if places else ""),
    )
    return replace(checked, findings=(told, *checked.findings), cut=True)


class _Part:
    """What is used of a file: from shortly before the first word to shortly after the last."""

    def __init__(self, samples: np.ndarray, file: Recorded) -> None:
        self.samples = samples
        """Of the whole file, or of its first minute"""
        self.frames = frames_of(samples)
        self.activity = activity_in(self.frames)
        spans = self.activity.spans
        decoded = len(samples) / CLIP_RATE
        first, last = (spans[0].first, spans[-1].end) if spans else (0, len(self.frames.level))
        before = _left_out(first * HOP_SECONDS - KEPT_BEFORE)
        after = _left_out(decoded - last * HOP_SECONDS - KEPT_AFTER) if spans else 0.0
        self.begin = before
        """Seconds from the file's start"""
        self.seconds = (file.seconds if file.seconds > decoded else decoded - after) - before
        strays = sorted(stray.first * HOP_SECONDS for stray in self.activity.strays)
        self.file = replace(file, before=before, after=after, stray=strays[0] if strays else None)

    def first(self, seconds: float) -> np.ndarray:
        """Its samples."""
        start = round(self.begin * CLIP_RATE)
        length = min(self.seconds, seconds)
        return self.samples[start : start + round(length * CLIP_RATE)]

    def places_to_cut(self) -> tuple[float, ...]:
        """Seconds from the file's start to the middle of pauses where a clip of allowed length would end.

        The last ones, in order.
        """
        places = (round(place, 1) for place in quiet_places(self.frames, self.activity))
        return tuple(p for p in places if SHORTEST <= p - self.begin <= LONGEST)[-CUTS:]


def _left_out(seconds: float) -> float:
    """In whole frames, none for next to nothing."""
    return int(seconds / HOP_SECONDS) * HOP_SECONDS if seconds >= LEFT_OUT_FROM else 0.0


def _checked(part: _Part, longest: float) -> CheckedClip:
    samples = part.first(longest)
    frames, activity = part.frames, part.activity
    if len(samples) < len(part.samples):
        frames = frames_of(samples)
        activity = activity_in(frames)
    heard = measured(samples, frames, activity, part.file)
    findings = findings_of(heard)
    for problem in of_level(findings, "problem"):
        raise InvalidClip(problem)
    silence = np.zeros(round(TRAILING_SILENCE * CLIP_RATE), dtype="<f4")
    raw = np.concatenate([samples.astype("<f4", copy=False), silence]).tobytes()
    clip = Clip(raw, len(samples) / CLIP_RATE, hashlib.sha256(raw).hexdigest())
    return CheckedClip(clip, findings, heard)


def _where_to_cut(part: _Part) -> str:
    places = [f"{place:g}" for place in part.places_to_cut()]
    if not places:
        return "no pause was found to cut it in, so record it again, shorter"
    *others, last = places
    if not others:
        return f"cut it in the pause at {last} s"
    return f"cut it in a pause, at {', '.join(others)} or {last} s"


def _length(file: Recorded) -> str:
    return f"{'more than ' if file.more else ''}{file.seconds:.1f} s"
