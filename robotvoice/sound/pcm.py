"""Sound as it travels: PCM_16 little-endian, mono on every wire, framed as WAV where a file is wanted."""

import struct
import sys
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

SAMPLE_WIDTH = 2
"""Bytes per sample of PCM_16."""

WIRE_SAMPLE_RATE = 24_000
"""Hz of everything the gateway sends."""


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How to read PCM_16 bytes."""

    sample_rate: int
    """Hz"""
    channels: int = 1

    @property
    def frame_bytes(self) -> int:
        """Bytes that hold one sample of every channel."""
        return SAMPLE_WIDTH * self.channels

    def samples(self, pcm_bytes: int) -> int:
        """Samples per channel in so many bytes."""
        return pcm_bytes // self.frame_bytes

    def seconds(self, samples: int) -> float:
        return samples / self.sample_rate


WIRE_FORMAT = AudioFormat(WIRE_SAMPLE_RATE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made a piece of sound."""

    engine: str
    voice: str
    settings: Mapping[str, int] = field(default_factory=dict)
    """What the synthesiser was set to, as it reported it (eSpeak NG: pitch, rate, volume)."""
    stored: bool = False
    """True when it was made earlier and kept."""


@dataclass(frozen=True, slots=True)
class AudioChunk:
    """A run of samples of one sentence. `pcm` holds whole frames of `format`."""

    pcm: bytes
    format: AudioFormat
    origin: Origin
    pause: bool = False
    """True: silence that the text asks for after the sentence, which says nothing of who made it"""

    @property
    def samples(self) -> int:
        return self.format.samples(len(self.pcm))


def samples_of(pcm: bytes) -> "array[int]":
    """PCM_16 to reckon with, whatever the byte order here: all channels, in turn."""
    return _swapped(array("h", pcm))


def pcm_of(samples: Iterable[int]) -> bytes:
    """PCM_16 of samples from -32768 to 32767."""
    return _swapped(array("h", samples)).tobytes()


def _swapped(samples: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def wav_file(pcm: bytes, audio_format: AudioFormat) -> bytes:
    """A complete RIFF file with its true length."""
    return wav_header(len(pcm), audio_format) + pcm


def wav_header(pcm_bytes: int, audio_format: AudioFormat, *, behind: int = 0) -> bytes:
    """What comes before so many bytes of PCM in a RIFF file, and so many of other chunks `behind` them."""
    rate, frame = audio_format.sample_rate, audio_format.frame_bytes
    shape = struct.pack("<HHIIHH", 1, audio_format.channels, rate, rate * frame, frame, 8 * SAMPLE_WIDTH)
    return struct.pack(
        "<4sI8sI16s4sI", b"RIFF", 36 + pcm_bytes + behind, b"WAVEfmt ", 16, shape, b"data", pcm_bytes
    )
