"""Ogg Opus while it is made, by libsndfile: about 80 ms of sound until the first of it can be sent."""

import io

import numpy as np
import soundfile

from robotvoice.sound.ai_mark import AI_MARK
from robotvoice.sound.pcm import WIRE_FORMAT

SET_PAGE_LATENCY = 0x1302
"""SFC_SET_OGG_PAGE_LATENCY_MS of sndfile.h; soundfile has no name for it"""
PAGE_MS = 50.0
"""Sound in a page, the least there is; without it a page holds a second, and nothing is heard before"""


class _Outbox(io.RawIOBase):
    """A file that is taken away while it grows: Ogg is never written anywhere but at its end."""

    def __init__(self) -> None:
        self._written = bytearray()
        self._at = 0

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: "bytes | memoryview") -> int:  # type: ignore[override]  # of any buffer there is
        self._written += data
        self._at += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._at

    def tell(self) -> int:
        return self._at

    def take(self) -> bytes:
        taken, self._written = bytes(self._written), bytearray()
        return taken


class OggOpus:
    """One answer of the wire's PCM. It takes 25 ms for each second of sound."""

    def __init__(self) -> None:
        self._outbox = _Outbox()
        rate, channels = WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels
        self._sound = soundfile.SoundFile(self._outbox, "w", rate, channels, format="OGG", subtype="OPUS")
        self._sound.comment = AI_MARK
        _begin_soon(self._sound)

    def feed(self, pcm: bytes) -> bytes:
        self._sound.write(np.frombuffer(pcm, dtype="<i2"))
        return self._outbox.take()

    def end(self) -> bytes:
        self._sound.close()
        return self._outbox.take()


def _begin_soon(sound: soundfile.SoundFile) -> None:
    """Where soundfile is built in another way it begins a second later, and is as good from there on."""
    try:
        latency = soundfile._ffi.new("double*", PAGE_MS)
        soundfile._snd.sf_command(sound._file, SET_PAGE_LATENCY, latency, soundfile._ffi.sizeof("double"))
    except AttributeError:
        return
