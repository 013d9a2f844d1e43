"""`/ws/tts`: utterances over one WebSocket, spoken one after the other in the order they were asked for."""

import asyncio
import logging
import uuid
from contextlib import suppress
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from gateway.api.speaking import Outlet, SocketOutlet, speak
from gateway.chains import chain_for
from gateway.keys import ADMISSION, DEFAULT_PERSONA, ENGINES, PERSONAS, SOCKETS
from speech import wire
from speech.errors import InvalidMessage, NothingCanSpeak, RobotVoiceError, TooManyRequests
from speech.fallback import FallbackChain
from speech.text import sentences
from speech.utterance import Utterance

log = logging.getLogger(__name__)

WAITING_UTTERANCES = 8
"""For one socket; what comes on top is refused."""
FRAME_BYTES = 1024 * 1024
"""A frame above `wire.MESSAGE_BYTES` is answered by an error; above this the connection is closed too."""
CLOSE_WITHIN = 1.0
"""Seconds a client has to answer a close"""
HEARTBEAT = 20.0
"""Seconds between pings of the gateway's own"""


@dataclass(eq=False, slots=True)
class Job:
    """One accepted utterance of a socket."""

    request: wire.Synthesize
    utterance: Utterance
    chain: FallbackChain
    task: asyncio.Task[None] | None = field(default=None)


class Socket(web.WebSocketResponse):
    """Says why before it closes on a frame that is too big to read."""

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        if code == WSCloseCode.MESSAGE_TOO_BIG:
            with suppress(ConnectionError):
                await self.send_str(wire.encode(_too_big()))
        return await super().close(code=code, message=message, drain=drain)


async def websocket(request: web.Request) -> web.WebSocketResponse:
    """A conversation; it ends when the client leaves or the gateway stops."""
    socket = Socket(heartbeat=HEARTBEAT, timeout=CLOSE_WITHIN, max_msg_size=FRAME_BYTES, compress=False)
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    try:
        await Conversation(socket, request.app).run()
    finally:
        request.app[SOCKETS].discard(socket)
    return socket


class Conversation:
    """Reads requests and answers each at once; speaks them one at a time."""

    def __init__(self, socket: web.WebSocketResponse, app: web.Application) -> None:
        self._socket = socket
        self._app = app
        self._outlet: Outlet = SocketOutlet(socket)
        self._jobs: dict[Job, None] = {}
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Until the client leaves. A client that left cancels what is being spoken."""
        tasks = {
            asyncio.create_task(self._read_all(), name="conversation: read"),
            asyncio.create_task(self._speak_in_turn(), name="conversation: speak"),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        for task in tasks:
            error = None if task.cancelled() else task.exception()
            if error and not isinstance(error, ConnectionError):
                log.error("conversation failed", exc_info=error)

    async def _read_all(self) -> None:
        async for message in self._socket:
            await self._read(message)

    async def _read(self, message: WSMessage) -> None:
        request: wire.Request | None = None
        try:
            if message.type is not WSMsgType.TEXT:
                raise InvalidMessage("send JSON in text frames; only the gateway sends binary frames")
            if len(message.data) > wire.MESSAGE_BYTES:
                await self._outlet.send(_too_big())
                return
            request = wire.decode_request(message.data)
            if isinstance(request, wire.Cancel):
                await self._cancel(request)
            else:
                await self._accept(request)
        except RobotVoiceError as error:
            await self._outlet.send(wire.Error(request.id if request else None, error.code, error.message))

    async def _accept(self, request: wire.Synthesize) -> None:
        if len(self._jobs) > WAITING_UTTERANCES:
            raise TooManyRequests(f"{WAITING_UTTERANCES} texts wait already; wait for a `complete`")
        if request.id is not None and any(job.request.id == request.id for job in self._jobs):
            raise InvalidMessage("id is in use by an utterance that has not ended")
        persona = self._app[PERSONAS].find(request.voice or self._app[DEFAULT_PERSONA])
        spoken = sentences(request.text, prepared=request.prepared)
        own = request.engines == "own"
        chain = chain_for(persona, self._app[ENGINES], own_only=own)
        ready = chain.readiness() if own else chain.can_speak()
        if ready.reason and request.id is None:
            raise NothingCanSpeak(f"{persona.id} cannot speak: {ready.reason.text}")
        if ready.reason:
            retry = None if ready.retry_after is None else round(ready.retry_after * 1000)
            await self._outlet.send(wire.Unavailable(request.id, ready.reason.code, ready.reason.text, retry))
            return
        if request.id is not None:
            predicted = chain.start_estimate(spoken[0])
            await self._outlet.send(wire.Accepted(request.id, round(predicted * 1000)))
        language = request.language or persona.language
        utterance = Utterance(uuid.uuid4().hex, persona.id, language, spoken)
        self._jobs[Job(request, utterance, chain)] = None
        self._wake.set()

    async def _cancel(self, request: wire.Cancel) -> None:
        for job in tuple(self._jobs):
            if job.request.id == request.id and not (job.task and job.task.done()):
                del self._jobs[job]
                if job.task:
                    job.task.cancel()
                    await asyncio.wait({job.task})
                await self._outlet.send(wire.Cancelled(request.id))
                return
        raise InvalidMessage("nothing with this id is being spoken or waits")

    async def _speak_in_turn(self) -> None:
        while True:
            while self._jobs:
                job = next(iter(self._jobs))
                job.task = asyncio.create_task(self._speak(job), name="utterance")
                try:
                    await asyncio.wait({job.task})
                finally:
                    job.task.cancel()
                    await asyncio.wait({job.task})
                self._jobs.pop(job, None)
                if not job.task.cancelled() and (error := job.task.exception()):
                    raise error
            self._wake.clear()
            await self._wake.wait()

    async def _speak(self, job: Job) -> None:
        try:
            with self._app[ADMISSION].admit():
                await speak(job.request, job.utterance, job.chain, self._outlet)
        except RobotVoiceError as error:
            await self._outlet.send(wire.Error(job.request.id, error.code, error.message))
        except ConnectionError:
            raise
        except Exception:
            log.exception("utterance failed", extra={"utterance": job.utterance.id})
            await self._outlet.send(wire.Error(job.request.id, "internal", "something broke; see the log"))


def _too_big() -> wire.Error:
    return wire.Error(
        None, "message_too_big", f"a message may have {wire.MESSAGE_BYTES} bytes; send shorter texts"
    )
