"""The gateway as an engine of a daemon: one WebSocket, kept open, so that its death is known in time."""

import asyncio
import itertools
import logging
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.ground.until_done import until_done
from edge_client.link.kept_link_keeper import NOT_YET, Keeper
from edge_client.link.known_gateway import NOT_LOOKED_FOR
from edge_client.link.link import REAL_TIME_FACTOR, START_ESTIMATE, GatewayLink
from edge_client.link.readyz import look_at
from edge_client.link.sentence import request_of, seconds_for, spoken_over
from edge_client.link.twins import what_is_wrong
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.recovery import send_canary
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import NOT_THE_ENGINES, EngineFailure, EngineUnavailable
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK
from robotvoice.persona import FIRST_AUDIO_BUDGET, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence
from robotvoice.wire import wire

log = logging.getLogger(__name__)

NOT_ABOUT_THE_VOICE = NOT_THE_ENGINES | {
    *("no_answer", "too_late", "too_many_requests", "busy", "client_busy"),
    *(CANNOT_READ, CANNOT_SPEAK),
}
"""Refusals for which no other gateway is looked for"""
SILENT = Reason("no_answer", "gateway has not answered in time, and is being listened to")


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """How the link is, for a person. Times are in seconds."""

    connected: bool
    endpoint: Endpoint | None
    """Who is connected to, or was last"""
    since: float
    """When it became so, by the wall clock"""
    round_trip: float | None
    reason: str | None
    """Why there is no connection, or why nobody can be asked over it"""
    code: str | None = None
    """Of the reason"""
    twin: str | None = None
    """What is wrong if another gateway has the same id"""


class KeptLink(EngineBase):
    """Asks for a persona's own voice, sentence by sentence. Nobody waits for what is not connected."""

    name = "gateway"
    first_audio_cap = FIRST_AUDIO_BUDGET

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
        on_up: Callable[[Endpoint], None] = lambda endpoint: None,
        on_event: Callable[[wire.Event], None] = lambda event: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`persona` is whose own voice is looked for until another one is asked for. `clock` is the wall's.

        `on_up` is told of each connection, `on_event` of what the gateway tells unasked.
        """
        self.breaker = breaker
        self.events: dict[type[wire.Event], wire.Event] = {}
        """The last of each kind"""
        self._connect_timeout = connect_timeout
        self._mdns, self._interface, self._gateway_id = mdns, interface, gateway_id
        self._up, self._told = on_up, on_event
        self._ids = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._last = table.last_good
        self._keeper = Keeper(
            table,
            persona=persona,
            connect_timeout=connect_timeout,
            canary=lambda: send_canary(self, breaker, 2 * connect_timeout),
            on_up=self._on_up,
            on_down=self._on_down,
            on_event=self._on_event,
            clock=clock,
        )

    @property
    def description(self) -> str:
        return f"gateway at {self.answered_by.label if self.answered_by else 'no known address'}"

    @property
    def answered_by(self) -> Endpoint | None:
        """The gateway that is connected to."""
        return self._keeper.socket.endpoint if self._keeper.socket else None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Where a gateway may be."""
        return tuple(self._keeper.table.endpoints)

    @property
    def status(self) -> LinkStatus:
        keeper, socket = self._keeper, self._keeper.socket
        reason = self._why_not()
        return LinkStatus(
            connected=socket is not None,
            endpoint=self.answered_by or self._last,
            since=keeper.since,
            round_trip=socket.round_trip if socket else None,
            reason=reason.text if reason else None,
            code=reason.code if reason else None,
            twin=what_is_wrong(socket.endpoint, keeper.twin) if socket and keeper.twin else None,
        )

    async def start(self) -> None:
        """Looks for a gateway from now on, in the background."""
        if not self._tasks:
            self._begin(self._keeper.run, "keep the gateway")
            if self._mdns:
                listen = partial(self._keeper.listen, self._interface, self._gateway_id)
                self._begin(listen, "listen for gateways")
                self._begin(self._keeper.look_for_twins, "look for another one with its id")

    async def close(self) -> None:
        tasks, self._tasks = self._tasks, set()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def check(self) -> None:
        """There is reason to doubt that the gateway is as it was: it is looked after at once."""
        self._keeper.look_now()

    def heard(self, name: str, endpoints: tuple[Endpoint, ...]) -> None:
        """What somebody announced under a name; without endpoints it was a goodbye."""
        self._keeper.heard(name, endpoints)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        reason = self._why_not()
        return Readiness(reason) if reason else READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        """The gateway says itself what it does not follow."""
        return True

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return START_ESTIMATE + (self._keeper.socket.round_trip if self._keeper.socket else 0.0)

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """`voice.voice` is the persona. A sentence that is not wanted any more is cancelled there."""
        keeper, socket = self._keeper, self._keeper.socket
        reason = self._why_not()
        if reason or socket is None:
            reason = reason or NOT_YET
            raise EngineUnavailable(reason.code, reason.text)
        keeper.persona = voice.voice
        request = request_of(sentence, voice, str(next(self._ids)), socket.round_trip)
        try:
            speaking = spoken_over(socket, request, seconds_for(sentence), sentence.asked)
            async with aclosing(speaking) as chunks:
                async for chunk in chunks:
                    yield chunk
        except EngineUnavailable as unavailable:
            if unavailable.reason not in NOT_ABOUT_THE_VOICE:
                keeper.lacks_the_voice()
            raise

    async def probe(self) -> None:
        """Whether the gateway that is connected to can speak. Raises EngineFailure."""
        if self.answered_by is None:
            reason = self._keeper.reason or NOT_YET
            raise EngineFailure(reason.code, reason.text)
        await look_at(self.answered_by, self._connect_timeout)

    async def personas(self) -> dict[str, Any]:
        """What `/v1/personas` says at the gateway that is connected to. Raises EngineFailure."""
        link = GatewayLink((), connect_timeout=self._connect_timeout)
        link.answered_by = self.answered_by
        return await link.personas()

    async def readyz(self) -> dict[str, Any]:
        """What `/readyz` says at the gateway that is connected to. Raises EngineFailure."""
        link = GatewayLink((), connect_timeout=self._connect_timeout)
        link.answered_by = self.answered_by
        return await link.readyz()

    def _why_not(self) -> Reason | None:
        socket = self._keeper.socket
        if socket is None:
            nobody = not (self._mdns or self._keeper.table.endpoints)
            return NOT_LOOKED_FOR if nobody else self._keeper.reason or NOT_YET
        return SILENT if socket.is_silent else None

    def _begin(self, work: Callable[[], Awaitable[None]], name: str) -> None:
        self._tasks.add(asyncio.create_task(until_done(work, name), name=name))

    def _on_up(self, endpoint: Endpoint) -> None:
        self._last = endpoint
        self.breaker.half_open_now()
        self._up(endpoint)

    def _on_down(self, failure: EngineFailure, busy: bool) -> None:
        """A heart that stopped is a failure; a sentence that was cut short by it has counted that already."""
        permit = self.breaker.acquire() if failure.reason == SILENT.code and not busy else None
        if permit:
            permit.fail(Reason(failure.reason, failure.message))

    def _on_event(self, event: wire.Event) -> None:
        self.events[type(event)] = event
        if isinstance(event, wire.Awake):
            self.breaker.half_open_now()
            self._keeper.look_now()
        self._told(event)
