"""One WebSocket to a gateway. Sentences share it by their ids."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial

import aiohttp

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.first_success import first_good
from edge_client.link.dialling import Dialled, answer_limit
from edge_client.link.gateway_answers import other_gateway, remark
from edge_client.link.heartbeat import DEAD_AFTER, EVERY, Heartbeat
from robotvoice.errors import EngineFailure, InvalidMessage
from robotvoice.wire import wire

log = logging.getLogger(__name__)

FRAME_BYTES = 1024 * 1024
MOST_UNREAD = 16 * 1024 * 1024
"""Bytes; nearly six minutes of sound, while a sentence has seconds"""
CLOSE_WITHIN = 0.01
"""Seconds the other end has to answer a close: nothing depends on that, and the local voice is waiting"""


@dataclass(eq=False, slots=True)
class Exchange:
    """What has come for one sentence and was not yet taken."""

    frames: "asyncio.Queue[bytes | wire.Answer | EngineFailure]" = field(default_factory=asyncio.Queue)
    unread: int = 0
    """Bytes of sound"""

    async def receive(self) -> bytes | wire.Answer:
        """PCM or a message; how long to wait is the caller's business. Raises EngineFailure."""
        frame = await self.frames.get()
        if isinstance(frame, EngineFailure):
            raise frame
        if isinstance(frame, bytes):
            self.unread -= len(frame)
        return frame

    def put(self, frame: bytes | wire.Answer | EngineFailure) -> None:
        """Sound that nobody takes ends in a failure."""
        if isinstance(frame, bytes):
            if self.unread > MOST_UNREAD:
                return
            self.unread += len(frame)
            if self.unread > MOST_UNREAD:
                frame = EngineFailure("protocol", "gateway sends sound without an end")
        self.frames.put_nowait(frame)


