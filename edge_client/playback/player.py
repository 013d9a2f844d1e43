"""Playing on the robot: a child process is given PCM_16 through a pipe, or as a file if it reads no other."""

import asyncio
import os
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import IO, Protocol

from edge_client.playback.child_process import ChildFailed, ChildProcess, run_child
from speech.audio import WIRE_FORMAT, AudioChunk, AudioFormat, wav_file

STALL_LIMIT = 3.0
"""Seconds a player may take no audio, beyond the time it needs for what it has"""
EXIT_LIMIT = 3.0
"""Seconds a player may live on after the end of the sound"""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one `play`."""

    seconds: float
    """Audio handed over"""
    first_audio: float | None
    """What the clock said when the first of it was handed over; None: there was none"""


class Player(Protocol):
    """Brings audio to a loudspeaker."""

    @property
    def name(self) -> str: ...

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        """Returns when all was heard. The format may change between chunks. Cancelling silences at once.

        Raises PlayerFailed. Closing `chunks` is left to the caller.
        """
        ...


class NullPlayer:
    """Takes everything and plays nothing."""

    name = "none"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, first_audio = 0.0, None
        async for chunk in chunks:
            first_audio = self._clock() if first_audio is None else first_audio
            seconds += chunk.format.seconds(chunk.samples)
        return Played(seconds, first_audio)


class PipePlayer:
    """Plays through the standard input of a child, one for each run of chunks of the same format."""

    # Samples; few enough that a playing device makes room for them several times a second.
    _PIECE = 1024

    def __init__(
        self,
        name: str,
        arguments: Callable[[AudioFormat], Sequence[str]],
        clock: Clock,
        stall_limit: float = STALL_LIMIT,
        exit_limit: float = EXIT_LIMIT,
    ) -> None:
        self.name = name
        self._arguments, self._clock = arguments, clock
        self._stall_limit, self._exit_limit = stall_limit, exit_limit

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, heard_until, first_audio = 0.0, 0.0, None
        child: ChildProcess | None = None
        playing: AudioFormat | None = None

        def unheard() -> float:
            """Seconds of sound still to come if the player keeps time."""
            return max(0.0, heard_until - self._clock())

        try:
            async for chunk in chunks:
                if child is not None and chunk.format != playing:
                    await child.finish(unheard() + self._exit_limit)
                    await child.close()
                    child = None
                step = self._PIECE * chunk.format.frame_bytes
                for start in range(0, len(chunk.pcm), step):
                    if child is None:
                        arguments = self._arguments(chunk.format)
                        child = await ChildProcess.start(self.name, arguments, PIPE, _in_english())
                        playing, heard_until = chunk.format, 0.0
                    piece = chunk.pcm[start : start + step]
                    await child.write(piece, unheard() + self._stall_limit)
                    first_audio = self._clock() if first_audio is None else first_audio
                    length = chunk.format.seconds(chunk.format.samples(len(piece)))
                    heard_until = self._clock() + unheard() + length
                    seconds += length
            if child is not None:
                await child.finish(unheard() + self._exit_limit)
        finally:
            if child is not None:
                await child.close()
        return Played(seconds, first_audio)


class FilePlayer:
    """Plays each run of chunks of the same format as one temporary WAV file."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, first_audio = 0.0, None
        async with aclosing(_runs(chunks)) as runs:
            async for pcm, audio_format in runs:
                length = audio_format.seconds(audio_format.samples(len(pcm)))
                try:
                    with tempfile.NamedTemporaryFile(prefix="robotvoice-", suffix=".wav") as file:
                        await asyncio.to_thread(_fill, file, wav_file(pcm, audio_format))
                        first_audio = self._clock() if first_audio is None else first_audio
                        await run_child(self.name, [file.name], length + EXIT_LIMIT)
                except OSError as error:
                    reason = f"no temporary file can be written ({error.strerror})"
                    raise ChildFailed(self.name, reason) from error
                seconds += length
        return Played(seconds, first_audio)


def _in_english() -> dict[str, str]:
    """What a player says is looked into, and aplay speaks the user's language."""
    return {**os.environ, "LC_ALL": "C"}


def _fill(file: IO[bytes], content: bytes) -> None:
    file.write(content)
    file.flush()


async def _runs(chunks: AsyncIterator[AudioChunk]) -> AsyncGenerator[tuple[bytes, AudioFormat], None]:
    pcm, audio_format = bytearray(), WIRE_FORMAT
    async for chunk in chunks:
        if pcm and chunk.format != audio_format:
            yield bytes(pcm), audio_format
            pcm.clear()
        pcm += chunk.pcm
        audio_format = chunk.format
    if pcm:
        yield bytes(pcm), audio_format
