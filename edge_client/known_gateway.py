"""The gateway of this robot, between single commands: where it was, how it did last, and where it may be now.

A command that finds it dead leaves word on disk, so that the next ones speak by themselves at once.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from edge_client.discovery import DiscoveryFailed, browse
from edge_client.endpoint import Endpoint, parse_address
from edge_client.gateway_memory import load, save
from edge_client.link import NOT_FOUND, GatewayLink
from edge_client.settings import Settings
from speech.breaker import CircuitBreaker, State
from speech.breaker_settings import BreakerSettings
from speech.errors import EngineFailure
from speech.guarded import GuardedEngine
from speech.recovery import send_canary
from speech.utterance import Reason

log = logging.getLogger(__name__)

FILE_NAME = "gateway.json"
ONE_STRIKE = BreakerSettings(consecutive_failures=1)
"""A single command has no heartbeat to ask: one failure must spare the next command the same wait."""
PROBE_WITHIN = 0.5
"""Seconds a canary may take once a connection stands"""
PATIENCE = 0.3
"""Seconds a text waits for the canaries of a gateway that was given a rest; then the robot begins itself"""


class KnownGateway:
    """Opens with what is on disk; `close` writes what was learned."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._path = settings.state_dir / FILE_NAME
        self._memory = load(self._path)
        self._seen_before = self._memory.last_seen
        self.breaker = CircuitBreaker("gateway", ONE_STRIKE, clock=clock, remembered=self._memory.breaker)
        self._opened_before = self.breaker.opened
        self._background: asyncio.Task[None] | None = None
        self.link = self._link(self.addresses)

    @property
    def guarded(self) -> GuardedEngine:
        return GuardedEngine(self.link, self.breaker)

    @property
    def endpoint(self) -> Endpoint | None:
        """Who answered, else who would be asked first."""
        known = self.addresses
        return self.link.answered_by or (known[0] if known else None)

    @property
    def last_seen(self) -> float | None:
        """When it last answered one of the commands up to this one, in seconds of the wall clock."""
        return self._clock() if self.link.answered_by else self._seen_before

    @property
    def addresses(self) -> list[Endpoint]:
        """The pinned one, then the last good one."""
        wanted, last = self._settings.gateway_id, self._memory.endpoint
        known = []
        if self._settings.gateway:
            known.append(replace(parse_address(self._settings.gateway), gateway_id=wanted))
        if last and wanted in (None, last.gateway_id) and last.label not in {each.label for each in known}:
            known.append(last)
        return known

    async def make_ready(self) -> None:
        """Looks for a gateway if none is known, and asks one that was given a rest whether it is back.

        Does nothing while the rest lasts. Takes `discovery_timeout` at most for a first look and PATIENCE for
        anything else, which then goes on in the background.
        """
        state = self.breaker.state
        if state is State.HALF_OPEN:
            decided = asyncio.Event()
            self._begin(self._recover(decided))
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await decided.wait()
        elif state is State.CLOSED and not self.addresses:
            self.link = self._link(await self._look_around())
            if not self.link.endpoints and (permit := self.breaker.acquire()):
                permit.fail(NOT_FOUND)

    async def ask(self) -> None:
        """Whether it answers now. Raises EngineFailure, without asking while its rest lasts."""
        permit = self.breaker.acquire()
        if permit is None:
            reason = self.breaker.reason or NOT_FOUND
            raise EngineFailure(reason.code, reason.text)
        try:
            await self.link.probe()
        except EngineFailure as failure:
            permit.fail(Reason(failure.reason, failure.message))
            raise
        permit.ok()

    def use_the_time(self) -> None:
        """While the robot speaks by itself: finds out where a gateway went that was just asked in vain."""
        if self._background is None and self.breaker.opened > self._opened_before:
            self._begin(self._look_again())

    def adopt(self, endpoint: Endpoint) -> None:
        """A gateway that has just answered is the one to ask, and worth asking at once."""
        self._memory = replace(self._memory, endpoint=endpoint, last_seen=self._clock())
        self.breaker.half_open_now()
        self._remember()

    async def take_back(self) -> None:
        """Sends the canaries of a gateway that was adopted, so that the next text can go there."""
        self.link = self._link(self.addresses)
        await self._send_canaries()
        self._remember()

    async def close(self, *, hurry: bool) -> None:
        """Waits for what runs in the background, or ends it in a `hurry`; writes what was learned."""
        if self._background:
            if hurry:
                self._background.cancel()
            await asyncio.wait({self._background})
            if not self._background.cancelled() and (error := self._background.exception()):
                log.error("looking for the gateway broke", exc_info=error)
        self._remember()
        await self.link.close()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._background = asyncio.create_task(work, name="look for the gateway")

    async def _recover(self, decided: asyncio.Event) -> None:
        try:
            if not self.addresses:
                self.link = self._link(await self._look_around())
            await self._send_canaries()
        finally:
            decided.set()
        if self.breaker.state is State.OPEN:
            await self._look_again()

    async def _send_canaries(self) -> None:
        limit = self._settings.connect_timeout + PROBE_WITHIN
        while await send_canary(self.link, self.breaker, limit):
            pass

    async def _look_again(self) -> None:
        found = await self._look_around()
        if not found:
            return
        moved = self._link(found)
        try:
            await moved.probe()
        except EngineFailure as failure:
            log.info("a gateway is announced, but %s", failure.message)
            return
        if moved.answered_by:
            self.adopt(moved.answered_by)

    async def _look_around(self) -> list[Endpoint]:
        """Gateways on mDNS that are not known yet; at most `discovery_timeout` seconds."""
        if not self._settings.mdns:
            return []
        # A gateway that was installed anew may have another id at the same address.
        known = {(endpoint.label, endpoint.gateway_id) for endpoint in self.addresses}

        def new(endpoint: Endpoint) -> bool:
            return (endpoint.label, endpoint.gateway_id) not in known

        try:
            found = await browse(
                timeout=self._settings.discovery_timeout,
                interface=self._settings.interface,
                gateway_id=self._settings.gateway_id,
                enough=new,
            )
        except DiscoveryFailed as error:
            log.warning("%s", error.message)
            return []
        return list(filter(new, found))

    def _remember(self) -> None:
        memory = self._memory
        if self.link.answered_by:
            memory = replace(memory, endpoint=self.link.answered_by, last_seen=self._clock())
        save(self._path, replace(memory, breaker=self.breaker.remember()))

    def _link(self, endpoints: Sequence[Endpoint]) -> GatewayLink:
        return GatewayLink(endpoints, connect_timeout=self._settings.connect_timeout)
