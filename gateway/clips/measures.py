"""What can be told of a recording without a model: numbers, for the checks to judge."""

from dataclasses import dataclass

import numpy as np

from gateway.clips.activity import VOICED, Activity
from gateway.clips.clip import CLIP_RATE
from gateway.clips.frames import (
    HOP,
    HOP_SECONDS,
    QUIETEST,
    Frames,
    decibels,
    loudness_of_hops,
)

DYING_AWAY = 8
"""Frames at either end of a pause in which a word is still heard"""
ROOM_FRAMES = 15
"""So many frames of pauses, or more, tell what the room sounds like"""
STILL_OCTAVES, STILL_FRAMES = 0.01, 10
"""A pitch that moves less in 100 ms stands still: a tone's and a note's does, a voice's hardly ever"""
NOTHING, PADDING = 10 ** (-75 / 20), round(0.15 * CLIP_RATE)
"""What an encoder may have put at an end: samples as small as this, and so many"""
BEGINNING = 0.002
"""Seconds in which a word that was not cut is still soft"""
EDGE = 10
"""Frames before the end that tell whether a word was dying away"""
NUCLEUS_DIP, NUCLEUS_BELOW = 2.0, 25.0
"""dB that the level falls between two syllables, and dB below the loud parts that are no syllable.

After de Jong and Wempe, Behavior Research Methods 41 (2009), with levels of our own.
"""
VOWELS = 250.0, 3000.0
"""Hz in which vowels are louder than consonants"""
FRICATIVES = 4200.0, 8000.0
"""Hz that no telephone carries and every `s` has"""
ECHOING = 1000.0, 4000.0
"""Hz in which a room echoes and hum, rumble and hiss do not sound"""
FALL_FRAMES, FALL_FROM = 5, 22.0
"""50 ms, and the dB below the loud parts from where on a fall may have come to the room's own level"""
SOFT_ALONE = 12.0
"""dB by which a line without harmonics counts less: a loudspeaker hardly gives it"""
LINES = 5
"""Harmonics of a hum that are looked for"""
LINE, TWO_LINES, ONE_LINE = 10.0, 16.0, 20.0
"""dB above its surroundings that a line has to be: to count, to be a hum with another one, or all alone.

A voice's harmonics move: the highest of 250 readings had 15 at 50 Hz.
"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of the file before anything is measured."""

    seconds: float
    """Of the whole file"""
    more: bool = False
    """Whether it is longer than that, and does not tell how long"""
    clipped: float = 0.0
    """Share of samples that are cut off at the loudest"""
    channels: int = 1
    channel: int = 0
    """Which of them is used, counted from 0"""
    converted: str | None = None
    """The program that had to convert the file first"""
    before: float = 0.0
    """Seconds before the speech that are left out"""
    after: float = 0.0
    stray: float | None = None
    """Seconds from the file's start to a sound outside the speech that is no word"""


@dataclass(frozen=True, slots=True)
class Measures:
    """dB without more are relative to the loud parts of the speech."""

    file: Recorded
    seconds: float
    """Of what is used of the file"""
    activity: Activity
    peak: float
    """dBFS"""
    level: float
    """dBFS of the speech without its pauses; of everything where there is none"""
    swing: float
    """dB of standard deviation of the level while somebody speaks; noise and tones have next to none"""
    voiced: float
    """Share of the speech that has a pitch"""
    still: float
    """Share of that whose pitch stands still"""
    room: float | None
    """dB of what sounds in the pauses; None where they are too short to tell"""
    floor: float
    """dB below which it hardly ever falls: more than the room has, where there are no pauses"""
    room_voiced: float
    """Share of the pauses that has a pitch, and where there are none of the softest tenth"""
    hum: float | None
    """Hz of the mains whose hum can be told from all else, if it is louder than `hum_level` can be heard"""
    hum_level: float
    """dB"""
    fricatives: float
    """dB of the sharpest sounds in the band FRICATIVES"""
    fricatives_room: float
    """dB of the same band in the pauses"""
    falls: float
    """dB by which the level falls within 50 ms where it falls fast; in an echoing room it cannot"""
    start: float
    """dB of the first 2 ms"""
    end: float
    """dB of the last 30 ms"""
    end_falls: float
    """dB from the 50 ms before these"""
    nuclei: tuple[float, ...]
    """Seconds of the middle of each syllable that is heard"""


def measured(samples: np.ndarray, frames: Frames, activity: Activity, file: Recorded) -> Measures:
    """`samples` are what is used of the file, float32 at CLIP_RATE; frames and activity are of just these."""
    speech = activity.speech
    said = speech if speech.any() else np.ones(len(frames.level), bool)
    voiced = said & (frames.voicing > VOICED) & (frames.level > activity.loud - NUCLEUS_BELOW)
    room = _room(activity)
    known = int(room.sum()) >= ROOM_FRAMES
    softest = frames.level <= np.percentile(frames.level, 10)
    sharp = frames.band(*FRICATIVES) - activity.loud
    hum, hum_level = _hum(samples, activity.loud)
    start, end, end_falls = _edges(samples)
    return Measures(
        file=file,
        seconds=len(samples) / CLIP_RATE,
        activity=activity,
        peak=float(decibels(float(np.square(np.abs(samples).max(initial=0.0), dtype=np.float64)))),
        level=float(decibels(float(np.mean(10 ** (frames.level[said] / 10))))),
        swing=float(frames.level[said].std()),
        voiced=float(voiced.sum() / said.sum()),
        still=_still(frames.pitch, voiced),
        room=float(np.percentile(frames.level[room], 30)) - activity.loud if known else None,
        floor=float(np.percentile(frames.level, 3)) - activity.loud,
        room_voiced=float(np.mean(frames.voicing[room if known else softest] > VOICED)),
        hum=hum,
        hum_level=hum_level,
        fricatives=float(np.percentile(sharp[said], 98)),
        fricatives_room=float(np.percentile(sharp[room], 75)) if known else QUIETEST,
        falls=_falls(frames, activity.loud),
        start=start,
        end=end,
        end_falls=end_falls,
        nuclei=_nuclei(frames, activity),
    )


