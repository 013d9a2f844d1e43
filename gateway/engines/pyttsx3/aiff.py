"""Reads the AIFF and AIFF-C files that macOS writes: PCM_16, mono. Python has no module for them any more.

libsndfile (1.2, through soundfile) takes a file that is cut off, or still being written, for a shorter one.
"""

import array
import struct

from robotvoice.sound.pcm import AudioFormat

BIG_ENDIAN, LITTLE_ENDIAN = {b"NONE", b"twos"}, {b"sowt"}
EXPONENT_BIAS = 16383


def read_aiff(data: bytes) -> tuple[AudioFormat, bytes]:
    """The format and the PCM_16 little-endian samples of a whole file.

    Raises ValueError for what is cut off or still being written, and for any other kind of sound.
    """
    if len(data) < 12 or data[:4] != b"FORM" or data[8:12] not in (b"AIFF", b"AIFC"):
        raise ValueError("it is no AIFF file")
    chunks = _chunks(data)
    if b"COMM" not in chunks or b"SSND" not in chunks:
        raise ValueError("it has no COMM or no SSND chunk")
    common, sound = chunks[b"COMM"], chunks[b"SSND"]
    compressed = data[8:12] == b"AIFC"
    if len(common) < (22 if compressed else 18) or len(sound) < 8:
        raise ValueError("its COMM or SSND chunk is too short")
    channels, frames, bits = struct.unpack(">hLh", common[:8])
    encoding = common[18:22] if compressed else b"NONE"
    if (channels, bits) != (1, 16) or encoding not in BIG_ENDIAN | LITTLE_ENDIAN:
        raise ValueError(f"it holds {channels} channels of {bits} bits as {encoding!r}, not mono of 16 bits")
    (offset,) = struct.unpack(">L", sound[:4])
    pcm = sound[8 + offset : 8 + offset + 2 * frames]
    if len(pcm) < 2 * frames:
        raise ValueError(f"it holds {len(pcm) // 2} of {frames} samples")
    if encoding in BIG_ENDIAN:
        samples = array.array("h", pcm)
        samples.byteswap()
        pcm = samples.tobytes()
    return AudioFormat(_sample_rate(common[8:18])), pcm


def _chunks(data: bytes) -> dict[bytes, bytes]:
    """By their names; of chunks with the same name the last."""
    chunks = {}
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack(">4sL", data[at : at + 8])
        at += 8
        if at + size > len(data):
            raise ValueError(f"its chunk {name!r} is cut off")
        chunks[name] = data[at : at + size]
        at += size + size % 2
    return chunks


def _sample_rate(extended: bytes) -> int:
    """From ten bytes: a sign bit and 15 bits of exponent, then 64 bits whose highest stands for one."""
    exponent, mantissa = struct.unpack(">HQ", extended)
    shift = 63 - (exponent - EXPONENT_BIAS)
    if not 0 <= shift <= 63 or not mantissa >> shift:
        raise ValueError("its sample rate cannot be read")
    return int(mantissa >> shift)
