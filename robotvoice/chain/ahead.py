"""One sentence ahead of the listener, so that what fails falls into sound that nobody has heard yet."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.ground.changes import Changed
from robotvoice.utterance import Spoken

AHEAD = 1
"""Sentences that may be begun before the one that is listened to has been passed on to its end"""


async def ahead(speak: Callable[..., AsyncGenerator[ChainEvent, None]]) -> AsyncGenerator[ChainEvent, None]:
    """The events of `speak`, which is called with `take_back`, a `TakeBack`.

    Up to `AHEAD` sentences are made while the listener is busy with one. What is repeated before any of it
    was passed on is dropped: the listener hears it once. Raises what the events raise, in their place.
    Closing the generator closes the events.
    """
    line = _Line()
    events = speak(take_back=line.take_back)
    making = asyncio.create_task(_make(events, line), name="sentences ahead")
    try:
        while (event := await line.take()) is not None:
            yield event
        await making
    finally:
        making.cancel()
        await asyncio.wait({making})
        if not making.cancelled():
            making.exception()  # whoever was still listening has been told


async def _make(events: AsyncGenerator[ChainEvent, None], line: "_Line") -> None:
    try:
        async with aclosing(events):
            async for event in events:
                await line.put(event)
    finally:
        line.end()


class _Line:
    """What was made and is not passed on yet. An engine bounds what it makes of a sentence."""

    def __init__(self) -> None:
        self._events: deque[ChainEvent] = deque()
        self._begun: deque[int] = deque()
        """Sentences of which something is in the line, the oldest first"""
        self._passed_on = -1
        """The sentence that the listener was given last"""
        self._repeated: set[int] = set()
        """Sentences that the listener was given more than once"""
        self._ended = False
        self._news = Changed()

    async def put(self, event: ChainEvent) -> None:
        """Waits while there are sentences enough."""
        if isinstance(event, SentenceStarted):
            if self._begun and self._begun[-1] == event.sentence:
                self._drop()
            else:
                while len(self._begun) >= AHEAD:
                    await self._news.wait()
            self._begun.append(event.sentence)
        self._events.append(event)
        self._news.tell()

    async def take(self) -> ChainEvent | None:
        """None after the last one."""
        while not self._events:
            if self._ended:
                return None
            await self._news.wait()
        event = self._events.popleft()
        if isinstance(event, SentenceStarted):
            if self._begun.popleft() == self._passed_on:
                self._repeated.add(event.sentence)
            self._passed_on = event.sentence
            self._news.tell()
        elif isinstance(event, Ended):
            event = replace(event, spoken=tuple(map(self._as_heard, event.spoken)))
        return event

    def take_back(self, sentence: int) -> bool:
        """Drops what is in the line of it; False if the listener was given some."""
        if not self._begun or self._begun[-1] != sentence:
            return False
        self._drop()
        return True

    def end(self) -> None:
        self._ended = True
        self._news.tell()

    def _drop(self) -> None:
        """Of this take nothing was passed on: of interest is only who goes on with the sentence."""
        takeover: TakenOver | None = None
        while True:
            event = self._events.pop()
            if isinstance(event, TakenOver):
                takeover = takeover or event
            elif isinstance(event, SentenceStarted):
                break
        if takeover and takeover.from_engine != takeover.to_engine:
            self._events.append(takeover)
        self._begun.pop()

    def _as_heard(self, row: Spoken) -> Spoken:
        return replace(row, repeated=row.sentence in self._repeated)
