"""The gateway of a daemon: looked for while it is away, and taken back when it returns."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from edge_client.endpoint import Endpoint
from edge_client.known_gateway import KnownGateway
from edge_client.settings import Settings
from speech.breaker import State
from speech.errors import EngineFailure
from speech.guarded import GuardedEngine
from speech.utterance import Reason

log = logging.getLogger(__name__)

SOONEST, LATEST = 0.5, 5.0
"""Seconds between two looks at a gateway that is away; each lasts twice as long as the one before"""
LOOK_EVERY = 5.0
"""Seconds between two looks at one that is there"""
MISSES = 2
"""Checks in a row that one that is there may miss"""
LEARN_EVERY = 60.0
"""Seconds after which the personas of one that is there are asked for again"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the gateway is, for `status`. Times are in seconds of the wall clock."""

    ready: bool
    endpoint: Endpoint | None
    since: float
    """When it became so"""
    last_seen: float | None
    reason: str | None
    """Why it is not ready"""


class LifelongGateway(KnownGateway):
    """`keep` is to be kept running by its owner; nobody who wants to speak ever waits for a search."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(settings, clock=clock)
        self._guarded = GuardedEngine(self.link, self.breaker)
        self._ready, self._since = False, clock()
        self._last_seen = self.last_seen
        self._missed_checks = 0
        self._wanted = asyncio.Event()

    @property
    def guarded(self) -> GuardedEngine:
        """The way that is shared by all who take turns."""
        if self._guarded.engine is not self.link:
            self._guarded = GuardedEngine(self.link, self.breaker, self._guarded.first_audio)
        return self._guarded

    def another_way(self) -> GuardedEngine:
        """For one text beside those who take turns; its engine is to be closed."""
        return GuardedEngine(self._link(self.link.endpoints), self.breaker)

    @property
    def standing(self) -> Standing:
        self._note()
        reason = None if self._ready else (self.breaker.reason or self._nobody).text
        return Standing(self._ready, self.endpoint, self._since, self._last_seen, reason)

    async def make_ready(self) -> None:
        """Nothing: `keep` does that all the time."""

    def use_the_time(self) -> None:
        """It was asked in vain just now: it is looked after at once."""
        self._wanted.set()

    async def keep(self, learn: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled. `learn` is called when it is there again, and now and then while it is."""
        pause, learned = SOONEST, -LEARN_EVERY
        loop = asyncio.get_running_loop()
        while True:
            was_ready = self._ready
            await self._look_after()
            self._note()
            if self._ready:
                pause = LOOK_EVERY
                if not was_ready or loop.time() - learned >= LEARN_EVERY:
                    await learn()
                    learned = loop.time()
            else:
                pause = SOONEST if was_ready else min(2 * pause, LATEST)
            self._wanted.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wanted.wait()

    async def take_back(self) -> None:
        before = self.link
        await super().take_back()
        await before.close()

    async def _look_after(self) -> None:
        if self.breaker.state is State.CLOSED and self.link.endpoints:
            await self._check()
        elif await self._is_at(self.addresses) or await self._is_at(await self._look_around()):
            await self.take_back()

    async def _check(self) -> None:
        """Whether one that is there still is; only one that was never heard of is given up at once."""
        try:
            await self.link.probe()
        except EngineFailure as failure:
            self._missed_checks += 1
            permit = self.breaker.acquire()
            if permit and (self._missed_checks == MISSES or not self._ready):
                permit.fail(Reason(failure.reason, failure.message))
        else:
            self._missed_checks = 0

    async def _is_at(self, endpoints: Sequence[Endpoint]) -> bool:
        """Whether one of them answers, which is then the one to ask."""
        link = self._link(endpoints)
        with suppress(EngineFailure):
            await link.probe()
        if link.answered_by is None:
            return False
        self.adopt(link.answered_by)
        return True

    def _note(self) -> None:
        answered = self.link.answered_by is not None
        ready = answered and self.breaker.state is State.CLOSED
        if ready:
            self._last_seen = self._clock()
        if ready != self._ready:
            self._ready, self._since = ready, self._clock()
            log.info("the gateway is %s", "there" if ready else "away")
