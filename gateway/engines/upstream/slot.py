"""A sentence's place among those that a server is asked for at a time."""

import asyncio
from collections.abc import AsyncGenerator

from robotvoice.errors import EngineUnavailable
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Priority


class Place:
    """What nobody listens to gives its own to whoever finds none."""

    def __init__(self, priority: Priority) -> None:
        self.priority = priority
        self._given_up = False
        self._waiting: asyncio.Timeout | None = None

    def give_up(self) -> None:
        """Ends `next`, or the next call of it."""
        self._given_up = True
        if self._waiting:
            self._waiting.reschedule(0.0)

    async def next(self, chunks: AsyncGenerator[AudioChunk, None]) -> AudioChunk | None:
        """None at the end. Raises EngineUnavailable when the place was given up."""
        try:
            async with asyncio.timeout(0.0 if self._given_up else None) as self._waiting:
                return await anext(chunks, None)
        except TimeoutError:
            if not self._given_up:
                raise
            raise EngineUnavailable("gave_way", "a sentence that somebody waits for came first") from None
        finally:
            self._waiting = None
