"""Waiting for something to change, or to be set, within a time."""

import asyncio
from contextlib import suppress


class Changed:
    """Wakes all who wait by then, each of whom looks for itself at what has become of it."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def tell(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, seconds: float | None = None) -> bool:
        """Whether there is a change within so many seconds; what was told before is no news."""
        return await set_within(self._next, seconds)


async def set_within(event: asyncio.Event, seconds: float | None) -> bool:
    """Whether it is set by then; None: it is waited for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
