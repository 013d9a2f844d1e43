"""Who is heard in a recording, what they say, and when: decided by the samples alone."""

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from proofs.lan.sink import Play
from proofs.lan.texts import SPOKEN, text_of, tone_seconds
from proofs.tiny_voice.reference import spoken_by_espeak
from robotvoice.persona import VoiceSpec

Samples = NDArray[Any]
Who = Literal["gateway", "robot", "nobody"]
AUDIBLE = 200
"""Of 32768"""
PURE = 0.8
"""Share of a tone's frame that lies at one pitch; speech has many at once"""
FRAME = 0.04
ENVELOPE = 0.01
"""Seconds"""
SMOOTH = 5
"""Moments that are one to the ear"""
LEAST = 10
"""Moments of which a sentence can be known"""
STRETCH = 0.06
ALIKE = 0.85
"""How well the loudness of a sentence follows that of the same one, said before"""
WHOLE = 0.93
"""Share of a sentence that was played if it was played to its end: the last sounds are soft"""


@dataclass(frozen=True, slots=True)
class Sound:
    """What a play was. Times are in seconds of `time.monotonic`, of what can be heard in it."""

    play: Play
    who: Who
    text: str | None
    """The sentence; None: nobody knows it"""
    began: float
    ended: float
    whole: bool
    """Whether the sentence was played to its end"""
    over: bool = True
    """Whether no more of it can come"""


class Ear:
    """Knows how the robot's own voice says each sentence."""

    def __init__(self, voice: VoiceSpec) -> None:
        """Has eSpeak NG speak, for a moment."""
        said, format = asyncio.run(spoken_by_espeak(voice, SPOKEN))
        sounds = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in said)
        self._robot = {
            text: _envelope(pcm, format.sample_rate) for text, pcm in zip(SPOKEN, sounds, strict=True)
        }
        self._known: dict[tuple[int, int, int], tuple[Play, Sound | None]] = {}
        """What was heard to its end; the play is kept as well, so that no other has its id"""

    def hear(self, play: Play, since: float = -np.inf) -> list[Sound]:
        """What can be heard in it, of all that began later than `since`."""
        found = []
        for start, end, over in play.texts():
            if play.at(start) < since:
                continue
            key = (id(play), start, end)
            sound = self._known[key][1] if key in self._known else self._sound(play, start, end, over)
            if over:
                self._known[key] = play, sound
            if sound:
                found.append(sound)
        return found

    def _sound(self, play: Play, start: int, end: int, over: bool) -> Sound | None:
        pcm = np.frombuffer(play.samples[start:end].tobytes(), "<i2").astype(np.float64)
        for first, last in play.swallowed:
            pcm[max(0, first - start) : max(0, last - start)] = 0
        loud = np.flatnonzero(np.abs(pcm) > AUDIBLE)
        if not loud.size:
            return None
        first, last = int(loud[0]), int(loud[-1])
        began, ended = play.at(start + first), play.at(start + last)
        pitch = _pitch(pcm[first : last + 1], play.rate)
        if pitch is not None:
            text = text_of(pitch)
            whole = text is not None and ended - began > WHOLE * tone_seconds(text)
            return Sound(play, "gateway", text, began, ended, whole, over)
        text, share = self._robot_says(_envelope(pcm, play.rate))
        return Sound(play, "robot" if text else "nobody", text, began, ended, share > WHOLE, over)

    def _robot_says(self, envelope: Samples) -> tuple[str | None, float]:
        """The sentence, and how much of it."""
        scores = {text: _alike(envelope, known) for text, known in self._robot.items()}
        best = max(scores, key=lambda text: scores[text])
        if scores[best] < ALIKE:
            return None, 0.0
        return best, envelope.size / self._robot[best].size


def _pitch(pcm: Samples, rate: int) -> float | None:
    """Of a tone, in Hz; None if it is none."""
    size = round(FRAME * rate)
    frames = pcm[: len(pcm) // size * size].reshape(-1, size)
    if not len(frames):
        return None
    power = np.abs(np.fft.rfft(frames * np.hanning(size))) ** 2
    peaks = power[:, 3:].argmax(axis=1) + 3
    near = sum(power[np.arange(len(frames)), peaks + step] for step in (-2, -1, 0, 1, 2))
    pure = near > PURE * power.sum(axis=1)
    middle = int(np.median(peaks))
    if (pure & (np.abs(peaks - middle) <= 1)).mean() < PURE:
        return None
    spectrum = np.abs(np.fft.rfft(pcm * np.hanning(len(pcm))))
    return float(spectrum.argmax() * rate / len(pcm))


def _envelope(pcm: Samples, rate: int) -> Samples:
    """The loudness of each moment, from the first that can be heard to the last."""
    loud = np.flatnonzero(np.abs(pcm) > AUDIBLE)
    size = round(ENVELOPE * rate)
    pcm = pcm[loud[0] : loud[-1] + 1] if loud.size else pcm[:0]
    frames = pcm[: len(pcm) // size * size].reshape(-1, size)
    loudness = np.log1p(np.sqrt((frames**2).mean(axis=1)) / AUDIBLE)
    found: Samples = np.convolve(loudness, np.ones(SMOOTH) / SMOOTH, "same")
    return found


def _alike(heard: Samples, known: Samples) -> float:
    """From -1 to 1, over what was heard. A warm eSpeak NG says a sentence a little slower or faster."""
    if len(heard) < LEAST or len(heard) > len(known) * (1 + STRETCH):
        return -1.0
    return max(_correlation(heard, known, pace) for pace in np.linspace(1 - STRETCH, 1 + STRETCH, 13))


def _correlation(heard: Samples, known: Samples, pace: float) -> float:
    places = np.arange(min(len(heard), int((len(known) - 1) / pace))) * pace
    one, other = heard[: len(places)], np.interp(places, np.arange(len(known)), known)
    one, other = one - one.mean(), other - other.mean()
    return float((one * other).sum() / (np.sqrt((one**2).sum() * (other**2).sum()) + 1e-9))
