"""When keys and tokens were last used, written down beside the loop: a disk may be slow, full or gone."""

import asyncio
from collections.abc import Callable

from gateway.security.credentials import Credentials

TRIED_EVERY = 60.0
"""Seconds after which it is tried again to write what could not be written"""


class LastSeen:
    """For the credentials of one file, and one event loop."""

    def __init__(self, store: Credentials, clock: Callable[[], float]) -> None:
        """`clock` is in seconds, from anywhere."""
        self._store, self._clock = store, clock
        self._tried: dict[str, float] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, name: str) -> None:
        """It was used just now. Of those that come while another is being written, a later use tells."""
        if self._writing and not self._writing.done():
            return
        if self._clock() - self._tried.get(name, -TRIED_EVERY) < TRIED_EVERY:
            return
        if self._store.is_to_be_noted(name):
            self._tried[name] = self._clock()
            self._writing = asyncio.create_task(self._write(name), name="note who was there")

    async def close(self) -> None:
        """When nothing is being written any more."""
        if self._writing:
            await asyncio.wait({self._writing})

    async def _write(self, name: str) -> None:
        # Of its own, as what the loop reads must not change under it.
        await asyncio.to_thread(Credentials(self._store.path).saw, name)
