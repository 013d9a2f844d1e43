"""Sound that tells which sentence it is: each sample holds the sentence's mark, the last one minus it."""

import struct
import zlib
from collections.abc import Sequence

from robotvoice.sound.pcm import AudioFormat

FORMAT = AudioFormat(1000)
"""Hz enough for marks; the clock is what matters here"""
SECONDS_A_CHARACTER = 0.06
LEAD = 0.04
"""Seconds of silence in front of each sentence, as models make it"""
PIECE = 0.4
"""Seconds of sound in one chunk"""


def mark_of(text: str) -> int:
    """Loud enough to be heard."""
    return 2000 + zlib.crc32(text.encode()) % 30_000


def pcm_of(text: str) -> bytes:
    """PCM_16 of a sentence."""
    lead = round(LEAD * FORMAT.sample_rate)
    voiced = round((LEAD + len(text) * SECONDS_A_CHARACTER) * FORMAT.sample_rate) - lead - 1
    mark = mark_of(text)
    return bytes(2 * lead) + struct.pack("<h", mark) * voiced + struct.pack("<h", -mark)


def pieces_of(pcm: bytes) -> Sequence[bytes]:
    """As a model makes them."""
    step = 2 * round(PIECE * FORMAT.sample_rate)
    return [pcm[at : at + step] for at in range(0, len(pcm), step)]
