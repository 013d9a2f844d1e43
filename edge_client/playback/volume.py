"""Sound made softer, the same for every player: aplay has no volume of its own."""

import sys
from array import array
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from robotvoice.sound.pcm import AudioChunk

FULL = 100
"""Percent"""
PIECE = 2048
"""Samples that are changed at a time: an instant's work, also of a recording that comes as one chunk"""


async def softer(chunks: AsyncIterator[AudioChunk], percent: int) -> AsyncGenerator[AudioChunk, None]:
    """The same chunks, or parts of them, with so many percent of their amplitude."""
    async for chunk in chunks:
        step = PIECE * chunk.format.frame_bytes
        for start in range(0, len(chunk.pcm), step):
            yield replace(chunk, pcm=_scaled(chunk.pcm[start : start + step], percent))


def _scaled(pcm: bytes, percent: int) -> bytes:
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    samples = array("h", [sample * percent // FULL for sample in samples])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
