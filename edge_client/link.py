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

from edge_client.endpoint import Endpoint
from edge_client.race import first_good
from speech import wire
from speech.audio import WIRE_FORMAT, AudioChunk, Origin
from speech.engines.base import READY, Readiness
from speech.errors import EngineFailure, EngineUnavailable, InvalidMessage
from speech.persona import VoiceSpec
from speech.utterance import Reason, Sentence

if TYPE_CHECKING:
    from edge_client.connection import Connection

START_ESTIMATE = 0.1
REAL_TIME_FACTOR = 0.5
NOT_FOUND = Reason("not_found", "no gateway was found")
NOT_AT_FAULT = {"unknown_voice", "too_many_requests", "nothing_can_speak"}
"""Errors of a gateway that works"""
MISSING_AT_MOST = 20
"""Milliseconds of audio that a complete sentence may lack of what the gateway says it has"""
LONGEST_REMARK = 160
"""Characters of a gateway's own words that are passed on"""


class GatewayLink:
    """Asks for a persona's own voice, sentence by sentence, over one WebSocket.

    Without endpoints it is not ready, for the reason `absent`.
    """

    name = "gateway"
    first_audio_cap = 2.0
    signs_of_life = False

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

    async def start(self) -> None:
        """Nothing to do: it connects when it is first asked."""

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return READY if self.endpoints else Readiness(self._absent)

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return START_ESTIMATE

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """`voice.voice` is the persona. A sentence that is not wanted any more closes the connection."""
        connection = await self._connected()
        request = wire.Synthesize(
            text=sentence.text,
            id=str(next(self._ids)),
            voice=voice.voice,
            audio="binary",
            engines="own",
            prepared=True,
        )
        finished = False
        try:
            await connection.send(wire.encode(request))
            await self._admitted(connection)
            origin: Origin | None = None
            samples = 0
            while not finished:
                message = await _receive(connection)
                if isinstance(message, bytes):
                    chunk = _chunk(message, origin)
                    samples += chunk.samples
                    yield chunk
                elif isinstance(message, wire.Start):
                    origin = _origin(message)
                elif isinstance(message, wire.Complete):
                    _check_length(message, samples)
                    finished = True
                elif isinstance(message, wire.Error):
                    raise _refusal(message)
            self.answered_by = connection.endpoint
        finally:
            if not finished:
                await self._disconnect()

    async def probe(self) -> None:
        """Asks `/readyz` of every address; one that is ready is enough."""
        self.answered_by = await first_good([partial(self._ready, each) for each in self.endpoints])

    async def personas(self) -> dict[str, Any]:
        """What `/v1/personas` says at the gateway that answered last. Raises EngineFailure."""
        if self.answered_by is None:
            raise EngineFailure("not_found", "no gateway has answered")
        return await self._ask(self.answered_by, "/v1/personas")

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

    async def _admitted(self, connection: "Connection") -> None:
        """Waits for `accepted`, which comes at once from a gateway that lives."""
        try:
            async with asyncio.timeout(connection.answer_within):
                answer = await _receive(connection)
        except TimeoutError:
            raise EngineFailure("no_answer", "gateway did not answer in time") from None
        if isinstance(answer, wire.Unavailable):
            self.answered_by = connection.endpoint
            retry = None if answer.retry_after_ms is None else answer.retry_after_ms / 1000
            remark = _remark(answer.detail or answer.reason)
            raise EngineUnavailable(_remark(answer.reason), f"gateway: {remark}", retry)
        if isinstance(answer, wire.Error):
            self.answered_by = connection.endpoint
            raise _refusal(answer)
        if not isinstance(answer, wire.Accepted):
            raise EngineFailure("protocol", "gateway answered a request with something else than yes or no")

    async def _ready(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with what its gateway says of itself: whose it is and who can speak there."""
        answer = await self._ask(endpoint, "/readyz")
        identity, personas = answer.get("id"), answer.get("personas")
        if endpoint.gateway_id not in (None, identity):
            connection = await load_connection()
            raise connection.other_gateway(endpoint)
        return replace(
            endpoint,
            gateway_id=identity if isinstance(identity, str) and identity.isprintable() else None,
            personas=tuple(map(_remark, personas)) if isinstance(personas, dict) else endpoint.personas,
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
    return await asyncio.to_thread(importlib.import_module, "edge_client.connection")


async def _receive(connection: "Connection") -> bytes | wire.Answer | None:
    """PCM, a message, or None for a type this version does not know. Raises EngineFailure."""
    frame = await connection.receive()
    if isinstance(frame, bytes):
        return frame
    try:
        return wire.decode_answer(frame)
    except InvalidMessage as error:
        problem = _remark(str(error))
        raise EngineFailure("protocol", f"gateway sent a message that cannot be read: {problem}") from error


def _origin(start: wire.Start) -> Origin:
    if (start.sample_rate, start.channels) != (WIRE_FORMAT.sample_rate, WIRE_FORMAT.channels):
        raise EngineFailure(
            "protocol", f"gateway sent sound of {start.sample_rate} Hz, which was not asked for"
        )
    if start.substitute:
        raise EngineFailure("protocol", "gateway spoke with another voice than the persona's own")
    return Origin(_remark(start.engine), _remark(start.voice), start.settings, start.stored)


def _chunk(pcm: bytes, origin: Origin | None) -> AudioChunk:
    if origin is None or len(pcm) % WIRE_FORMAT.frame_bytes:
        raise EngineFailure("protocol", "gateway sent sound that cannot be played")
    return AudioChunk(pcm, WIRE_FORMAT, origin)


def _check_length(complete: wire.Complete, samples: int) -> None:
    """What is called complete but lacks its end would be noticed by nobody else."""
    if complete.duration_ms - WIRE_FORMAT.seconds(samples) * 1000 > MISSING_AT_MOST:
        raise EngineFailure("cut", "gateway ended a sentence too early")


def _refusal(error: wire.Error) -> EngineFailure | EngineUnavailable:
    kind = EngineUnavailable if error.code in NOT_AT_FAULT else EngineFailure
    return kind(_remark(error.code), f"gateway: {_remark(error.message)}")


def _remark(text: str) -> str:
    """A gateway's own words, fit for a terminal and a log."""
    return "".join(each if each.isprintable() else " " for each in text)[:LONGEST_REMARK]
