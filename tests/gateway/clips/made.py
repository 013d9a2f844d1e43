"""What happens to recordings on their way: each function makes one fault, always the same."""

import hashlib
import io
import subprocess
from pathlib import Path

import numpy as np
import soundfile
import soxr

from gateway.clips.clip import CLIP_RATE, CheckedClip
from gateway.clips.clip_trimming import check_persona_clip
from gateway.clips.measures import Recorded

RATE = CLIP_RATE
SAYINGS = (
    "The robot walked slowly through the garden and looked at every single flower.",
    "Then it sat down under the old apple tree and waited for the rain to stop.",
    "A small red bird came by and sang a song.",
    "In the evening the children came home and asked what it had seen all day.",
)


def checked(samples: np.ndarray, **known: object) -> CheckedClip:
    """Raises InvalidClip."""
    plain = np.ascontiguousarray(samples, np.float32)
    return check_persona_clip(plain, Recorded(len(plain) / RATE, **known))  # type: ignore[arg-type]


def warned(samples: np.ndarray, **known: object) -> set[str]:
    """The codes of all warnings but that it is short."""
    found = checked(samples, **known).findings
    return {finding.code for finding in found if finding.level == "warning"} - {"short"}


def said(text: str, voice: str, speed: int, folder: Path) -> np.ndarray:
    """By the real eSpeak NG."""
    name = hashlib.sha256(f"{text}{voice}{speed}".encode()).hexdigest()[:16]
    file = folder / f"{name}.wav"
    if not file.exists():
        command = ["espeak-ng", "-v", voice, "-s", str(speed), "-w", str(file), text]
        subprocess.run(command, check=True, timeout=20)
    samples, rate = soundfile.read(file, dtype="float32")
    resampled: np.ndarray = soxr.resample(samples, rate, RATE)
    return resampled


def strength(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def with_sound(samples: np.ndarray, other: np.ndarray, below: float) -> np.ndarray:
    """Another sound so many dB below it, all the way."""
    long = np.resize(other, len(samples))
    return samples + long * (strength(samples) / strength(long) * 10 ** (-below / 20))


def hiss(seconds: float, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE))


def room(seconds: float, level: float = -62.0, seed: int = 3) -> np.ndarray:
    """Pink noise of so many dBFS."""
    spectrum = np.fft.rfft(hiss(seconds, seed))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, round(seconds * RATE))
    return noise / strength(noise) * 10 ** (level / 20)


def music(seconds: float, root: float = 220.0) -> np.ndarray:
    """A chord of plucked notes, four a second."""
    times = np.arange(round(seconds * RATE)) / RATE
    samples = np.zeros(len(times))
    for number, start in enumerate(np.arange(0, seconds, 0.25)):
        pitch = root * (1, 1.25, 1.5, 2)[number % 4]
        here = slice(round(start * RATE), round((start + 1.5) * RATE))
        part = times[here] - start
        for harmonic in (1, 2, 3, 4):
            samples[here] += np.exp(-part * 3) * np.sin(2 * np.pi * pitch * harmonic * part) / harmonic
    scaled: np.ndarray = 0.1 * samples / np.abs(samples).max()
    return scaled


def hum(seconds: float, mains: float) -> np.ndarray:
    times = np.arange(round(seconds * RATE)) / RATE
    lines = ((1, 1.0), (2, 0.5), (3, 0.7), (5, 0.3))
    mixed: np.ndarray = np.sum(
        [part * np.sin(2 * np.pi * mains * line * times) for line, part in lines], axis=0
    )
    return mixed


def band(samples: np.ndarray, low: float, high: float) -> np.ndarray:
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / RATE)
    spectrum[(frequencies < low) | (frequencies > high)] = 0
    filtered: np.ndarray = np.fft.irfft(spectrum, len(samples))
    return filtered


def telephone(samples: np.ndarray) -> np.ndarray:
    """8 kHz, A-law."""
    file = io.BytesIO()
    narrow = soxr.resample(samples.astype(np.float32), RATE, 8000)
    soundfile.write(file, narrow, 8000, format="WAV", subtype="ALAW")
    file.seek(0)
    heard: np.ndarray = soxr.resample(soundfile.read(file, dtype="float32")[0], 8000, RATE)
    return heard


def echoing(samples: np.ndarray, seconds: float) -> np.ndarray:
    """In a room whose sound, as loud as the voice, dies away by 60 dB in so many seconds."""
    length = round(seconds * 1.2 * RATE)
    tail = hiss(length / RATE, 7) * 10 ** (-3 * np.arange(length) / RATE / seconds)
    tail[: round(0.003 * RATE)] = 0
    tail /= np.sqrt(np.sum(tail**2))
    tail[0] = 1
    whole = len(samples) + length
    mixed = np.fft.irfft(np.fft.rfft(samples, whole) * np.fft.rfft(tail, whole), whole)[: len(samples)]
    scaled: np.ndarray = 0.5 * mixed / np.abs(mixed).max()
    return scaled


def loudest(samples: np.ndarray, first: float = 0.5, last: float = 0.9) -> int:
    """The sample amid the loudest 60 ms between two parts of it."""
    hops = np.square(samples[: len(samples) // 240 * 240].reshape(-1, 240)).mean(axis=1)
    smooth = np.convolve(hops, np.ones(6), "same")
    begin, end = int(first * len(hops)), int(last * len(hops))
    return (begin + int(np.argmax(smooth[begin:end]))) * 240


def click(seed: int = 5) -> np.ndarray:
    times = np.arange(480) / RATE
    return 3 * hiss(0.02, seed) * np.exp(-times / 0.004)


def breath(seconds: float = 0.4, level: float = -34.0) -> np.ndarray:
    samples = band(room(seconds, level), 300, 5000)
    return samples * np.hanning(len(samples))


def joined(*parts: np.ndarray) -> np.ndarray:
    return np.concatenate(parts).astype(np.float32)
