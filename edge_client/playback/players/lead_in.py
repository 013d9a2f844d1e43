"""What comes before the first sound after a rest: the owner's command, and silence that wakes."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence

from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import run_child
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin

log = logging.getLogger(__name__)

SILENCE = Origin("player", "silence")
"""Of chunks that no voice made"""


async def woken(
    chunks: AsyncIterator[AudioChunk],
    play_out: PlaybackClock,
    lead_in: float,
    before: Callable[[], Awaitable[None]] | None,
) -> AsyncGenerator[AudioChunk, None]:
    """The same chunks, and before each that comes after a rest `lead_in` seconds of silence.

    The first silence, and before it the command `before`, need not wait for the first chunk: they cost only
    the time that is left of them when it has been made. Nothing of the command runs on afterwards.
    """
    coming = asyncio.ensure_future(_next(chunks))
    switching: asyncio.Future[None] | None = None
    try:
        if play_out.asleep:
            if before:
                switching = asyncio.ensure_future(before())
                await asyncio.wait({coming, switching}, return_when=asyncio.FIRST_COMPLETED)
                if coming.done() and await coming is None:
                    return
                await asyncio.wait({switching})
            if lead_in and (guess := play_out.last_format):
                yield _lead_in(lead_in, guess, play_out)
        while (chunk := await coming) is not None:
            if lead_in and play_out.asleep:
                yield _lead_in(lead_in, chunk.format, play_out)
            play_out.last_format = chunk.format
            play_out.given(chunk.format.seconds(chunk.samples))
            yield chunk
            coming = asyncio.ensure_future(_next(chunks))
    finally:
        begun = {task for task in (coming, switching) if task}
        for task in begun:
            task.cancel()
        await asyncio.wait(begun)
        if not coming.cancelled():
            coming.exception()  # else asyncio complains that nobody asked


def _lead_in(seconds: float, audio_format: AudioFormat, play_out: PlaybackClock) -> AudioChunk:
    play_out.woken_by(seconds)
    frames = round(seconds * audio_format.sample_rate)
    return AudioChunk(bytes(frames * audio_format.frame_bytes), audio_format, SILENCE)


async def _next(chunks: AsyncIterator[AudioChunk]) -> AudioChunk | None:
    """None: there is no more."""
    return await anext(chunks, None)


class BeforePlaying:
    """Called, it runs the command to its end, or kills it after `within` seconds.

    Its failure is an error in the log, and keeps nothing back.
    """

    def __init__(self, command: Sequence[str], within: float) -> None:
        self._command, self._within = command, within
        self.problem: str | None = None
        """Why it failed when it was run last"""

    async def __call__(self) -> None:
        name, *arguments = self._command
        try:
            await run_child(name, arguments, self._within)
        except ChildFailed as failure:
            self.problem = f"the command before it failed: {name}: {failure.reason}"
            log.error("playing although %s", self.problem)
        else:
            self.problem = None
