"""Sound made softer, the same for every player: aplay has no volume of its own."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from robotvoice.sound.pcm import AudioChunk, pcm_of, samples_of

FULL = 100
"""Percent"""
PIECE = 2048
"""Samples that are changed at a time: an instant's work, also of a recording that comes as one chunk"""


async def softer(chunks: AsyncIterator[AudioChunk], percent: int) -> AsyncGenerator[AudioChunk, None]:
    """The same chunks, or parts of them, with so many percent of their amplitude."""
    async for chunk in chunks:
        step = PIECE * chunk.format.frame_bytes
        for start in range(0, len(chunk.pcm), step):
            samples = samples_of(chunk.pcm[start : start + step])
            yield replace(chunk, pcm=pcm_of(sample * percent // FULL for sample in samples))
