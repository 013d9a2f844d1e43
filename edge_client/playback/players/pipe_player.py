"""Playing through the standard input of a child, which may stay open from one text to the next."""

from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from edge_client.playback.devices.player_commands import BUFFERS, Buffers
from edge_client.playback.players.lead_in import SILENCE
from edge_client.playback.players.player import EXIT_LIMIT, Clock, Played
from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import ChildProcess, in_english
from robotvoice.sound.pcm import AudioChunk, AudioFormat

STALL_LIMIT = 3.0
"""Seconds a player may take no audio, beyond the time it needs for what it has"""
FLUSH = 0.03
"""Seconds of silence behind a text, beyond the block that a player waits for before it passes anything on"""
LOOK_EVERY = 0.01

Holds = Callable[[int], Buffers | None]
"""What the card of the player with this process id keeps for itself; None: nobody knows"""


@dataclass(slots=True)
class _Open:
    """A child that plays."""

    child: ChildProcess
    format: AudioFormat
    heard_until: float = 0.0
    """When it will have played all, if it keeps time"""
    given: float = 0.0
    """Seconds of sound since it had nothing left to play; 0: it has nothing"""


class PipePlayer:
    """One child for a run of chunks of the same format; with `keeps` also for the texts after it."""

    # Samples; few enough that a playing device makes room for them several times a second.
    _PIECE = 1024

    def __init__(
        self,
        name: str,
        arguments: Callable[[AudioFormat], Sequence[str]],
        clock: Clock,
        *,
        keeps: bool = False,
        holds: Holds = lambda pid: None,
        stall_limit: float | None = None,
        exit_limit: float | None = None,
    ) -> None:
        self.name = name
        self._arguments, self._clock, self._keeps, self._holds = arguments, clock, keeps, holds
        self._stall_limit = STALL_LIMIT if stall_limit is None else stall_limit
        self._exit_limit = EXIT_LIMIT if exit_limit is None else exit_limit
        self._open: _Open | None = None

    @property
    def is_open(self) -> bool:
        """Whether a child has the loudspeaker."""
        return self._open is not None

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, first_audio, begun = 0.0, None, False
        try:
            if self._open and self._open.child.exited:
                await self.close()  # it had nothing to play, so nobody misses it
            async for chunk in chunks:
                step = self._PIECE * chunk.format.frame_bytes
                for start in range(0, len(chunk.pcm), step):
                    piece = chunk.pcm[start : start + step]
                    begins, begun = await self._write(piece, chunk.format), True
                    if chunk.origin != SILENCE:
                        first_audio = begins if first_audio is None else first_audio
                        seconds += chunk.format.seconds(chunk.format.samples(len(piece)))
            if begun and self._keeps:
                await self._until_heard()
            elif begun:
                await self._finish()
        except BaseException:
            await self._kill()
            raise
        return Played(seconds, first_audio)

    async def close(self, *, hurry: bool = False) -> None:
        if self._open and not hurry:
            with suppress(ChildFailed):  # whoever has nothing to play loses nothing
                await self._open.child.finish(self._exit_limit)
        await self._kill()

    async def _write(self, piece: bytes, audio_format: AudioFormat) -> float:
        """Returns when its beginning will be heard."""
        if self._open and self._open.format != audio_format:
            await (self._finish() if self._open.given else self.close())
        if self._open is None:
            arguments = self._arguments(audio_format)
            child = await ChildProcess.start(self.name, arguments, PIPE, in_english())
            self._open = _Open(child, audio_format)
        open_ = self._open
        await open_.child.write(piece, self._unheard(open_) + self._stall_limit)
        begins = self._clock() + self._unheard(open_)
        length = audio_format.seconds(audio_format.samples(len(piece)))
        open_.heard_until, open_.given = begins + length, open_.given + length
        return begins

    def _unheard(self, open_: _Open) -> float:
        """Seconds of sound still to come if the player keeps time."""
        return max(0.0, open_.heard_until - self._clock())

    async def _finish(self) -> None:
        """Ends the child when it has played all."""
        assert self._open is not None, "it has begun"
        await self._open.child.finish(self._unheard(self._open) + self._exit_limit)
        await self._kill()

    async def _until_heard(self) -> None:
        """Returns when the child has played all. It stays, and has run dry."""
        assert self._open is not None, "it has begun"
        child, audio_format = self._open.child, self._open.format
        buffers = self._holds(child.pid) or BUFFERS.get(self.name, Buffers())
        # A player begins when its buffer is full, which a short text does not do.
        silence = FLUSH + buffers.block + max(0.0, buffers.held - self._open.given)
        frames = round(silence * audio_format.sample_rate)
        await self._write(bytes(frames * audio_format.frame_bytes), audio_format)
        until = self._clock() + self._unheard(self._open) + self._stall_limit
        while child.has_unread:
            if self._clock() > until:
                raise ChildFailed(self.name, f"took no audio for {self._stall_limit:.1f} s")
            await child.lives_on(LOOK_EVERY)
        await child.lives_on(buffers.held)
        self._open.heard_until, self._open.given = 0.0, 0.0

    async def _kill(self) -> None:
        """What it has not played yet is not heard."""
        if self._open:
            child, self._open = self._open.child, None
            await child.close()
