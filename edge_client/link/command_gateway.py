"""The gateway of this robot, between single commands: where it was, how it did last, and where it may be now.

A command that finds it dead leaves word on disk, so that the next ones speak by themselves at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from edge_client.discovery.discovery import DiscoveryFailed, browse
from edge_client.discovery.endpoint import Endpoint
from edge_client.link.gateway_choice import first_ready
from edge_client.link.last_gateway import LastGateway
from edge_client.link.link import NOT_FOUND, NOT_LOOKED_FOR, GatewayLink, OnDemand
from edge_client.pairing.dial_rules import DialRules
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import BreakerSettings, CircuitBreaker, State
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.chain.recovery import send_canary
from robotvoice.errors import EngineFailure
from robotvoice.ground.changes import set_within

log = logging.getLogger(__name__)

ONE_STRIKE = BreakerSettings(consecutive_failures=1)
"""A single command has no heartbeat to ask: one failure must spare the next command the same wait."""
PROBE_WITHIN = 0.5
"""Seconds a canary may take once a connection stands"""
FIRST_LOOK_WITHIN = 0.3
"""Seconds a text waits for a first look or for canaries; then the robot begins itself"""
LINGER = 0.5
"""Seconds the search for a gateway may outlive the text"""


class CommandGateway:
    """Opens with what is on disk; `close` writes what was learned."""

    def __init__(
        self, settings: Settings, rules: DialRules | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        """`rules`: None reads those of the settings' state folder."""
        self._settings = settings
        self._clock = clock
        self.memory = LastGateway(settings, rules, clock=clock)
        self.rules = self.memory.rules
        self.breaker = CircuitBreaker("gateway", ONE_STRIKE, clock=clock, remembered=self.memory.breaker)
        self._opened_before = self.breaker.opened
        self._background: asyncio.Task[None] | None = None
        self._sockets = OnDemand(self.memory.addresses, connect_timeout=settings.connect_timeout)
        self._look_at_the_absent()
        self.link = GatewayLink(self._sockets)
        self.guarded = GuardedEngine(self.link, self.breaker)

    @property
    def endpoint(self) -> Endpoint | None:
        """Who answered, else who would be asked first."""
        known = self.memory.addresses
        return self.link.answered_by or (known[0] if known else None)

    @property
    def last_seen(self) -> float | None:
        """When the one at `endpoint` answered last, in seconds of the wall clock; None: never, as we know."""
        if self.link.answered_by:
            return self._clock()
        known, asked = self.memory.last, self.endpoint
        return self.memory.last_seen if known and asked and known.label == asked.label else None

    @property
    def is_uncertain(self) -> bool:
        """Whether the robot may well have to speak by itself."""
        return self.breaker.state is not State.CLOSED or not self.memory.addresses

    async def make_ready(self) -> None:
        """Looks for a gateway if none is known, and asks one that was given a rest whether it is back.

        Does nothing while the rest lasts. Takes FIRST_LOOK_WITHIN at most; what is not known by then is found
        out in the background, for the next text.
        """
        state, decided = self.breaker.state, asyncio.Event()
        if not self.memory.addresses and state in (State.CLOSED, State.HALF_OPEN):
            self._begin(self._look_first(decided))
        elif state is State.HALF_OPEN:
            self._begin(self._recover(decided))
        else:
            return
        await set_within(decided, FIRST_LOOK_WITHIN)
        decided.set()

    def use_the_time(self) -> None:
        """While the robot speaks by itself: finds out where a gateway went that was just asked in vain."""
        if self._background is None and self.breaker.opened > self._opened_before:
            self._begin(self._look_again())

    def adopt(self, endpoint: Endpoint) -> None:
        """A gateway that has just answered is the one to ask, and worth asking at once."""
        self.memory.saw(endpoint)
        self.breaker.half_open_now()
        self._remember()

    async def take_back(self) -> None:
        """Sends the canaries of a gateway that was adopted, so that the next text can go there."""
        self._sockets.endpoints = self.memory.addresses
        await self._send_canaries()
        self._remember()

    async def close(self, *, hurry: bool) -> None:
        """Gives the background LINGER to end, or none in a `hurry`; writes what was learned."""
        if self._background:
            if not hurry:
                await asyncio.wait({self._background}, timeout=LINGER)
            cut_short = self._background.cancel()
            await asyncio.wait({self._background})
            if not self._background.cancelled() and (error := self._background.exception()):
                log.error("looking for the gateway broke", exc_info=error)
            if cut_short and not hurry:
                self._missed()
        self._remember()
        await self.link.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._background = asyncio.create_task(work, name="look for the gateway")

    async def _look_first(self, decided: asyncio.Event) -> None:
        found = await self._look_around()
        if not found:
            self._missed()
        elif decided.is_set():
            await self._adopt_one_of(found)
        else:
            self._sockets.endpoints = found
            await self._send_canaries()
        decided.set()

    async def _recover(self, decided: asyncio.Event) -> None:
        await self._send_canaries()
        decided.set()
        if self.breaker.state is State.OPEN:
            await self._look_again()

    def _missed(self) -> None:
        """The time for a search or for canaries is over: the next command need not spend it again."""
        permit = self.breaker.acquire_canary()
        if not permit and not self.memory.addresses and not self._sockets.endpoints:
            permit = self.breaker.acquire()
        if permit:
            before = self.breaker.reason if self.memory.addresses else None
            permit.fail(before or self._sockets.absent)

    async def _send_canaries(self) -> None:
        limit = self._settings.connect_timeout + PROBE_WITHIN
        while await send_canary(self.link, self.breaker, limit):
            pass

    async def _look_again(self) -> None:
        if found := await self._look_around():
            await self._adopt_one_of(found)

    async def _adopt_one_of(self, found: Sequence[Endpoint]) -> None:
        try:
            self.adopt(await first_ready(found, self._settings.connect_timeout))
        except EngineFailure as failure:
            log.info("a gateway is announced, but %s", failure.message)

    async def _look_around(self) -> list[Endpoint]:
        """Gateways on mDNS that are not known yet; at most `discovery_timeout` seconds."""
        if not self._settings.mdns:
            return []
        # A gateway that was installed anew may have another id at the same address.
        known = {(endpoint.label, endpoint.gateway_id) for endpoint in self.memory.addresses}

        def new(endpoint: Endpoint) -> bool:
            # Whoever may not be dialled is remembered, and may be why nobody is asked.
            ways = self.rules.among([endpoint])
            self._look_at_the_absent()
            return any((way.label, way.gateway_id) not in known for way in ways)

        try:
            found = await browse(
                timeout=self._settings.discovery_timeout,
                interface=self._settings.interface,
                gateway_id=None if self.rules.pairing else self._settings.gateway_id,
                enough=new,
            )
        except DiscoveryFailed as error:
            log.warning("%s", error.message)
            return []
        return self.rules.among(filter(new, found))

    def _look_at_the_absent(self) -> None:
        """Why there is nobody to ask, if so."""
        usual = NOT_FOUND if self._settings.mdns else NOT_LOOKED_FOR
        self._sockets.absent = self.rules.why_nobody or usual

    def _remember(self) -> None:
        opened = self.breaker.opened != self._opened_before
        self.memory.write(self.breaker, self.link.answered_by, self._sockets.endpoints if opened else None)