def _room(activity: Activity) -> np.ndarray:
    """The frames in which nobody speaks and no word dies away."""
    near = activity.speech.astype(np.int8)
    reach = np.ones(2 * DYING_AWAY + 1, np.int8)
    return ~(np.convolve(near, reach, "same") > 0) if near.any() else np.zeros(len(near), bool)


def _still(pitch: np.ndarray, voiced: np.ndarray) -> float:
    """Share of the voiced frames whose pitch is that of 100 ms before, with a voice all the way."""
    octaves = np.log2(pitch)
    compared = same = 0
    edges = np.flatnonzero(np.diff(np.concatenate([[False], voiced, [False]]).astype(np.int8)))
    for first, end in edges.reshape(-1, 2):
        run = octaves[first:end]
        moves = np.abs(run[STILL_FRAMES:] - run[:-STILL_FRAMES])
        compared += len(moves)
        same += int((moves < STILL_OCTAVES).sum())
    return same / compared if compared else 0.0


def _falls(frames: Frames, loud: float) -> float:
    level = frames.band(*ECHOING)
    falls = (level[:-FALL_FRAMES] - level[FALL_FRAMES:])[level[:-FALL_FRAMES] > loud - FALL_FROM]
    return float(np.percentile(falls, 95)) if len(falls) else -QUIETEST


def _hum(samples: np.ndarray, loud: float) -> tuple[float | None, float]:
    """The mains that hum, and their level: lines that stand still."""
    shape = np.hanning(len(samples))
    spectrum = np.abs(np.fft.rfft(samples * shape)) ** 2
    spectrum /= float(np.sum(np.square(shape))) * len(samples) / 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / CLIP_RATE)
    best: tuple[float | None, float] = None, QUIETEST
    for mains in (50.0, 60.0):
        power, heights = 0.0, []
        for harmonic in range(1, LINES + 1):
            off = np.abs(frequencies - harmonic * mains)
            line, around = spectrum[off <= 0.6], spectrum[(off > 1.5) & (off < 8)]
            height = float(decibels(float(line.max(initial=0)))) - float(decibels(float(np.median(around))))
            if height >= LINE:
                power += float(line.sum())
                heights.append(height)
        level = float(decibels(power)) - loud
        if len(heights) == 1:
            level -= SOFT_ALONE
        enough = TWO_LINES if len(heights) >= 2 else ONE_LINE
        if max(heights, default=0.0) >= enough and level > best[1]:
            best = mains, level
    return best


def _edges(samples: np.ndarray) -> tuple[float, float, float]:
    """`start`, `end` and `end_falls` of Measures; what an encoder put around them is no part of these."""
    sounding = np.flatnonzero(np.abs(samples) > NOTHING)
    hops = loudness_of_hops(samples)
    if len(hops) < EDGE + 1 or not len(sounding):
        return QUIETEST, QUIETEST, 0.0
    loud = float(np.percentile(hops, 90))
    first, last = int(sounding[0]), int(sounding[-1]) + 1
    start = end = QUIETEST
    if first <= PADDING:
        beginning = samples[first : first + round(BEGINNING * CLIP_RATE)]
        start = float(decibels(float(np.mean(np.square(beginning, dtype=np.float64))))) - loud
    before = loudness_of_hops(samples[max(0, last - EDGE * HOP) : last]) - loud
    if not len(before):  # all of it is in the first hop: a click
        return start, end, 0.0
    if len(samples) - last <= PADDING:
        end = float(before[-3:].max())
    return start, end, float(before[:5].max()) - end


def _nuclei(frames: Frames, activity: Activity) -> tuple[float, ...]:
    """The middle of each syllable: a voiced peak of the level with a dip on either side."""
    if not activity.speech.any():
        return ()
    shape = np.hanning(9)
    floor = np.maximum(frames.band(*VOWELS), activity.loud - 45)
    level = np.convolve(np.pad(floor, 4, mode="edge"), shape / shape.sum(), "valid")
    voicing = np.convolve(np.pad(frames.voicing, 3, mode="edge"), np.ones(7) / 7, "valid")
    inner = level[1:-1]
    peaks = (
        np.flatnonzero((inner >= level[:-2]) & (inner > level[2:]) & (inner > activity.loud - NUCLEUS_BELOW))
        + 1
    )
    kept: list[int] = []
    for peak in map(int, peaks):
        if not kept:
            kept.append(peak)
            continue
        dip = float(level[kept[-1] : peak + 1].min())
        if min(level[peak], level[kept[-1]]) - dip >= NUCLEUS_DIP:
            kept.append(peak)
        elif level[peak] > level[kept[-1]]:
            kept[-1] = peak
    return tuple(peak * HOP_SECONDS for peak in kept if voicing[peak] > VOICED)
