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


def with_pauses(seconds: float, *pauses: float) -> np.ndarray:
    """Noise with 0.3 s of silence around each of these places."""
    samples = noise(seconds)[:, 0]
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
