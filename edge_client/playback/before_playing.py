"""A command that is run before playing, such as one that switches an amplifier on."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing, asynccontextmanager

from edge_client.playback.child_process import ChildFailed, run_child
from speech.audio import AudioChunk

log = logging.getLogger(__name__)

Ended = Callable[[str | None], object]
"""Is told why the command failed; None: it did its work"""


@asynccontextmanager
async def held_back(
    chunks: AsyncIterator[AudioChunk], command: Sequence[str], within: float, ended: Ended
) -> AsyncGenerator[AsyncIterator[AudioChunk], None]:
    """The same chunks, none before the command has ended or was killed after `within` seconds.

    Its failure is an error in the log, is told to `ended`, and keeps nothing back. Nothing of it runs on
    after the context.
    """
    # Started now, it costs no time when the first chunk is still being made.
    running = asyncio.create_task(_run(command, within, ended))
    try:
        async with aclosing(_after(running, chunks)) as later:
            yield later
    finally:
        running.cancel()
        await asyncio.wait({running})


async def _run(command: Sequence[str], within: float, ended: Ended) -> None:
    try:
        await run_child(command[0], command[1:], within)
    except ChildFailed as failure:
        problem = f"the command before it failed: {command[0]}: {failure.reason}"
        log.error("playing although %s", problem)
        ended(problem)
    else:
        ended(None)


async def _after(
    running: asyncio.Task[None], chunks: AsyncIterator[AudioChunk]
) -> AsyncGenerator[AudioChunk, None]:
    async for chunk in chunks:
        if not running.done():
            await asyncio.wait({running})
        yield chunk
