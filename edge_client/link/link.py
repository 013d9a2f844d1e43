"""The gateway as an engine: to the robot, a whole Mac full of voices is one more way to speak a sentence."""

import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.race import first_good
from edge_client.link.readyz import ask, load_aiohttp, look_at
from edge_client.link.sentence import request_of, seconds_for, spoken_over
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import EngineFailure
from robotvoice.persona import FIRST_AUDIO_BUDGET, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

if TYPE_CHECKING:
    from edge_client.link.socket import Socket

START_ESTIMATE = 0.1
REAL_TIME_FACTOR = 0.5
NOT_FOUND = Reason("not_found", "no gateway was found")


class GatewayLink(EngineBase):
    """Asks for a persona's own voice, sentence by sentence, over one WebSocket.

    Without endpoints it is not ready, for the reason `absent`.
    """

    name = "gateway"
    first_audio_cap = FIRST_AUDIO_BUDGET

    def __init__(
        self, endpoints: Sequence[Endpoint], *, connect_timeout: float, absent: Reason = NOT_FOUND
    ) -> None:
        self.endpoints = tuple(endpoints)
        self._connect_timeout = connect_timeout
        self._absent = absent
        self._socket: Socket | None = None
        self._ids = itertools.count(1)
        self.answered_by: Endpoint | None = None
        """The gateway that spoke or answered last, None if none has"""

    @property
    def description(self) -> str:
        return f"gateway at {', '.join(endpoint.label for endpoint in self.endpoints) or 'no known address'}"

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return READY if self.endpoints else Readiness(self._absent)

    def takes_language(self, voice: VoiceSpec) -> bool:
        """The gateway says itself what it does not follow."""
        return True

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return START_ESTIMATE

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """`voice.voice` is the persona. A sentence that is not wanted any more closes the connection."""
        socket = await self._connected()
        request = request_of(sentence, voice, str(next(self._ids)), socket.round_trip)
        try:
            speaking = spoken_over(socket, request, seconds_for(sentence), sentence.asked)
            async with aclosing(speaking) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            if socket.has_answered:
                self.answered_by = socket.endpoint

    async def probe(self) -> None:
        """Asks `/readyz` of every address; one that is ready is enough."""
        self.answered_by = await first_good([partial(self._ready, each) for each in self.endpoints])

    async def personas(self) -> dict[str, Any]:
        """What `/v1/personas` says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await ask(self.answered_by, "/v1/personas", self._connect_timeout)

    async def readyz(self) -> dict[str, Any]:
        """What `/readyz` says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await ask(self.answered_by, "/readyz", self._connect_timeout)

    async def close(self) -> None:
        await self._disconnect()

    async def _connected(self) -> "Socket":
        if self._socket is None or self._socket.failure:
            await self._disconnect()
            await load_aiohttp()
            from edge_client.link.socket import open_any

            self._socket = await open_any(self.endpoints, self._connect_timeout)
        return self._socket

    async def _disconnect(self) -> None:
        socket, self._socket = self._socket, None
        if socket:
            await socket.close()

    async def _ready(self, endpoint: Endpoint) -> Endpoint:
        found = await look_at(endpoint, self._connect_timeout)
        return replace(found.endpoint, personas=found.personas)
