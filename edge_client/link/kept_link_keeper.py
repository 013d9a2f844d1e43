"""Keeps one connection to a gateway, for as long as it runs: finds it, has it listened to, finds it again."""

import asyncio
import importlib
import logging
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from edge_client.discovery.discovery import DiscoveryFailed, watch
from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.link.choice import best_of, better_than
from edge_client.link.twins import twin_of, what_is_wrong
from robotvoice.errors import EngineFailure
from robotvoice.utterance import Reason
from robotvoice.wire import wire

if TYPE_CHECKING:  # aiohttp is loaded off the loop
    from edge_client.link.socket import Socket

log = logging.getLogger(__name__)

SOONEST, LATEST = 0.5, 5.0
"""Seconds between two searches; each pause is twice as long as the one before it"""
JITTER = 0.25
"""Share of a pause that is left out by chance, so that robots do not come back all at once"""
BREATH = 0.1
"""Seconds between two searches whatever is announced: anybody can announce anything"""
GATHER = 0.15
"""Seconds more for a robot that knows no gateway: of several that are announced it takes the same ever"""
LISTEN_ANEW = 30.0
"""Seconds away after which mDNS is begun anew: zeroconf asks only at its beginning"""
LOOK_EVERY = 2.0
"""Seconds between two looks whether an engine that is given a rest is back, or another gateway is better"""
TWIN_EVERY = 30.0
"""Seconds between two looks whether another gateway with the same id is still there"""
OUTSTAY = 10.0
"""Seconds a sentence has to end on a connection that is given up for a better one"""
NOT_YET = Reason("not_found", "no gateway has been found yet")


