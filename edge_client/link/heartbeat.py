"""The heartbeat of a gateway that stays connected: whether it lives, and how far away it is."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from robotvoice.errors import EngineFailure
from robotvoice.ground.changes import set_within

EVERY = 2.0
"""Seconds between two pings while nothing is asked for"""
DEAD_AFTER = 1.0
"""Seconds without any sign of life after a ping; the network may well hold one up for a third of that"""
MEASURED = 5
"""Pings of which the round trip is told"""
GRACE = 0.05
"""Seconds, and a round trip, in which is read what comes if this machine itself stood still with the ping"""


class Heartbeat:
    """`beat` is a task of whoever reads the connection, and tells of all that comes over it."""

    def __init__(self, send: Callable[[bytes], Awaitable[None]]) -> None:
        """`send` sends a ping with this payload; it raises EngineFailure."""
        self._send = send
        self._round_trips: deque[float] = deque(maxlen=MEASURED)
        self._clock = asyncio.get_running_loop().time
        self._pings = 0
        self._pinged = 0.0
        self._alive, self._look_now = asyncio.Event(), asyncio.Event()
        self._alive.set()

    @property
    def round_trip(self) -> float:
        """Seconds; the median of the last pings, because a single one may meet a busy moment"""
        ordered = sorted(self._round_trips)
        return ordered[len(ordered) // 2] if ordered else 0.0

    @property
    def overdue(self) -> float:
        """Seconds for which a sign of life has been waited for; 0: none is"""
        return 0.0 if self._alive.is_set() else self._clock() - self._pinged

    def pong(self, payload: bytes) -> None:
        """The answer to a ping has come."""
        if payload == b"%d" % self._pings:
            self._round_trips.append(self._clock() - self._pinged)

    def lives(self) -> None:
        """Anything at all has come."""
        self._alive.set()

    def check(self) -> None:
        """It is to be asked for a sign of life now."""
        self._look_now.set()

    async def ping(self) -> None:
        """Asks for a sign of life, unless one is asked for already. Raises EngineFailure."""
        if self._alive.is_set():
            self._alive.clear()
            self._pings += 1
            self._pinged = self._clock()
            await self._send(b"%d" % self._pings)

    async def beat(self) -> None:
        """Raises EngineFailure when the gateway gives no sign of life."""
        while True:
            self._look_now.clear()
            await self.ping()
            if not await set_within(self._alive, DEAD_AFTER):
                await asyncio.sleep(GRACE + self.round_trip)
            if not self._alive.is_set():
                raise EngineFailure("no_answer", "gateway gives no sign of life")
            await set_within(self._look_now, EVERY)
