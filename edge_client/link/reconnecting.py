"""A WebSocket that stays open: a gateway is found, has its heart listened to, and is found again."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from edge_client.discovery.discovery import DiscoveryFailed, watch
from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.ground.first_success import AWAY
from edge_client.ground.restart import until_done
from edge_client.link.duplicate_id import twin_of, what_is_wrong
from edge_client.link.gateway_choice import best_of, better_than
from edge_client.link.link import NOT_LOOKED_FOR
from edge_client.link.readyz import load_aiohttp
from edge_client.pairing.dial_rules import FORGOTTEN, NOT_PAIRED, DialRules
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.recovery import send_canary
from robotvoice.engines.base import Engine
from robotvoice.errors import NOT_THE_ENGINES, EngineFailure, EngineUnavailable
from robotvoice.ground.backoff import Backoff
from robotvoice.ground.changes import set_within
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK
from robotvoice.utterance import Reason
from robotvoice.wire import wire

if TYPE_CHECKING:  # aiohttp is loaded off the loop
    from edge_client.link.socket import Socket

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
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
SILENT = Reason("no_answer", "gateway has not answered in time, and is being listened to")
UNPAIRED = Reason(NOT_PAIRED, "this robot was unpaired just now")
PAIRED = Reason(NOT_PAIRED, "this robot was paired just now, and takes it into use in a moment")
NOT_BY_ITSELF = {FORGOTTEN, "wrong_host"}
"""Reasons that end only when somebody does something about them"""
NOT_ABOUT_THE_VOICE = NOT_THE_ENGINES | {
    *("no_answer", "too_late", "too_many_requests", "busy", "client_busy"),
    *(CANNOT_READ, CANNOT_SPEAK, FORGOTTEN, NOT_PAIRED),
}
"""Refusals for which no other gateway is looked for"""


class Reconnecting:
    """`start` begins it. Nobody who wants to speak waits for what is not connected."""

    def __init__(
        self,
        table: GatewayTable,
        breaker: CircuitBreaker,
        *,
        connect_timeout: float,
        persona: str | None = None,
        mdns: bool = False,
        interface: str | None = None,
        gateway_id: str | None = None,
        rules: DialRules | None = None,
        on_up: Callable[[Endpoint], None] = lambda endpoint: None,
        on_event: Callable[[wire.Event], None] = lambda event: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`persona` is whose own voice is looked for until another one is asked for. `clock` is the wall's.

        `rules`: None are those of a robot that is not paired.
        `on_up` is told of each connection, `on_event` of what the gateway tells unasked.
        """
        self.table = table
        self.connect_timeout = connect_timeout
        self.current: Socket | None = None
        """The one that is open"""
        self.since = clock()
        """When it was opened or lost"""
        self.twin: Endpoint | None = None
        """Another gateway that answers with the id of the one that is connected to"""
        self._reason = NOT_YET
        """Why there is no connection"""
        self._breaker, self._persona, self._rules = breaker, persona, rules or DialRules()
        self._mdns, self._interface, self._gateway_id = mdns, interface, gateway_id
        self._on_up, self._told = on_up, on_event
        self._clock = clock
        self._lacks_the_voice = False
        self._who_is_there = asyncio.Event()
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def endpoints(self) -> Sequence[Endpoint]:
        """Who is connected to; else where somebody may be."""
        return (self.current.endpoint,) if self.current else self.table.endpoints

    @property
    def why_not(self) -> Reason | None:
        """Why nobody can be asked now; None: somebody can."""
        if self._rules.have_ended:
            return UNPAIRED
        if self.current is None:
            if not self._rules.still_hold:
                return PAIRED
            if not self.table.endpoints and (barred := self._rules.why_nobody):
                return barred
            return self._reason if self._mdns or self.table.endpoints else NOT_LOOKED_FOR
        return SILENT if self.current.is_silent else None

    @property
    def twin_trouble(self) -> str | None:
        """What is wrong, with what to do about it, if another gateway has the id of the one in use."""
        return what_is_wrong(self.current.endpoint, self.twin) if self.current and self.twin else None

    async def start(self, engine: Engine) -> None:
        """Looks for a gateway from now on, in the background."""
        if not self._tasks:
            self._begin(partial(self._run, engine), "keep the gateway")
            if self._mdns:
                self._begin(self._listen, "listen for gateways")
                self._begin(self._look_for_twins, "look for another one with its id")

    async def socket(self, persona: str) -> "Socket":
        """The one that is open. Raises EngineUnavailable."""
        reason = self.why_not
        if reason or self.current is None:
            reason = reason or NOT_YET
            raise EngineUnavailable(reason.code, reason.text)
        self._persona = persona
        return self.current

    def refused(self, reason: str) -> None:
        """The gateway in use may lack this voice: another one may have it."""
        if reason not in NOT_ABOUT_THE_VOICE:
            self._lacks_the_voice = True
            self._wake.set()

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def look_now(self) -> None:
        """Something has changed: who is there is asked for a sign of life, who is away is looked for."""
        self._wake.set()
        if self.current and self.current.heartbeat:
            self.current.heartbeat.check()

    def heard(self, name: str, endpoints: tuple[Endpoint, ...]) -> None:
        """What was announced; without endpoints it was a goodbye."""
        ways = self._rules.heard(name, endpoints)
        news = self.table.announced(name, ways) if ways else self.table.said_goodbye(name)
        if news:
            self._who_is_there.set()
            self.look_now()

    def _begin(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.add(asyncio.create_task(until_done(work, name), name=name))

    async def _run(self, engine: Engine) -> None:
        """Until cancelled; then the connection is closed."""
        await load_aiohttp()
        loop, backoff = asyncio.get_running_loop(), Backoff(FIRST_PAUSE, LONGEST_PAUSE)
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
                    better = await self._while_it_lives(socket, engine)
                    socket = socket if better else None
                    if better or loop.time() - began > LONGEST_PAUSE:
                        backoff.reset()
                        continue
                await self._rest(backoff.next() * (1 - JITTER * random.random()))
        finally:
            for each in filter(None, {socket, self.current}):
                await each.close()

    async def _listen(self) -> None:
        """Hears what is announced, until cancelled."""
        told = False
        while True:
            listening = watch(
                interface=self._interface, gateway_id=self._gateway_id, tell=self.heard, changed=self.look_now
            )
            watching = asyncio.create_task(listening, name="listen to mDNS")
            try:
                done: set[asyncio.Task[None]] = set()
                while not done:
                    done, _ = await asyncio.wait({watching}, timeout=LISTEN_ANEW)
                    if not self.current:
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
                await asyncio.sleep(LONGEST_PAUSE)

    async def _look_for_twins(self) -> None:
        """When somebody was heard or is connected to, until cancelled."""
        while True:
            self._who_is_there.clear()
            socket, before = self.current, self.twin
            if socket:
                twin = await twin_of(socket.endpoint, self.table.endpoints, self.connect_timeout)
                self.twin = twin if self.current is socket else before
                if self.twin != before and self.twin_trouble:
                    log.warning("%s", self.twin_trouble)
            await set_within(self._who_is_there, TWIN_EVERY if self.twin else None)

    async def _connect(self, better: Endpoint | None) -> "Socket":
        """To the best there is, or to one that was found to be better. Raises EngineFailure."""
        if better is None:
            try:
                better = await best_of(self.table.endpoints, self._persona, self.connect_timeout)
            except EngineFailure as failure:
                self.table.none_answered()
                stranger = self._rules.why_nobody if self._rules.pairing else None
                if stranger and failure.reason in AWAY:
                    raise EngineFailure(stranger.code, stranger.text) from failure
                raise
        socket = await self._open(better)
        before, self.current = self.current, socket
        self.table.last_good = socket.endpoint
        self._lacks_the_voice = True  # until it was looked at
        self._who_is_there.set()
        self.since = self._clock()
        log.info("the gateway at %s is there", socket.endpoint.label)
        self._breaker.half_open_now()
        self._on_up(socket.endpoint)
        if before:
            await _retire(before)
        return socket

    async def _open(self, endpoint: Endpoint) -> "Socket":
        from edge_client.link.socket import open_socket

        def ended() -> None:
            if opened is self.current:
                self._lost(opened)

        told = self._on_event
        opened = await open_socket(endpoint, self.connect_timeout, stays=True, on_event=told, on_end=ended)
        return opened

    async def _while_it_lives(self, socket: "Socket", engine: Engine) -> Endpoint | None:
        """Returns when the connection is lost, or with a gateway that is better."""
        while self.current is socket:
            self._wake.clear()
            while await send_canary(engine, self._breaker, 2 * self.connect_timeout):
                pass
            if self._lacks_the_voice and self._persona:
                others, self._lacks_the_voice = self.table.endpoints, False
                better = await better_than(socket.endpoint, others, self._persona, self.connect_timeout)
                if better:
                    return better
            if self.current is socket:
                await set_within(self._wake, LOOK_EVERY)
        await socket.close()
        return None

    def _lost(self, socket: "Socket") -> None:
        failure = socket.failure or EngineFailure("cut", "the connection to the gateway is gone")
        self.current, self.since = None, self._clock()
        log.info("the gateway is away: %s", failure.message)
        self._is_away(failure)
        # A heart that stopped is a failure; a sentence that was cut short by it has counted that already.
        silent = failure.reason == SILENT.code and socket.is_idle
        if permit := self._breaker.acquire() if silent else None:
            permit.fail(self._reason)
        self._wake.set()

    def _is_away(self, failure: EngineFailure) -> None:
        if not self.current:
            before, self._reason = self._reason, Reason(failure.reason, failure.message)
            if failure.reason in NOT_BY_ITSELF and failure.reason != before.code:
                log.warning("%s", failure.message)

    def _on_event(self, event: wire.Event) -> None:
        if isinstance(event, wire.Awake):
            self._breaker.half_open_now()
            self.look_now()
        self._told(event)

    async def _rest(self, seconds: float) -> None:
        await asyncio.sleep(BREATH)
        await set_within(self._wake, seconds - BREATH)
        if not self.table.last_good:
            await asyncio.sleep(GATHER)


async def _retire(socket: "Socket") -> None:
    """Lets what is being spoken there come to its end."""
    with suppress(TimeoutError):
        async with asyncio.timeout(OUTSTAY):
            while not socket.is_idle and not socket.failure:  # noqa: ASYNC110 - rare, and nobody waits for it
                await asyncio.sleep(0.05)
    await socket.close()
