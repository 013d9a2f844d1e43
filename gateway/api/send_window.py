"""How much sound is on its way to a client: what was sent and, as far as it tells, not read yet.

A client that reads as it plays leaves the rest where it lies, and sockets hold a minute of sound. Its pings,
and the gateway's, would wait behind all that, and each would take the other for dead. So a little sound goes
out, and more when the client has read. Its answers to pings tell that: a ping is sent as a mark behind a
piece of sound, and is answered when it is come to. What is short needs no marks.
"""

import asyncio
from collections import deque
from collections.abc import Callable

from robotvoice.ground.changes import set_within

WINDOW = 3.0
"""Seconds of sound; any ping is answered after as long, and the fastest way is kept busy"""
MARK_EVERY = 0.5
"""Seconds of sound"""
MARK_FROM = 2.0
"""Seconds of sound that are ahead of the clock when the first mark is sent"""


class InFlight:
    """Of one connection."""

    def __init__(self, clock: Callable[[], float], window: float = WINDOW) -> None:
        self._clock, self._window = clock, window
        self._sent = self._marked = self._read = 0.0
        """Seconds of sound since the connection was made"""
        self._marks: deque[tuple[bytes, float]] = deque()
        """What has to be answered, and how much had been sent by then"""
        self._number = 0
        self._answers = False
        self._plays_until = 0.0
        self._news = asyncio.Event()

    @property
    def seconds(self) -> float:
        """Of somebody who has never answered it is only known how long it plays, if it plays at once."""
        return self._sent - self._read if self._answers else max(self._plays_until - self._clock(), 0.0)

    @property
    def is_unread(self) -> bool:
        """Whether an answer is to come yet."""
        return bool(self._marks)

    async def room(self) -> None:
        """Waits until some more may be sent."""
        while (ahead := self.seconds) >= self._window:
            self._news.clear()
            wait = None if self._answers else ahead - self._window + 0.01
            await set_within(self._news, wait)

    def sent(self, seconds: float) -> bytes | None:
        """So much went out; a mark that is to be sent behind it, if one is due."""
        self._sent += seconds
        self._plays_until = max(self._plays_until, self._clock()) + seconds
        needed = self._answers or self._plays_until - self._clock() >= MARK_FROM
        if not needed or self._sent - self._marked < MARK_EVERY:
            return None
        self._marked = self._sent
        self._number += 1
        mark = b"%d" % self._number
        self._marks.append((mark, self._sent))
        return mark

    def answered(self, payload: bytes) -> bool:
        """Whether that is a mark of ours: it was come to, and with it all before it."""
        if not any(mark == payload for mark, _ in self._marks):
            return False
        self._answers = True
        while self._marks:
            mark, self._read = self._marks.popleft()
            if mark == payload:
                break
        self._news.set()
        return True
