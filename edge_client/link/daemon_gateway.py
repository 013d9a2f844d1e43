"""The gateway of a daemon: its link is kept open, and what is learned over it goes to disk."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.link.last_gateway import LastGateway
from edge_client.link.link import NOT_FOUND, GatewayLink, OnDemand
from edge_client.link.reconnecting import Reconnecting
from edge_client.pairing.dial_rules import DialRules
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.ground.changes import set_within
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


class DaemonGateway:
    """`keep` is to be kept running by its owner; nobody who wants to speak ever waits for a search."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self.rules = DialRules.of(settings.state_dir, clock=clock)
        self.memory = LastGateway(settings, self.rules, clock=clock)
        # With a heartbeat to ask, one bad sentence is no reason to give up a gateway that lives.
        self.breaker = CircuitBreaker("gateway", clock=clock)
        self._sockets = Reconnecting(
            GatewayTable(self.memory.pinned, self.memory.last_good),
            self.breaker,
            connect_timeout=settings.connect_timeout,
            persona=settings.persona,
            mdns=settings.mdns,
            interface=settings.interface,
            gateway_id=None if self.rules.pairing else settings.gateway_id,
            rules=self.rules,
            on_up=self._is_there,
            on_event=self._is_told,
            clock=clock,
        )
        self.link = GatewayLink(self._sockets)
        self.guarded = GuardedEngine(self.link, self.breaker)
        """The way that is shared by all who take turns"""
        self.on_phrases: Callable[[Mapping[str, str] | None], None] = lambda packs: None
        """Told which packs of phrases the gateway has, by persona; None: it is another one, or it is back"""
        self._last_seen = self.memory.last_seen
        self._was_there = False
        self._news = asyncio.Event()

    @property
    def connected(self) -> Endpoint | None:
        """The gateway that is there."""
        return self._sockets.current.endpoint if self._sockets.current else None

    @property
    def standing(self) -> Standing:
        there = self._sockets
        if self.connected:
            self._last_seen = self._clock()
        elif self._was_there:
            self._last_seen = there.since
        reason = there.why_not or self.breaker.reason
        where = there.table.last_good or next(iter(there.endpoints), None)
        return Standing(reason is None, where, there.since, self._last_seen, reason, there.twin_trouble)

    def another_way(self) -> GuardedEngine:
        """For one text beside those who take turns; its engine is to be closed."""
        there = self._sockets
        absent = there.why_not or NOT_FOUND
        own = OnDemand(there.endpoints, connect_timeout=there.connect_timeout, absent=absent)
        return GuardedEngine(GatewayLink(own), self.breaker)

    def use_the_time(self) -> None:
        """It was asked in vain just now: it is looked after at once."""
        self._sockets.look_now()

    async def keep(self, learn: Callable[[], Awaitable[None]]) -> None:
        """Until cancelled. `learn` is called when it is there, when it has news, and now and then."""
        await self.link.start()
        try:
            while True:
                await set_within(self._news, LEARN_EVERY)
                self._news.clear()
                if self.connected:
                    await learn()
        finally:
            if self.connected:
                self.memory.saw(self.connected)
            await self.link.close()

    def close(self) -> None:
        """Writes what was learned, for the next start and for single commands."""
        self.memory.write(self.breaker, None, self._sockets.endpoints if self.breaker.opened else None)

    def _is_there(self, endpoint: Endpoint) -> None:
        self.link.answered_by = endpoint
        self._was_there = True
        self.memory.saw(endpoint)
        self.memory.write(self.breaker, endpoint)
        self._news.set()
        self.on_phrases(None)

    def _is_told(self, event: wire.Event) -> None:
        if isinstance(event, wire.Personas):
            self._news.set()
        elif isinstance(event, wire.Phrases):
            self.on_phrases(event.packs)
