"""The gateway of this robot, between single commands: where it was, how it did last, and where it may be now.

A command that finds it dead leaves word on disk, so that the next ones speak by themselves at once.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from edge_client.discovery import DiscoveryFailed, Endpoint, browse, parse_address
from edge_client.gateway_memory import load, save
from edge_client.link import GatewayLink
from edge_client.settings import Settings
from speech.breaker import BreakerSettings, CircuitBreaker, State
from speech.errors import EngineFailure
from speech.guarded import GuardedEngine
from speech.recovery import send_canary
from speech.utterance import Reason

log = logging.getLogger(__name__)

FILE_NAME = "gateway.json"
ONE_STRIKE = BreakerSettings(consecutive_failures=1)
"""A single command has no heartbeat to ask: one failure must spare the next command the same wait."""
NOT_FOUND = Reason("not_found", "no gateway was found")
PROBE_WITHIN = 0.5
"""Seconds a canary may take once a connection stands"""


class KnownGateway:
    """Opens with what is on disk; `remember` writes what was learned."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._path = settings.state_dir / FILE_NAME
        self._memory = load(self._path)
        self.breaker = CircuitBreaker("gateway", ONE_STRIKE, clock=clock, remembered=self._memory.breaker)
        self._opened_before = self.breaker.opened
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
    def asked_in_vain(self) -> bool:
        """Whether this command asked and got no answer, rather than knew beforehand."""
        return self.breaker.opened > self._opened_before

    @property
    def last_seen(self) -> float | None:
        """When it last answered, in seconds of the wall clock."""
        return self._memory.last_seen

    async def make_ready(self) -> None:
        """Looks for a gateway if none is known, and asks one that was given a rest whether it is back.

        Does nothing while the rest lasts. Takes `discovery_timeout` and two short probes at most.
        """
        state = self.breaker.state
        if state is State.OPEN:
            return
        if not self.addresses:
            self.link = self._link(await self._look_around())
        if state is State.HALF_OPEN:
            while await send_canary(self.link, self.breaker, self._settings.connect_timeout + PROBE_WITHIN):
                pass
        elif not self.link.endpoints and (permit := self.breaker.acquire()):
            permit.fail(NOT_FOUND)

    async def look_again(self) -> None:
        """After a failure: finds a gateway that moved to another address, for the next command to use."""
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

    def adopt(self, endpoint: Endpoint) -> None:
        """A gateway that has just answered is the one to ask, and worth asking at once."""
        self._memory = replace(self._memory, endpoint=endpoint, last_seen=self._clock())
        self.breaker.half_open_now()
        self.remember()

    def remember(self) -> None:
        """Writes down what this command learned."""
        memory = self._memory
        if self.link.answered_by:
            memory = replace(memory, endpoint=self.link.answered_by, last_seen=self._clock())
        save(self._path, replace(memory, breaker=self.breaker.remember()))

    @property
    def addresses(self) -> list[Endpoint]:
        """The pinned one, then the last good one."""
        pinned = [parse_address(self._settings.gateway)] if self._settings.gateway else []
        last, wanted = self._memory.endpoint, self._settings.gateway_id
        if last is None or (wanted and last.gateway_id != wanted):
            return pinned
        return [*pinned, *([last] if last.label not in {endpoint.label for endpoint in pinned} else [])]

    async def _look_around(self) -> list[Endpoint]:
        """Addresses on mDNS that are not known yet; at most `discovery_timeout` seconds."""
        if not self._settings.mdns:
            return []
        known = {endpoint.label for endpoint in self.addresses}
        try:
            found = await browse(
                timeout=self._settings.discovery_timeout,
                interface=self._settings.interface,
                gateway_id=self._settings.gateway_id,
                enough=lambda endpoint: endpoint.label not in known,
            )
        except DiscoveryFailed as error:
            log.warning("%s", error.message)
            return []
        return [endpoint for endpoint in found if endpoint.label not in known]

    def _link(self, endpoints: Sequence[Endpoint]) -> GatewayLink:
        return GatewayLink(endpoints, connect_timeout=self._settings.connect_timeout)
