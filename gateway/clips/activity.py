"""Where in a recording somebody speaks, found by energy: robust against a steady room."""

import itertools
from dataclasses import dataclass

import numpy as np

from gateway.clips.frames import HOP_SECONDS, Frames

DEAD = -85.0
"""dBFS; below this nothing was recorded at all: a gate, or an editor's silence"""
BELOW_LOUD = 35.0
"""dB below the loud parts that still are speech: the weakest fricative"""
ABOVE_ROOM = 8.0
"""dB above the room from which on it is no longer the room"""
LEAST_RANGE = 10.0
"""dB below the loud parts that are speech in any room"""
PAUSE = 0.3
"""Seconds; what is shorter is the closing of a consonant"""
SHORTEST_SOUND = 0.06
CUT = 0.16
"""Seconds of quiet between two words that are enough to cut there"""
STRAY = 0.6
"""Seconds of a sound beside the speech that may be a click, a breath or a bump and no word"""
STRAY_GAP = 0.15
"""Seconds between it and the speech; before a burst as in `spin` are 0.1"""
VOICED = 0.5
"""`Frames.voicing` from which on a frame counts as voiced"""
STRAY_VOICED = 0.2
"""Share of voiced frames below which a short sound is no word"""


@dataclass(frozen=True, slots=True)
class Span:
    """From one frame to another, the latter not included."""

    first: int
    end: int

    @property
    def seconds(self) -> float:
        return (self.end - self.first) * HOP_SECONDS


@dataclass(frozen=True, slots=True)
class Activity:
    """What of a recording is speech, by its energy."""

    speech: np.ndarray
    """Of each frame: whether somebody speaks. Pauses shorter than PAUSE count as speech"""
    loud: float
    """dBFS of the loud parts of the speech, in frames' SPEECH_BAND"""
    threshold: float
    """dBFS from which on a frame is speech"""
    strays: tuple[Span, ...] = ()
    """Sounds before the first and after the last word that are none themselves; no part of `speech`"""

    @property
    def spans(self) -> tuple[Span, ...]:
        return _spans(self.speech)

    @property
    def seconds(self) -> float:
        """Of speech."""
        return float(self.speech.sum()) * HOP_SECONDS

    @property
    def pauses(self) -> tuple[Span, ...]:
        """Between the first and the last word."""
        spans = self.spans
        return tuple(Span(one.end, two.first) for one, two in itertools.pairwise(spans))


NOTHING = Activity(np.zeros(0, bool), DEAD, DEAD)


def activity_in(frames: Frames) -> Activity:
    """The speech of a recording; NOTHING if it is silent throughout."""
    level = frames.level
    alive = level > DEAD
    if not alive.any():
        return NOTHING
    loud = float(np.percentile(level[alive], 95))
    # The room is measured where the speech is: what was before it may be another one.
    near = np.flatnonzero(level > loud - 25)
    around = level[near[0] : near[-1] + 1]
    room = float(np.percentile(around[around > DEAD], 10))
    threshold = max(loud - BELOW_LOUD, min(room + ABOVE_ROOM, loud - LEAST_RANGE))
    sounds = level > threshold
    speech = _opened(_closed(sounds, STRAY_GAP), SHORTEST_SOUND)
    # Of a whisper nothing is voiced, its words no more than its breath.
    if speech.any() and float(np.mean(frames.voicing[speech] > VOICED)) > STRAY_VOICED:
        for last in (False, False, True, True):
            if stray := _stray(_spans(speech), frames.voicing, last):
                speech[stray.first : stray.end] = False
    said = _spans(speech)
    outside = [
        span
        for span in _spans(_closed(sounds, STRAY_GAP))
        if said and (span.end <= said[0].first or span.first >= said[-1].end)
    ]
    return Activity(_closed(speech, PAUSE), loud, threshold, tuple(outside))


def quiet_places(frames: Frames, activity: Activity) -> tuple[float, ...]:
    """Seconds to the middle of each quiet stretch between two words, also of one too short for a pause."""
    quiet = _spans(frames.level <= activity.threshold)
    inner = (span for span in quiet if span.first > 0 and span.end < len(frames.level))
    return tuple((span.first + span.end) / 2 * HOP_SECONDS for span in inner if span.seconds >= CUT)


def _stray(spans: tuple[Span, ...], voicing: np.ndarray, last: bool) -> Span | None:
    """The outermost sound if it is short, apart from the others and unvoiced."""
    if len(spans) < 2:
        return None
    span = spans[-1] if last else spans[0]
    voiced = float(np.mean(voicing[span.first : span.end] > VOICED))
    return span if span.seconds <= STRAY and voiced < STRAY_VOICED else None


def _spans(mask: np.ndarray) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return tuple(Span(int(first), int(end)) for first, end in edges.reshape(-1, 2))


def _closed(mask: np.ndarray, seconds: float) -> np.ndarray:
    """Without gaps that are shorter."""
    filled = mask.copy()
    for gap in _spans(~mask):
        if gap.first > 0 and gap.end < len(mask) and gap.seconds < seconds:
            filled[gap.first : gap.end] = True
    return filled


def _opened(mask: np.ndarray, seconds: float) -> np.ndarray:
    """Without spans that are shorter."""
    left = mask.copy()
    for span in _spans(mask):
        if span.seconds < seconds:
            left[span.first : span.end] = False
    return left
