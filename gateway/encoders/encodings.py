"""The formats sound leaves in: as it is made where the format allows it, else as a whole file."""

import io
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import soundfile

from gateway.encoders.ogg_opus import OggOpus
from robotvoice.sound.ai_mark import AI_MARK, marked_wav
from robotvoice.sound.pcm import SAMPLE_WIDTH, WIRE_FORMAT

UNKNOWN_LENGTH = 0x7FFFF000
"""What stands in a WAV header for a length nobody knows yet.

sox, ffmpeg, libsndfile, SciPy, `wave` and aplay read all there is behind it, and sox shows no length: it is
its own sign for that. Behind 0xFFFFFFFF they read the same, but sox shows a day; behind 0 most read nothing.
"""
BLOCK = 65_536
"""Samples that are given to an encoder at a time"""


class AsItIs:
    """PCM behind a header that comes once. `feed` gives what can be sent now, `end` the rest."""

    def __init__(self, header: bytes = b"") -> None:
        self._header = header

    def feed(self, pcm: bytes) -> bytes:
        header, self._header = self._header, b""
        return header + pcm

    def end(self) -> bytes:
        return b""


Stream = AsItIs | OggOpus
"""Turns the wire's PCM into a format, piece by piece"""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One format of the wire's sound: PCM_16, mono, 24 kHz."""

    content_type: str
    file: tuple[str, str] | None
    """Format and subtype as libsndfile calls them; None: it needs no encoder"""
    stream: Callable[[], Stream] | None = None
    """For one that can be sent while it is made"""

    @property
    def available(self) -> bool:
        """Whether this machine's libsndfile can write it; MP3 came with 1.1, Opus with 1.0.29."""
        if self.file is None:
            return True
        kind, subtype = self.file
        return kind in soundfile.available_formats() and subtype in soundfile.available_subtypes(kind)


def streamed_wav_header() -> bytes:
    """44 bytes that say all about the sound but its length."""
    rate, frame = WIRE_FORMAT.sample_rate, WIRE_FORMAT.frame_bytes
    fields = (16, 1, WIRE_FORMAT.channels, rate, rate * frame, frame, 8 * SAMPLE_WIDTH)
    return (
        struct.pack("<4sI4s", b"RIFF", UNKNOWN_LENGTH + 36, b"WAVE")
        + struct.pack("<4sIHHIIHH", b"fmt ", *fields)
        + struct.pack("<4sI", b"data", UNKNOWN_LENGTH)
    )


ENCODINGS: Mapping[str, Encoding] = {
    "mp3": Encoding("audio/mpeg", ("MP3", "MPEG_LAYER_III")),
    "wav": Encoding("audio/wav", ("WAV", "PCM_16"), lambda: AsItIs(streamed_wav_header())),
    "pcm": Encoding("audio/pcm", None, AsItIs),
    "flac": Encoding("audio/flac", ("FLAC", "PCM_16")),
    "opus": Encoding("audio/ogg; codecs=opus", ("OGG", "OPUS"), OggOpus),
}
OTHER_NAMES: Mapping[str, str] = {
    "mpeg": "mp3", "mpga": "mp3", "x-mpeg": "mp3", "mpeg3": "mp3",
    "wave": "wav", "x-wav": "wav", "vnd.wave": "wav",
    "pcm16": "pcm", "pcm_16": "pcm", "pcm_24000": "pcm", "pcm_s16le": "pcm", "s16le": "pcm", "raw": "pcm",
    "x-flac": "flac",
    "ogg": "opus", "oga": "opus", "ogg_opus": "opus", "ogg-opus": "opus", "x-opus": "opus",
}  # fmt: skip
"""How programs and media types write them"""


def format_called(name: str) -> str | None:
    """The key of one that can be made here, by `WAV`, `.wav`, `audio/wav` and the like; None: none can."""
    plain = name.strip().lower().partition(";")[0].strip().removeprefix("audio/").lstrip(".")
    known = OTHER_NAMES.get(plain, plain)
    return known if known in ENCODINGS and ENCODINGS[known].available else None


def formats_here() -> str:
    """For a person."""
    return ", ".join(name for name, encoding in ENCODINGS.items() if encoding.available)


def encode(pcm: bytes, encoding: Encoding) -> bytes:
    """A whole file of the wire's PCM, with AI_MARK in it.

    MP3 takes 8 ms for each second of sound: not for an event loop.
    """
    assert encoding.file is not None, "this one is sent as it is made"
    kind, subtype = encoding.file
    if kind == "WAV":
        return marked_wav(pcm, WIRE_FORMAT)
    samples = np.frombuffer(pcm, dtype="<i2")
    file = io.BytesIO()
    rate, channels = WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels
    with soundfile.SoundFile(file, "w", rate, channels, format=kind, subtype=subtype) as sound:
        sound.comment = AI_MARK  # before any sound: what is behind it is not written
        for start in range(0, len(samples), BLOCK):
            sound.write(samples[start : start + BLOCK])
    return file.getvalue()
