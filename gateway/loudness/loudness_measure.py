"""How loud a voice is to a listener (ITU-R BS.1770), and how it is brought to a level without clipping."""

import math
from dataclasses import dataclass

import numpy as np

from robotvoice.sound.pcm import WIRE_SAMPLE_RATE

TARGET = -20.0
"""LUFS; at its normal volume eSpeak NG, the usual substitute, speaks at -18 to -21"""
MOST_GAIN = 12.0
"""dB; a voice that needs more has little but noise to make louder"""
CEILING = -1.0
"""dBFS that no sample exceeds; what a resampler puts between two samples fits above"""
RELEASE = 0.1
"""Seconds in which the limiter gives back 10 dB"""

# Of ITU-R BS.1770, annex 1: blocks that overlap by three quarters, two gates, the constant of its formula.
BLOCK_SECONDS, STEP_SECONDS = 0.4, 0.1
ABSOLUTE_GATE = -70.0
"""LUFS"""
RELATIVE_GATE = -10.0
"""LU below the mean of what passes the absolute gate"""
OFFSET = -0.691
"""With it a full-scale sine of 997 Hz in one channel has -3.01 LUFS"""


@dataclass(frozen=True, slots=True)
class Biquad:
    """A filter of the second order, a0 = 1."""

    b: tuple[float, float, float]
    a: tuple[float, float, float]

    def response(self, z: np.ndarray) -> np.ndarray:
        """At z = exp(-i angle)."""
        answer: np.ndarray = np.polyval(self.b[::-1], z) / np.polyval(self.a[::-1], z)
        return answer


def k_weighting(rate: int) -> tuple[Biquad, Biquad]:
    """The shelf and the high-pass of BS.1770 at any rate; at 48 kHz they are the ones it prints.

    It prints their coefficients at 48 kHz (annex 1, tables 1 and 2). The numbers here are the frequencies, Qs
    and gain of the analogue filters of which the bilinear transform makes those, as libebur128 has them too.
    """
    k, q = math.tan(math.pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    middle = high**0.4996667741545416
    scale = 1 + k / q + k * k
    shelf = Biquad(
        (
            (high + middle * k / q + k * k) / scale,
            2 * (k * k - high) / scale,
            (high - middle * k / q + k * k) / scale,
        ),
        (1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale),
    )
    k, q = math.tan(math.pi * 38.13547087602444 / rate), 0.5003270373238773
    scale = 1 + k / q + k * k
    high_pass = Biquad((1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / scale, (1 - k / q + k * k) / scale))
    return shelf, high_pass


def integrated_loudness(samples: np.ndarray, rate: int = WIRE_SAMPLE_RATE) -> float:
    """LUFS of mono samples between -1 and 1, gated; -inf for silence."""
    return gated_loudness(block_powers(samples, rate))


def block_powers(samples: np.ndarray, rate: int = WIRE_SAMPLE_RATE) -> np.ndarray:
    """The weighted power of each block; of several sentences they may be put together.

    What is shorter than a block of 0.4 s is one block of its own length.
    """
    block, step = round(BLOCK_SECONDS * rate), round(STEP_SECONDS * rate)
    if not len(samples):
        return np.zeros(0)
    # Sums of squares up to each sample: the mean of any block is then a difference.
    sums = np.concatenate([[0.0], np.cumsum(np.square(_weighted(samples, rate)))])
    block = min(block, len(samples))
    starts = np.arange(0, len(samples) - block + 1, step)
    powers: np.ndarray = (sums[starts + block] - sums[starts]) / block
    return powers


def gated_loudness(powers: np.ndarray) -> float:
    """LUFS of these blocks without the pauses among them; -inf if there is nothing else."""
    loud = powers[powers > _power(ABSOLUTE_GATE)]
    if not len(loud):
        return -math.inf
    gate = loud.mean() * 10 ** (RELATIVE_GATE / 10)
    return _loudness(float(loud[loud > gate].mean()))


def gain_to(target: float, loudness: float) -> float:
    """The factor that brings a voice of this loudness to `target`, both LUFS; 1.0 for silence."""
    if math.isinf(loudness):
        return 1.0
    return float(10 ** (min(target - loudness, MOST_GAIN) / 20))


class Leveller:
    """A fixed gain, and a limiter that looks at no sample before its time. One for each sentence."""

    def __init__(self, gain: float, rate: int = WIRE_SAMPLE_RATE) -> None:
        self._gain = gain
        self._ceiling = 10 ** (CEILING / 20)
        # In natural logarithms, where an envelope that falls at a constant rate is a straight line.
        self._fall = 10 / 20 * math.log(10) / (RELEASE * rate)
        self._envelope = -math.inf

    def feed(self, pcm: bytes) -> bytes:
        """As many samples as it was given: PCM_16, mono. However they are cut, the result is the same."""
        if not pcm:
            return b""
        given = np.frombuffer(pcm, dtype="<i2")
        samples = given.astype(np.float64) * (self._gain / 32768)
        if self._envelope <= 0 and np.abs(samples).max() <= self._ceiling:
            # Nothing to limit, as is usual: what lies below the ceiling has no part in the envelope.
            plain: bytes = pcm if self._gain == 1.0 else np.rint(samples * 32768).astype("<i2").tobytes()
            return plain
        with np.errstate(divide="ignore"):
            levels = np.log(np.abs(samples) / self._ceiling)
        slope = self._fall * np.arange(1, len(samples) + 1)
        envelope = np.maximum(np.maximum.accumulate(levels + slope), self._envelope) - slope
        self._envelope = float(envelope[-1])
        limited = samples * np.exp(-np.maximum(envelope, 0.0))
        # A sample at the ceiling must not be rounded across it.
        most = math.floor(self._ceiling * 32768)
        leveled: bytes = np.clip(np.rint(limited * 32768), -most, most).astype("<i2").tobytes()
        return leveled


def _weighted(samples: np.ndarray, rate: int) -> np.ndarray:
    """K-weighted samples, filtered by their spectrum: the same as sample by sample, and fast in numpy."""
    # Room for the high-pass to die away in, or it would come round to the beginning.
    length = 1 << (len(samples) + rate - 1).bit_length()
    z = np.exp(-2j * np.pi * np.arange(length // 2 + 1) / length)
    spectrum = np.fft.rfft(samples.astype(np.float64), length)
    for biquad in k_weighting(rate):
        spectrum = spectrum * biquad.response(z)
    weighted: np.ndarray = np.fft.irfft(spectrum, length)[: len(samples)]
    return weighted


def _power(loudness: float) -> float:
    return float(10 ** ((loudness - OFFSET) / 10))


def _loudness(power: float) -> float:
    return OFFSET + 10 * math.log10(power)
