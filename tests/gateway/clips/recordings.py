"""Sound files for tests: what stands in for a recorded voice, and how to write it as a file."""

import functools
import io

import numpy as np
import soundfile

RATE = 24_000


def noise(seconds: float, level: float = 0.1, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """Noise as loud as speech; always the same."""
    source = np.random.default_rng(7)
    return source.normal(0, level, (round(seconds * rate), channels)).clip(-0.99, 0.99).astype(np.float32)


SYLLABLES_A_SECOND = 4
"""That `spoken` has"""
WORDS = (
    "This is what somebody says who takes their time, and says it in about so many syllables "
    "as are to be heard in these twelve seconds of a voice that nobody has, one after the other."
)
"""As many syllables as twelve seconds of `spoken` have"""


def spoken(seconds: float, level: float = 0.1, rate: int = RATE, channels: int = 1) -> np.ndarray:
    """As loud as speech and like it to whoever cannot understand it; always the same, without a pause.

    Four syllables a second: a hiss, a vowel whose pitch glides, and a short gap.
    """
    voice = (_voice(seconds, rate) * level).clip(-0.99, 0.99)
    return np.repeat(voice.astype(np.float32)[:, None], channels, axis=1)


@functools.cache
def _voice(seconds: float, rate: int) -> np.ndarray:
    """Of level 1."""
    source = np.random.default_rng(11)
    times = np.arange(round(seconds * rate)) / rate
    samples = source.normal(0, 1e-4, len(times))
    step, last = 1 / SYLLABLES_A_SECOND, max(0.3, seconds - 0.3)
    for start in np.arange(0.1, last - step / 2, step):
        pitch, glide, first, second = source.uniform((95, -60, 350, 900), (160, 60, 800, 2200))
        here = slice(round(start * rate), round((start + 0.9 * step) * rate))
        part = times[here] - start
        hiss = np.where(part < 0.05, np.sin(np.pi * part / 0.05).clip(0) ** 2, 0)
        samples[here] += 0.25 * hiss * np.diff(source.normal(0, 0.5, len(part) + 1))
        shape = np.sin(np.pi * (part - 0.04).clip(0) / (0.9 * step - 0.04)).clip(0) ** 1.5
        phase = 2 * np.pi * (pitch * part + glide * part**2)
        for harmonic in range(1, 24):
            near = [np.exp(-(((pitch * harmonic - formant) / 180) ** 2)) for formant in (first, second, 2900)]
            samples[here] += shape * (0.03 + max(near)) / harmonic**0.4 * np.sin(harmonic * phase)
    voice: np.ndarray = samples / np.sqrt(np.mean(samples**2))
    return voice


def with_pauses(seconds: float, *pauses: float) -> np.ndarray:
    """A voice with 0.3 s of silence around each of these places."""
    samples = spoken(seconds)[:, 0]
    for place in pauses:
        samples[round((place - 0.15) * RATE) : round((place + 0.15) * RATE)] = 0
    return samples


def encoded(samples: np.ndarray, rate: int = RATE, format: str = "WAV", subtype: str | None = None) -> bytes:
    """The bytes of a sound file."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=format, subtype=subtype)
    return file.getvalue()


@functools.cache
def flac_bomb() -> bytes:
    """0.3 MB that open to ten minutes of eight channels, 920 MB; what is longer is only slower to make."""
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", 48_000, 8, format="FLAC", subtype="PCM_24") as flac:
        silence = np.zeros((48_000 * 20, 8), np.int32)
        for _ in range(30):
            flac.write(silence)
    return file.getvalue()


def without_length(flac: bytes) -> bytes:
    """A FLAC file whose header says that its length is not known."""
    return flac[:21] + bytes([flac[21] & 0xF0, 0, 0, 0, 0]) + flac[26:]