class Socket:
    """An open WebSocket. When it is over `failure` says why, and `on_end` is called once.

    Whatever comes is taken in at once: a gateway's ping is answered also while the player is a sentence
    behind, and a gateway that has left is known before it is asked again.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        answer_within: float,
        *,
        stays: bool,
        on_event: Callable[[wire.Event], None],
        on_end: Callable[[], None],
    ) -> None:
        self.endpoint = endpoint
        self.failure: EngineFailure | None = None
        self.heartbeat = Heartbeat(self._ping) if stays else None
        """None: whether the gateway lives is found out by asking it for a sentence"""
        self.has_answered = False
        """Whether a sentence came to a no or to an end over it"""
        self._session, self._socket = session, socket
        self._answer_within = answer_within
        self._on_event, self._on_end = on_event, on_end
        self._exchanges: dict[str, Exchange] = {}
        self._sounding: str | None = None
        self._tasks = {self._begin(self._take_in, "take in what the gateway sends")}
        if self.heartbeat:
            self._tasks.add(self._begin(self.heartbeat.beat, "heartbeat of the gateway"))

    @property
    def round_trip(self) -> float:
        """Seconds; 0: not measured"""
        return self.heartbeat.round_trip if self.heartbeat else 0.0

    @property
    def answer_within(self) -> float:
        """Seconds in which any answer must come: max(250 ms, 4 round trips)"""
        return answer_limit(self.round_trip) if self.round_trip else self._answer_within

    @property
    def is_silent(self) -> bool:
        """Whether an answer is overdue: then nobody is to wait for another one."""
        return self.heartbeat is not None and self.heartbeat.overdue > self.answer_within

    @property
    def is_idle(self) -> bool:
        return not self._exchanges

    @contextmanager
    def exchange(self, id: str) -> Iterator[Exchange]:
        """Takes what comes for this id until the block ends; what comes later is thrown away."""
        own = self._exchanges[id] = Exchange()
        if self.failure:
            own.put(self.failure)
        try:
            yield own
        finally:
            del self._exchanges[id]

    async def send(self, message: wire.Request) -> None:
        """Raises EngineFailure."""
        await self._sent(self._socket.send_str(wire.encode(message)), self.answer_within)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._end(EngineFailure("cut", "the connection to the gateway was closed"))
        await self._socket.close()
        await self._session.close()

    async def _ping(self, payload: bytes) -> None:
        await self._sent(self._socket.ping(payload), DEAD_AFTER)

    async def _sent(self, sending: Awaitable[None], within: float) -> None:
        try:
            async with asyncio.timeout(within):
                await sending
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError too
            raise self.failure or EngineFailure("cut", "gateway broke the connection") from error

    def _begin(self, listen: Callable[[], Awaitable[None]], name: str) -> "asyncio.Task[None]":
        return asyncio.create_task(self._until_it_breaks(listen), name=name)

    def _end(self, failure: EngineFailure) -> None:
        if self.failure is None:
            self.failure = failure
            for exchange in self._exchanges.values():
                exchange.put(failure)
            self._on_end()

    async def _until_it_breaks(self, listen: Callable[[], Awaitable[None]]) -> None:
        try:
            await listen()
        except EngineFailure as failure:
            self._end(failure)
        except Exception:
            log.exception("the connection to the gateway broke")
            self._end(EngineFailure("internal", "the connection to the gateway broke; see the log"))

    async def _take_in(self) -> None:
        """Raises EngineFailure when nothing more can come."""
        while True:
            message = await self._socket.receive()
            match message.type:
                case aiohttp.WSMsgType.PING:
                    with suppress(aiohttp.ClientError, OSError):
                        await self._socket.pong(message.data)
                case aiohttp.WSMsgType.PONG:
                    if self.heartbeat:
                        self.heartbeat.pong(message.data)
                case aiohttp.WSMsgType.BINARY:
                    self._give(self._sounding, message.data)
                case aiohttp.WSMsgType.TEXT:
                    self._read(message.data)
                case _:
                    raise _ended(message)
            if self.heartbeat:
                self.heartbeat.lives()

    def _read(self, frame: str) -> None:
        """A type that this version does not know is passed over. Raises EngineFailure."""
        try:
            message = wire.decode_answer(frame)
        except InvalidMessage as error:
            text = f"gateway sent a message that cannot be read: {remark(str(error))}"
            raise EngineFailure("protocol", text) from error
        if message is None:
            return
        if isinstance(message, wire.Event):
            self._on_event(message)
            return
        if isinstance(message, wire.Start):
            self._sounding = message.id
        elif isinstance(message, wire.ENDS) and message.id == self._sounding:
            self._sounding = None
        self._give(message.id, message)

    def _give(self, id: str | None, frame: bytes | wire.Answer) -> None:
        """What belongs to no sentence concerns each of them."""
        for own, exchange in self._exchanges.items():
            if id in (None, own):
                exchange.put(frame)


def _ended(message: aiohttp.WSMessage) -> EngineFailure:
    if isinstance(message.data, TimeoutError):
        return EngineFailure("no_answer", "gateway gives no sign of life")
    if message.type is aiohttp.WSMsgType.ERROR:
        return EngineFailure("protocol", f"gateway sent what cannot be read ({message.data})")
    return EngineFailure("cut", "gateway closed the connection")


async def open_any(endpoints: Sequence[Endpoint], connect_timeout: float) -> Socket:
    """The first of all addresses that answers, the preferred one first. Raises EngineFailure."""
    return await first_good([partial(open_socket, each, connect_timeout) for each in endpoints], Socket.close)


async def open_socket(
    endpoint: Endpoint,
    connect_timeout: float,
    *,
    stays: bool = False,
    on_event: Callable[[wire.Event], None] = lambda event: None,
    on_end: Callable[[], None] = lambda: None,
) -> Socket:
    """One that `stays` has a heartbeat and is told of events; else it is for a few sentences in a row.

    Raises EngineFailure: `unreachable`, `refused`, `no_answer`, `protocol`, `cut` or `other_gateway`.
    """
    dialled = Dialled(endpoint, connect_timeout)
    async with dialled:
        socket = await dialled.session.ws_connect(
            endpoint.url + wire.WEBSOCKET_PATH + (f"?{wire.WANTS_EVENTS}=1" if stays else ""),
            max_msg_size=FRAME_BYTES,
            compress=0,
            autoping=False,
            heartbeat=None if stays else EVERY,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN),
        )
        if endpoint.gateway_id not in (None, dialled.gateway_id):
            await socket.close()
            raise other_gateway(endpoint)
    whose = replace(endpoint, gateway_id=dialled.gateway_id)
    return Socket(
        whose, dialled.session, socket, dialled.answer_within, stays=stays, on_event=on_event, on_end=on_end
    )
