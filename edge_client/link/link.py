"""The gateway as an engine: to the robot, a whole Mac full of voices is one more way to speak a sentence."""

import asyncio
import importlib
import itertools
import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.race import first_good
from edge_client.link.gateway_answers import (
    check_admitted,
    check_end,
    chunk_of,
    origin_of,
    pass_on_warnings,
    remark,
)
from edge_client.link.kept_link_sentence import request_of, seconds_for
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import EngineFailure, InvalidMessage
from robotvoice.persona import FIRST_AUDIO_BUDGET, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Reason, Sentence
from robotvoice.wire import wire

if TYPE_CHECKING:
    from edge_client.link.connection import Connection

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
        self._connection: Connection | None = None
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
        connection = await self._connected()
        request = request_of(sentence, voice, str(next(self._ids)), round_trip=0.0)
        ended = False
        try:
            await connection.send(wire.encode(request))
            answer = await _answer(connection)
            ended = isinstance(answer, wire.Unavailable | wire.Error)
            if ended:
                self.answered_by = connection.endpoint
            check_admitted(answer, seconds_for(sentence))
            origin: Origin | None = None
            samples = 0
            while not ended:
                message = await _receive(connection)
                if isinstance(message, bytes):
                    chunk = chunk_of(message, origin)
                    samples += chunk.samples
                    yield chunk
                elif isinstance(message, wire.Start):
                    origin = origin_of(message)
                    pass_on_warnings(message, sentence.asked)
                elif isinstance(message, wire.ENDS):
                    ended = True
                    if isinstance(message, wire.Complete):
                        pass_on_warnings(message, sentence.asked)
                    check_end(message, samples)
                    self.answered_by = connection.endpoint
        finally:
            # After an end nothing more comes for this sentence, and the connection serves the next one.
            if not ended:
                await self._disconnect()

    async def probe(self) -> None:
        """Asks `/readyz` of every address; one that is ready is enough."""
        self.answered_by = await first_good([partial(self._ready, each) for each in self.endpoints])

    async def personas(self) -> dict[str, Any]:
        """What `/v1/personas` says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await self._ask(self.answered_by, "/v1/personas")

    async def readyz(self) -> dict[str, Any]:
        """What `/readyz` says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await self._ask(self.answered_by, "/readyz")

    async def close(self) -> None:
        await self._disconnect()

    async def _connected(self) -> "Connection":
        if self._connection is None or self._connection.closed:
            await self._disconnect()
            connection = await load_connection()
            self._connection = await connection.connect_any(self.endpoints, self._connect_timeout)
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection:
            await connection.close()

    async def _ready(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with what its gateway says of itself: whose it is and who can speak there."""
        answer = await self._ask(endpoint, "/readyz")
        identity, run, personas = answer.get("id"), answer.get("run"), answer.get("personas")
        if endpoint.gateway_id not in (None, identity):
            connection = await load_connection()
            raise connection.other_gateway(endpoint)
        return replace(
            endpoint,
            gateway_id=identity if isinstance(identity, str) and identity.isprintable() else None,
            personas=tuple(map(remark, personas)) if isinstance(personas, dict) else endpoint.personas,
            run=run if isinstance(run, str) else None,
        )

    async def _ask(self, endpoint: Endpoint, path: str) -> dict[str, Any]:
        connection = await load_connection()
        body = await connection.get(endpoint, path, self._connect_timeout)
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise EngineFailure(
                "protocol", f"gateway answered {path} with something that is no JSON"
            ) from error
        if not isinstance(answer, dict):
            raise EngineFailure("protocol", f"gateway answered {path} with no JSON object")
        return answer


async def load_connection() -> ModuleType:
    """aiohttp is loaded off the loop, and not at all by a command that knows the gateway is gone."""
    return await asyncio.to_thread(importlib.import_module, "edge_client.link.connection")


async def _answer(connection: "Connection") -> bytes | wire.Answer | None:
    """Yes or no, which comes at once from a gateway that lives."""
    try:
        async with asyncio.timeout(connection.answer_within):
            return await _receive(connection)
    except TimeoutError:
        raise EngineFailure("no_answer", "gateway did not answer in time") from None


async def _receive(connection: "Connection") -> bytes | wire.Answer | None:
    """PCM, a message, or None for a type this version does not know. Raises EngineFailure."""
    frame = await connection.receive()
    if isinstance(frame, bytes):
        return frame
    try:
        return wire.decode_answer(frame)
    except InvalidMessage as error:
        problem = remark(str(error))
        raise EngineFailure("protocol", f"gateway sent a message that cannot be read: {problem}") from error
