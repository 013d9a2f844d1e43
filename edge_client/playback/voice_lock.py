"""One voice at a time on this machine, whichever process and user it comes from."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from edge_client.playback.lock_file import free, held, locked
from speech.errors import PlayerFailed

log = logging.getLogger(__name__)

WAIT = 30.0
"""Seconds another voice may take; far longer than a sentence, and not for ever"""
PAUSE = 0.02


@asynccontextmanager
async def alone(
    path: Path, within: float = WAIT, *, clock: Callable[[], float] = time.monotonic
) -> AsyncGenerator[None, None]:
    """Nobody else speaks during the block. Raises PlayerFailed if somebody still does after `within` seconds.

    Where no lock can be had at all, an error in the log says so: two voices at once are better than none.
    """
    until = clock() + within
    descriptor = None
    try:
        try:
            while (descriptor := locked(path)) is None:
                if clock() > until:
                    raise PlayerFailed(
                        f"another program has been speaking for more than {within:.0f} s: end it, or use the "
                        "daemon, in which all take turns"
                    )
                await asyncio.sleep(PAUSE)
        except OSError as error:
            log.error("voices may overlap, as %s cannot be locked (%s)", path, error.strerror or error)
        before = held.set((descriptor,) if descriptor is not None else ())
        try:
            yield
        finally:
            held.reset(before)
    finally:
        if descriptor is not None:
            free(descriptor)
