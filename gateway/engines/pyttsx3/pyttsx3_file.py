"""What pyttsx3 wrote: WAV on Linux, AIFF on a Mac, whatever the file is called."""

import io
import wave
from pathlib import Path

from gateway.engines.pyttsx3.aiff import read_aiff
from robotvoice.sound.pcm import SAMPLE_WIDTH, AudioFormat

MOST_BYTES = 64 * 2**20
"""25 minutes, which is no sentence"""
LOWEST_RATE, HIGHEST_RATE = 8_000, 192_000
"""Hz"""


def read_sound_file(file: Path) -> tuple[AudioFormat, bytes]:
    """Its format and its PCM_16, at least one sample of one channel.

    Raises OSError if it cannot be read, ValueError if it is not whole or no such file.
    """
    if file.stat().st_size > MOST_BYTES:
        raise ValueError("it is far longer than any sentence")
    data = file.read_bytes()
    audio_format, pcm = _read_wav(data) if data[:4] == b"RIFF" else read_aiff(data)
    if not pcm:
        raise ValueError("it is empty")
    if not LOWEST_RATE <= audio_format.sample_rate <= HIGHEST_RATE:
        raise ValueError(f"its sample rate is {audio_format.sample_rate} Hz")
    return audio_format, pcm


def _read_wav(data: bytes) -> tuple[AudioFormat, bytes]:
    try:
        with wave.open(io.BytesIO(data)) as wav:
            channels, width, rate, frames = wav.getparams()[:4]
            if (channels, width) != (1, SAMPLE_WIDTH):
                raise ValueError(f"it holds {channels} channels of {8 * width} bits, not mono of 16 bits")
            pcm = wav.readframes(frames)
    except (wave.Error, EOFError) as error:
        raise ValueError(f"it is no whole WAV file: {error}") from error
    if len(pcm) < SAMPLE_WIDTH * frames:
        raise ValueError(f"it holds {len(pcm) // SAMPLE_WIDTH} of {frames} samples")
    return AudioFormat(rate), pcm
