"""Playing by a program that reads only files, as afplay does."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import IO

from edge_client.playback.players.lead_in import SILENCE
from edge_client.playback.players.player import EXIT_LIMIT, Clock, Played
from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import run_child
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, AudioFormat, wav_file


class FilePlayer:
    """Plays each run of chunks of the same format as one temporary WAV file."""

    is_open = False

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, first_audio = 0.0, None
        async with aclosing(_runs(chunks)) as runs:
            async for pcm, audio_format, silence in runs:
                length = audio_format.seconds(audio_format.samples(len(pcm)))
                try:
                    with tempfile.NamedTemporaryFile(prefix="robotvoice-", suffix=".wav") as file:
                        await asyncio.to_thread(_fill, file, wav_file(pcm, audio_format))
                        first_audio = self._clock() + silence if first_audio is None else first_audio
                        await run_child(self.name, [file.name], length + EXIT_LIMIT)
                except OSError as error:
                    reason = f"no temporary file can be written ({error.strerror})"
                    raise ChildFailed(self.name, reason) from error
                seconds += length - silence
        return Played(seconds, first_audio)

    async def close(self, *, hurry: bool = False) -> None:
        pass


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()


async def _runs(chunks: AsyncIterator[AudioChunk]) -> AsyncGenerator[tuple[bytes, AudioFormat, float], None]:
    """Each with the seconds of silence in it that are to wake the loudspeaker."""
    pcm, audio_format, silence = bytearray(), WIRE_FORMAT, 0.0
    async for chunk in chunks:
        if pcm and chunk.format != audio_format:
            yield bytes(pcm), audio_format, silence
            pcm.clear()
            silence = 0.0
        pcm += chunk.pcm
        audio_format = chunk.format
        if chunk.origin == SILENCE:
            silence += chunk.format.seconds(chunk.samples)
    if pcm:
        yield bytes(pcm), audio_format, silence
