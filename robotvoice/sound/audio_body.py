"""The sound in the body of an answer, found piece by piece; whatever else is there is no sound.

A body is PCM_16, mono, of one `format`. `feed` gives the whole samples that came with the next bytes, and
`finish` the rest at their end; each raises EngineFailure as soon as this can be no speech.
"""

import struct

from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import SAMPLE_WIDTH, AudioFormat

RATES = range(8_000, 48_001)
"""Hz that speech may have"""
FMT_LIMIT = 64
"""Bytes; the longest kind of format has 40"""
UNKNOWN_LENGTH = 0x7FFF_0000
"""Bytes; a WAV header that says this or more, or nothing, was written before its length was known"""
LOOKED_AT = 64
"""Bytes that tell sound from text: PCM in which all of them are printable does not occur"""
_PRINTABLE = frozenset(range(0x20, 0x7F)) | {0x09, 0x0A, 0x0D}
_COMPRESSED = (b"ID3", b"OggS", b"fLaC")
_FMT = struct.Struct("<HHIIHH")
_PCM, _EXTENSIBLE = 1, 0xFFFE


class PcmBody:
    """Samples and nothing else."""

    def __init__(self, rate: int) -> None:
        self.format = AudioFormat(rate)
        self._part = b""

    def feed(self, data: bytes) -> bytes:
        data = self._part + data
        whole = len(data) // SAMPLE_WIDTH * SAMPLE_WIDTH
        self._part = data[whole:]
        return data[:whole]

    def finish(self) -> bytes:
        if self._part:
            raise EngineFailure("cut", "an odd number of bytes came, so a part of them is missing")
        return b""


class WavBody:
    """A RIFF file, or several that follow each other if `several`."""

    def __init__(self, *, several: bool = False) -> None:
        self._several = several
        self._format: AudioFormat | None = None
        self._held = bytearray()
        self._left: int | None = 0
        """Bytes of the chunk that is passed over or played; None: all there is"""
        self._sounds = False
        """Whether the chunk is played"""
        self._sounded = False
        """Whether the part of the file that sounds has begun"""
        self._samples = PcmBody(RATES[0])

    @property
    def format(self) -> AudioFormat:
        assert self._format is not None, "there is sound only behind its format"
        return self._format

    def feed(self, data: bytes) -> bytes:
        self._held += data
        sound = bytearray()
        while self._held and self._step(sound):
            pass
        return self._samples.feed(bytes(sound))

    def finish(self) -> bytes:
        if self._held or self._left or not self._sounded:
            raise EngineFailure("cut", "less came than the WAV header promises")
        return self._samples.finish()

    def _step(self, sound: bytearray) -> bool:
        """Takes what it can of what is held; False if more must come first."""
        if self._left is None or self._left:
            taken = len(self._held) if self._left is None else min(self._left, len(self._held))
            if self._sounds:
                sound += self._held[:taken]
            del self._held[:taken]
            if self._left is not None:
                self._left -= taken
            return True
        if self._format is None or self._held.startswith(b"RIFF"[: len(self._held)]):
            return self._riff()
        return self._chunk()

    def _riff(self) -> bool:
        if len(self._held) < 12:
            return False
        if self._format is None and not self._begins_a_file():
            raise EngineFailure("not_audio", "this is no WAV")
        if self._sounded and not self._several:
            raise EngineFailure("not_audio", "a second WAV follows the first")
        return self._fmt()

    def _begins_a_file(self) -> bool:
        return self._held[:4] == b"RIFF" and self._held[8:12] == b"WAVE"

    def _fmt(self) -> bool:
        """RIFF, WAVE and the format, which comes first in every file."""
        if len(self._held) < 20:
            return False
        kind, size = struct.unpack_from("<4sI", self._held, 12)
        if not self._begins_a_file() or kind != b"fmt " or not _FMT.size <= size <= FMT_LIMIT:
            raise EngineFailure("not_audio", "this WAV does not begin with its format")
        if len(self._held) < 20 + size:
            return False
        tag, channels, rate, byte_rate, frame, bits = _FMT.unpack_from(self._held, 20)
        if (tag, channels, bits) not in {(_PCM, 1, 16), (_EXTENSIBLE, 1, 16)} or rate not in RATES:
            raise EngineFailure("not_audio", "this WAV is not PCM of 16 bits, mono, at 8 to 48 kHz")
        if frame != SAMPLE_WIDTH or byte_rate != rate * SAMPLE_WIDTH:
            raise EngineFailure("not_audio", "the header of this WAV contradicts itself")
        if self._format and self._format.sample_rate != rate:
            raise EngineFailure("not_audio", "its WAVs have different rates")
        self._format, self._sounded = AudioFormat(rate), False
        del self._held[: 20 + size + size % 2]
        return True

    def _chunk(self) -> bool:
        if len(self._held) < 8:
            return False
        kind, size = struct.unpack_from("<4sI", self._held)
        if any(byte not in _PRINTABLE for byte in kind):
            raise EngineFailure("not_audio", "more came than the WAV header promises")
        self._sounds = kind == b"data"
        if self._sounds and self._sounded:
            raise EngineFailure("not_audio", "this WAV has two parts that sound")
        self._sounded = self._sounded or self._sounds
        self._left = None if self._sounds and not 0 < size < UNKNOWN_LENGTH else size + size % 2
        if self._sounds and size % SAMPLE_WIDTH and self._left is not None:
            raise EngineFailure("not_audio", "the header of this WAV promises half a sample")
        del self._held[:8]
        return True


class SniffedBody:
    """Whatever an answer holds: its first bytes tell what it is, whatever its headers say."""

    def __init__(self, *, wav: bool, rate: int, several: bool) -> None:
        """`wav`: the headers say that it is one; otherwise PCM of this `rate`."""
        self._wav, self._rate, self._several = wav, rate, several
        self._held = b""
        self._body: PcmBody | WavBody | None = None

    @property
    def format(self) -> AudioFormat:
        assert self._body is not None, "there is sound only behind its first bytes"
        return self._body.format

    def feed(self, data: bytes) -> bytes:
        if self._body is None:
            self._held += data
            if len(self._held) < LOOKED_AT:
                return b""
            return self._looked()
        return self._body.feed(data)

    def finish(self) -> bytes:
        rest = b"" if self._body else self._looked()
        assert self._body is not None
        return rest + self._body.finish()

    def _looked(self) -> bytes:
        head, self._held = self._held, b""
        if not head:
            raise EngineFailure("no_audio", "the answer is empty")
        if all(byte in _PRINTABLE for byte in head[:LOOKED_AT]):
            raise EngineFailure("not_audio", "text came in place of sound")
        if head.startswith(_COMPRESSED):
            raise EngineFailure("not_audio", "it is not in the format that was asked for")
        wav = self._wav or head.startswith(b"RIFF")
        self._body = WavBody(several=self._several) if wav else PcmBody(self._rate)
        return self._body.feed(head)
