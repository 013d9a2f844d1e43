"""The gateway of a daemon: its link is kept open, and what is learned over it goes to disk."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.link.kept_link import KeptLink
from edge_client.link.known_gateway import KnownGateway
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.ground.changed import set_within
from robotvoice.utterance import Reason
from robotvoice.wire import wire

LEARN_EVERY = 60.0
"""Seconds after which the personas of one that is there are asked for again"""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the gateway is, for `status`. Times are in seconds of the wall clock."""

    ready: bool
    endpoint: Endpoint | None
    """Who is connected to or was last; else who would be asked first"""
    since: float
    """When it became so"""
    last_seen: float | None
    reason: Reason | None
    """Why it is not ready"""
    twin: str | None
    """What is wrong if another gateway has its id"""


class KeptGateway(KnownGateway):
    """`keep` is to be kept running by its owner; nobody who wants to speak ever waits for a search."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(settings, clock=clock)
        # With a heartbeat to ask, one bad sentence is no reason to give up a gateway that lives.
        self.breaker = CircuitBreaker("gateway", clock=clock)
        self.kept = KeptLink(
            GatewayTable(_pinned(settings), self.remembered if self.remembered in self.addresses else None),
            self.breaker,
            connect_timeout=settings.connect_timeout,
            persona=settings.persona,
            mdns=settings.mdns,
            interface=settings.interface,
            gateway_id=settings.gateway_id,
            on_up=self._is_there,
            on_event=self._is_told,
            clock=clock,
        )
        self._guarded = GuardedEngine(self.kept, self.breaker)
        self.on_phrases: Callable[[Mapping[str, str] | None], None] = lambda packs: None
        """Told which packs of phrases the gateway has, by persona; None: it is another one, or it is back"""
        self._last_seen = self.last_seen
        self._news = asyncio.Event()

    @property
    def guarded(self) -> GuardedEngine:
        """The way that is shared by all who take turns."""
        return self._guarded

    def another_way(self) -> GuardedEngine:
        """For one text beside those who take turns; its engine is to be closed."""
        return GuardedEngine(self._link(self.link.endpoints), self.breaker)

    @property
    def standing(self) -> Standing:
        status = self.kept.status
        if status.connected:
            self._last_seen = self._clock()
        reason = Reason(status.code or "", status.reason) if status.reason else self.breaker.reason
        where = status.endpoint or self.endpoint
        return Standing(reason is None, where, status.since, self._last_seen, reason, status.twin)

    async def make_ready(self) -> None:
        """Nothing: `keep` does that all the time."""

    def use_the_time(self) -> None:
        """It was asked in vain just now: it is looked after at once."""
        self.kept.check()

    async def keep(self, learn: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled. `learn` is called when it is there, when it has news, and now and then."""
        await self.kept.start()
        try:
            while True:
                await set_within(self._news, LEARN_EVERY)
                self._news.clear()
                if self.kept.status.connected:
                    await learn()
        finally:
            if not self.kept.status.connected:
                self.link.answered_by = None  # what is written at the end is when it was there last
            await self.kept.close()

    def _is_there(self, endpoint: Endpoint) -> None:
        self.adopt(endpoint)
        self.link = self._link([endpoint])
        self.link.answered_by = endpoint
        self._news.set()
        self.on_phrases(None)

    def _is_told(self, event: wire.Event) -> None:
        if isinstance(event, wire.Personas):
            self._news.set()
        elif isinstance(event, wire.Phrases):
            self.on_phrases(event.packs)


def _pinned(settings: Settings) -> Endpoint | None:
    if not settings.gateway:
        return None
    return replace(parse_address(settings.gateway), gateway_id=settings.gateway_id)
