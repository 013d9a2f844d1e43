"""A recording in frames of 10 ms: how loud each is, whether it is voiced, and at which pitch."""

from dataclasses import dataclass

import numpy as np

from gateway.clips.clip import CLIP_RATE

HOP_SECONDS = 0.01
HOP = round(HOP_SECONDS * CLIP_RATE)
WINDOW = 4 * HOP
"""40 ms hold two periods of the lowest voice"""
_BINS = 2048
_SHAPE = np.hanning(WINDOW).astype(np.float32)
FREQUENCIES = np.fft.rfftfreq(_BINS, 1 / CLIP_RATE)
"""Hz of each column of `Frames.power`"""
SPEECH_BAND = 150.0, 6000.0
"""Hz; leaves out hum and rumble below, and hiss above"""
PITCHES = 60.0, 450.0
"""Hz of the lowest and the highest voice that is looked for"""
_HARMONICS = 80.0, 2000.0
"""Hz in which a voice's harmonics are stronger than what else sounds"""
QUIETEST = -120.0
"""dB; what is not there at all"""


@dataclass(frozen=True, slots=True)
class Frames:
    """One row, or one value, for each 10 ms."""

    power: np.ndarray
    """Mean square in each of FREQUENCIES"""
    level: np.ndarray
    """dBFS in SPEECH_BAND; a sine of full scale has -3"""
    voicing: np.ndarray
    """0 to 1: how much of it repeats with `pitch`"""
    pitch: np.ndarray
    """Hz; means nothing where `voicing` is low"""

    def band(self, low: float, high: float) -> np.ndarray:
        """dBFS between two frequencies."""
        return decibels(self.power[:, (low <= FREQUENCIES) & (high > FREQUENCIES)].sum(axis=1))


def frames_of(samples: np.ndarray) -> Frames:
    """`samples` are float32 at CLIP_RATE; what is shorter than a frame is filled up with silence."""
    padded = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    cut = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    spectrum = np.fft.rfft(cut * _SHAPE, _BINS, axis=1)
    scale = float(np.sum(np.square(_SHAPE))) * _BINS / 2
    power = (np.square(spectrum.real) + np.square(spectrum.imag)) / scale
    low, high = SPEECH_BAND
    level = decibels(power[:, (low <= FREQUENCIES) & (high > FREQUENCIES)].sum(axis=1))
    return Frames(power, level, *_voicing(power))


def loudness_of_hops(samples: np.ndarray) -> np.ndarray:
    """dBFS of each 10 ms, not overlapping and of all frequencies: for what happens at an edge."""
    whole = samples[: len(samples) // HOP * HOP].reshape(-1, HOP)
    return decibels(np.mean(np.square(whole, dtype=np.float64), axis=1))


def decibels(power: np.ndarray | float) -> np.ndarray:
    return 10 * np.log10(np.maximum(power, 10 ** (QUIETEST / 10)))


def _voicing(power: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The highest peak of the autocorrelation, freed of the window's own; and the pitch it stands for."""
    low, high = _HARMONICS
    kept = np.where((low <= FREQUENCIES) & (high > FREQUENCIES), power, 0)
    shortest, longest = round(CLIP_RATE / PITCHES[1]), round(CLIP_RATE / PITCHES[0])
    repeats = np.fft.irfft(kept, axis=1)[:, : longest + 1]
    window = np.correlate(_SHAPE, _SHAPE, "full")[WINDOW - 1 :][: longest + 1]
    repeats = repeats / np.maximum(repeats[:, :1], 1e-15) / (window / window[0])
    lags = repeats[:, shortest:].argmax(axis=1) + shortest
    return repeats[np.arange(len(lags)), lags].clip(0, 1), CLIP_RATE / lags
