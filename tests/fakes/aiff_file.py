"""AIFF and AIFF-C files as macOS writes them, byte by byte."""

import struct
from collections.abc import Sequence

RATE_22050 = bytes.fromhex("400dac44000000000000")
"""22,050 as a number of 80 bits"""


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack(">L", len(content)) + content + bytes(len(content) % 2)


def form(kind: bytes, *chunks: bytes) -> bytes:
    return chunk(b"FORM", kind + b"".join(chunks))


def common(frames: int, *, rate: bytes = RATE_22050, channels: int = 1, bits: int = 16) -> bytes:
    return struct.pack(">hLh", channels, frames, bits) + rate


def sound(pcm: bytes, offset: int = 0) -> bytes:
    return chunk(b"SSND", struct.pack(">LL", offset, 0) + bytes(offset) + pcm)


def aiff(samples: Sequence[int]) -> bytes:
    """Big-endian, with a chunk of an odd length before the sound."""
    pcm = struct.pack(f">{len(samples)}h", *samples)
    return form(b"AIFF", chunk(b"COMM", common(len(samples))), chunk(b"NAME", b"Ann"), sound(pcm))


def aifc(samples: Sequence[int], encoding: bytes = b"sowt") -> bytes:
    """As `aiff`, in the order of bytes that the encoding says."""
    order = "<" if encoding == b"sowt" else ">"
    pcm = struct.pack(f"{order}{len(samples)}h", *samples)
    version = chunk(b"FVER", struct.pack(">L", 0xA2805140))
    kind = chunk(b"COMM", common(len(samples)) + encoding + b"\x04name\x00")
    return form(b"AIFC", version, kind, sound(pcm))
