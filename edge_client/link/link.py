"""The gateway as an engine: to the robot, a whole Mac full of voices is one more way to speak a sentence."""

import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.gateway_choice import first_ready
from edge_client.link.readyz import ask, load_aiohttp
from edge_client.link.sentence import request_of, seconds_for, spoken_over
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.engines.base import READY, Engine, EngineBase, Readiness
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import FIRST_AUDIO_BUDGET, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

if TYPE_CHECKING:
    from edge_client.link.reconnecting import Reconnecting
    from edge_client.link.socket import Socket

START_ESTIMATE = 0.1
REAL_TIME_FACTOR = 0.5
NOT_FOUND = Reason("not_found", "no gateway was found")
NOT_LOOKED_FOR = Reason("not_found", "no gateway is known and mDNS is off")


class GatewayLink(EngineBase):
    """Asks for a persona's own voice, sentence by sentence, over one WebSocket.

    A single command's is opened when there is something to say; a daemon's stays open.
    """

    name = "gateway"
    first_audio_cap = FIRST_AUDIO_BUDGET

    def __init__(self, sockets: "OnDemand | Reconnecting") -> None:
        self._sockets = sockets
        self._ids = itertools.count(1)
        self.answered_by: Endpoint | None = None
        """The gateway that spoke or answered last, None if none has"""

    @property
    def description(self) -> str:
        known = ", ".join(endpoint.label for endpoint in self._sockets.endpoints)
        return f"gateway at {known or 'no known address'}"

    async def start(self) -> None:
        await self._sockets.start(self)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        reason = self._sockets.why_not
        return Readiness(reason) if reason else READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        """The gateway says itself what it does not follow."""
        return True

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        current = self._sockets.current
        return START_ESTIMATE + (current.round_trip if current else 0.0)

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """`voice.voice` is the persona. A sentence that is not wanted any more is given up over there."""
        socket = await self._sockets.socket(voice.voice)
        request = request_of(sentence, voice, str(next(self._ids)), socket.round_trip)
        try:
            speaking = spoken_over(socket, request, seconds_for(sentence), sentence.asked)
            async with aclosing(speaking) as chunks:
                async for chunk in chunks:
                    yield chunk
        except EngineUnavailable as unavailable:
            self._sockets.refused(unavailable.reason)
            raise
        finally:
            if socket.has_answered and socket is self._sockets.current:
                self.answered_by = socket.endpoint

    async def probe(self) -> None:
        """Asks `/readyz` of every address; one that is ready is enough."""
        self.answered_by = await first_ready(self._sockets.endpoints, self._sockets.connect_timeout)

    async def ask(self, breaker: CircuitBreaker) -> None:
        """Whether the gateway answers now. Raises EngineFailure, without asking while its rest lasts."""
        permit = breaker.acquire()
        if permit is None:
            reason = breaker.reason or self._sockets.why_not or NOT_FOUND
            raise EngineFailure(reason.code, reason.text)
        try:
            await self.probe()
        except EngineFailure as failure:
            permit.fail(Reason(failure.reason, failure.message))
            raise
        permit.ok()

    async def close(self) -> None:
        await self._sockets.close()

    async def get(self, path: str) -> dict[str, Any]:
        """What this page says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await ask(self.answered_by, path, self._sockets.connect_timeout)


class OnDemand:
    """A WebSocket that is opened when it is needed. Without endpoints nobody is asked, as `absent` says."""

    def __init__(
        self, endpoints: Sequence[Endpoint], *, connect_timeout: float, absent: Reason = NOT_FOUND
    ) -> None:
        self.endpoints = endpoints
        self.connect_timeout = connect_timeout
        self.absent = absent
        self.current: Socket | None = None
        """The one that was needed last"""

    @property
    def why_not(self) -> Reason | None:
        """Why nobody can be asked; None: somebody can."""
        return None if self.endpoints else self.absent

    async def start(self, engine: Engine) -> None:
        """Nothing to do before there is something to say."""

    async def socket(self, persona: str) -> "Socket":
        """Opens one, unless it is open. Raises EngineFailure."""
        if self.current is None or self.current.failure:
            await self.close()
            await load_aiohttp()
            from edge_client.link.socket import open_any

            self.current = await open_any(self.endpoints, self.connect_timeout)
        return self.current

    def refused(self, reason: str) -> None:
        """There is no time to look for another gateway."""

    async def close(self) -> None:
        socket, self.current = self.current, None
        if socket:
            await socket.close()
