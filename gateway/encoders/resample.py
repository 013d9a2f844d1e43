"""Everything the gateway sends has one rate, 24 kHz, so that a robot never resamples."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

import numpy as np
import soxr

from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, AudioFormat


class WireResampler:
    """PCM_16 of one sentence from its own rate to the wire's, piece by piece."""

    def __init__(self, source: AudioFormat) -> None:
        self._channels = source.channels
        self._stream = (
            None
            if source == WIRE_FORMAT
            else soxr.ResampleStream(source.sample_rate, WIRE_FORMAT.sample_rate, 1, dtype="int16")
        )

    def feed(self, pcm: bytes, *, last: bool = False) -> bytes:
        """The samples that are ready; the last call returns the rest."""
        if self._stream is None:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2")
        if self._channels > 1:
            samples = samples.reshape(-1, self._channels).mean(axis=1).astype("<i2")
        resampled: bytes = self._stream.resample_chunk(samples, last=last).astype("<i2").tobytes()
        return resampled


async def whole_at_wire_rate(chunks: Sequence[AudioChunk]) -> bytes:
    """All samples of a file; lets the loop go between two chunks, as there may be minutes of them."""
    resampler = WireResampler(chunks[0].format)
    pcm = []
    for chunk in chunks:
        pcm.append(resampler.feed(chunk.pcm))
        await asyncio.sleep(0)
    pcm.append(resampler.feed(b"", last=True))
    return b"".join(pcm)


async def at_wire_rate(events: AsyncGenerator[ChainEvent, None]) -> AsyncGenerator[ChainEvent, None]:
    """The same events with all audio in the wire's format."""
    resampler: WireResampler | None = None
    sentence = -1
    last: AudioChunk | None = None
    async with aclosing(events):
        async for event in events:
            if isinstance(event, AudioChunk):
                last = event
                assert resampler is not None, "audio comes after SentenceStarted"
                if pcm := resampler.feed(event.pcm):
                    yield replace(event, pcm=pcm, format=WIRE_FORMAT)
                continue
            if resampler and last and _finishes(event, sentence):
                if pcm := resampler.feed(b"", last=True):
                    yield replace(last, pcm=pcm, format=WIRE_FORMAT)
                resampler = last = None
            if isinstance(event, SentenceStarted):
                resampler, sentence = WireResampler(event.format), event.sentence
                event = replace(event, format=WIRE_FORMAT)
            yield event


def _finishes(event: ChainEvent, sentence: int) -> bool:
    """Whether the sentence before this event was spoken to its end, rather than broken off."""
    if isinstance(event, Ended):
        return any(row.sentence == sentence for row in event.spoken)
    return isinstance(event, SentenceStarted | TakenOver) and event.sentence != sentence
