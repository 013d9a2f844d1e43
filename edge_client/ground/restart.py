"""Work that goes on whatever breaks in it: a robot that falls silent would be worse than any fault there."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from robotvoice.ground.backoff import Backoff
from robotvoice.ground.finishing import is_own_end

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before what broke begins anew; each pause is twice the one before, unless all went well between"""


async def until_done(work: Callable[[], Awaitable[None]], name: str) -> None:
    """Returns when the work does, or when it is cancelled. `name` is for the log."""
    clock, backoff = asyncio.get_running_loop().time, Backoff(FIRST_PAUSE, LONGEST_PAUSE)
    while True:
        began = clock()
        try:
            return await work()
        except (Exception, asyncio.CancelledError) as error:
            if is_own_end(error):
                raise
            # Also when it waited for something that somebody else had cancelled.
            log.exception("%s broke, and begins anew", name)
        if clock() - began > LONGEST_PAUSE:
            backoff.reset()
        await asyncio.sleep(backoff.next())
