"""The formats sound leaves in: as it is made where the format allows it, else as a whole file."""

import io
import struct
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import soundfile

from speech.audio import SAMPLE_WIDTH, WIRE_FORMAT

UNKNOWN_LENGTH = 0xFFFFFFFF
"""What stands in a WAV header for a length nobody knows yet; readers take all there is"""
BLOCK = 65_536
"""Samples that are given to an encoder at a time"""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One format of the wire's sound: PCM_16, mono, 24 kHz."""

    content_type: str
    file: tuple[str, str] | None = None
    """Format and subtype as libsndfile calls them; None: it can be sent while it is made"""
    header: bytes = b""
    """Comes once, before the samples of one that is sent while it is made"""

    @property
    def available(self) -> bool:
        """Whether this machine's libsndfile can write it; MP3 came with 1.1."""
        return self.file is None or self.file[0] in soundfile.available_formats()


def streamed_wav_header() -> bytes:
    """44 bytes that say all about the sound but its length."""
    rate, frame = WIRE_FORMAT.sample_rate, WIRE_FORMAT.frame_bytes
    fields = (16, 1, WIRE_FORMAT.channels, rate, rate * frame, frame, 8 * SAMPLE_WIDTH)
    return (
        struct.pack("<4sI4s", b"RIFF", UNKNOWN_LENGTH, b"WAVE")
        + struct.pack("<4sIHHIIHH", b"fmt ", *fields)
        + struct.pack("<4sI", b"data", UNKNOWN_LENGTH)
    )


ENCODINGS: Mapping[str, Encoding] = {
    "mp3": Encoding("audio/mpeg", ("MP3", "MPEG_LAYER_III")),
    "wav": Encoding("audio/wav", header=streamed_wav_header()),
    "pcm": Encoding("audio/pcm"),
    "flac": Encoding("audio/flac", ("FLAC", "PCM_16")),
}


def encode(pcm: bytes, encoding: Encoding) -> bytes:
    """A whole file of the wire's PCM. MP3 takes 8 ms for each second of sound: not for an event loop."""
    assert encoding.file is not None, "this one is sent as it is made"
    kind, subtype = encoding.file
    samples = np.frombuffer(pcm, dtype="<i2")
    file = io.BytesIO()
    rate, channels = WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels
    with soundfile.SoundFile(file, "w", rate, channels, format=kind, subtype=subtype) as sound:
        for start in range(0, len(samples), BLOCK):
            sound.write(samples[start : start + BLOCK])
    return file.getvalue()