class Keeper:
    """`run` and `listen` are tasks of whoever owns it; `on_up` and `on_down` are told of each change."""

    def __init__(
        self,
        table: GatewayTable,
        *,
        persona: str | None,
        connect_timeout: float,
        canary: Callable[[], Awaitable[bool]],
        on_up: Callable[[Endpoint], None],
        on_down: Callable[[EngineFailure, bool], None],
        on_event: Callable[[wire.Event], None],
        clock: Callable[[], float] = time.time,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`on_down` is told why, and whether somebody was being spoken for. `clock` is the wall's."""
        self.table = table
        self.persona = persona
        """Whose own voice is wanted"""
        self.socket: Socket | None = None
        self.reason: Reason | None = NOT_YET
        """Why there is no connection"""
        self.since = clock()
        """When it became so"""
        self.twin: Endpoint | None = None
        """Another gateway that answers with the id of the one that is connected to"""
        self._connect_timeout = connect_timeout
        self._canary, self._on_up, self._on_down, self._on_event = canary, on_up, on_down, on_event
        self._clock, self._chance = clock, chance
        self._lacks_the_voice = False
        self._who_is_there = asyncio.Event()
        self._wake = asyncio.Event()

    def look_now(self) -> None:
        """Something has changed: who is there is asked for a sign of life, who is away is looked for."""
        self._wake.set()
        if self.socket and self.socket.heartbeat:
            self.socket.heartbeat.check()

    def lacks_the_voice(self) -> None:
        """The gateway in use cannot speak with `persona`'s own voice: another one may."""
        self._lacks_the_voice = True
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled; then the connection is closed."""
        self._socket_module = await asyncio.to_thread(importlib.import_module, "edge_client.link.socket")
        loop, pause = asyncio.get_running_loop(), SOONEST
        socket: Socket | None = None
        better: Endpoint | None = None
        try:
            while True:
                self._wake.clear()
                began = loop.time()
                try:
                    socket = await self._connect(better)
                except EngineFailure as failure:
                    self._is_away(failure)
                better = None
                if socket:
                    better = await self._while_it_lives(socket)
                    socket = socket if better else None
                    if better or loop.time() - began > LATEST:
                        pause = SOONEST
                        continue
                await self._rest(pause * (1 - JITTER * self._chance()))
                pause = min(2 * pause, LATEST)
        finally:
            for each in filter(None, {socket, self.socket}):
                await each.close()

    async def listen(self, interface: str | None, gateway_id: str | None) -> None:
        """Hears what is announced, until cancelled."""
        told = False
        while True:
            listening = watch(
                interface=interface, gateway_id=gateway_id, tell=self.heard, changed=self.look_now
            )
            watching = asyncio.create_task(listening, name="listen to mDNS")
            try:
                done: set[asyncio.Task[None]] = set()
                while not done:
                    done, _ = await asyncio.wait({watching}, timeout=LISTEN_ANEW)
                    if not self.socket:
                        break
            finally:
                watching.cancel()
                await asyncio.wait({watching})
            error = None if watching.cancelled() else watching.exception()
            if error and not isinstance(error, DiscoveryFailed):
                log.error("listening to mDNS broke", exc_info=error)
            elif error and not told:
                told = True
                log.warning("%s", error)
            if error:
                await asyncio.sleep(LATEST)

    async def look_for_twins(self) -> None:
        """When somebody was heard or is connected to, until cancelled."""
        while True:
            self._who_is_there.clear()
            socket, before = self.socket, self.twin
            if socket:
                twin = await twin_of(socket.endpoint, self.table.endpoints, self._connect_timeout)
                self.twin = twin if self.socket is socket else before
                if self.twin and self.twin != before:
                    log.warning("%s", what_is_wrong(socket.endpoint, self.twin))
            with suppress(TimeoutError):
                async with asyncio.timeout(TWIN_EVERY if self.twin else None):
                    await self._who_is_there.wait()

    def heard(self, name: str, endpoints: tuple[Endpoint, ...]) -> None:
        """What was announced; without endpoints it was a goodbye."""
        news = self.table.announced(name, endpoints) if endpoints else self.table.said_goodbye(name)
        if news:
            self._who_is_there.set()
            self.look_now()

    async def _connect(self, better: Endpoint | None) -> "Socket":
        """To the best there is, or to one that was found to be better. Raises EngineFailure."""
        if better is None:
            try:
                better = await best_of(self.table.endpoints, self.persona, self._connect_timeout)
            except EngineFailure:
                self.table.none_answered()
                raise
        socket = await self._open(better)
        before, self.socket = self.socket, socket
        self.table.last_good = socket.endpoint
        self._lacks_the_voice = True  # until it was looked at
        self._who_is_there.set()
        self.reason, self.since = None, self._clock()
        log.info("the gateway at %s is there", socket.endpoint.label)
        self._on_up(socket.endpoint)
        if before:
            await _retire(before)
        return socket

    async def _open(self, endpoint: Endpoint) -> "Socket":
        opened: Socket | None = None

        def ended() -> None:
            if opened is not None and opened is self.socket:
                self._lost(opened)

        opened = await self._socket_module.open_socket(
            endpoint, self._connect_timeout, stays=True, on_event=self._on_event, on_end=ended
        )
        return opened

    async def _while_it_lives(self, socket: "Socket") -> Endpoint | None:
        """Returns when the connection is lost, or with a gateway that is better."""
        while self.socket is socket:
            self._wake.clear()
            while await self._canary():
                pass
            if self._lacks_the_voice and self.persona:
                others, self._lacks_the_voice = self.table.endpoints, False
                better = await better_than(socket.endpoint, others, self.persona, self._connect_timeout)
                if better:
                    return better
            if self.socket is socket:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._wake.wait()
        await socket.close()
        return None

    def _lost(self, socket: "Socket") -> None:
        failure = socket.failure or EngineFailure("cut", "the connection to the gateway is gone")
        busy = not socket.is_idle
        self.socket = None
        self._is_away(failure)
        self._on_down(failure, busy)
        self._wake.set()

    def _is_away(self, failure: EngineFailure) -> None:
        if self.socket:
            return
        if self.reason is None:
            self.since = self._clock()
            log.info("the gateway is away: %s", failure.message)
        self.reason = Reason(failure.reason, failure.message)

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(BREATH)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds - BREATH):
                await self._wake.wait()
        if not self.table.last_good:
            await asyncio.sleep(GATHER)


async def _retire(socket: "Socket") -> None:
    """Lets what is being spoken there come to its end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTSTAY):
            while not socket.is_idle and not socket.failure:  # noqa: ASYNC110 - rare, and nobody waits for it
                await asyncio.sleep(0.05)
    await socket.close()
