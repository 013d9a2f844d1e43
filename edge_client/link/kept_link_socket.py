"""One WebSocket to a gateway, kept open: its heart is listened to, and sentences share it by their ids."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

import aiohttp

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.connection import CLOSE_WITHIN, FRAME_BYTES, MOST_UNREAD
from edge_client.link.dialling import (
    ANSWER_AT_MOST,
    ANSWER_ROUND_TRIPS,
    ANSWER_WITHIN,
    Dialled,
    other_gateway,
)
from robotvoice.errors import EngineFailure, InvalidMessage
from robotvoice.wire import wire

log = logging.getLogger(__name__)

HEARTBEAT = 2.0
"""Seconds between two pings while nothing is asked for"""
DEAD_AFTER = 1.0
"""Seconds without any sign of life after a ping; the network may well hold one up for a third of that"""
MEASURED = 5
"""Pings of which the round trip is told"""
GRACE = 0.05
"""Seconds, and a round trip, in which is read what comes if this machine itself stood still with the ping"""


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


class KeptSocket:
    """Whatever comes is taken in at once. When it is over `failure` says why, and `on_end` is called once."""

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        *,
        on_event: Callable[[wire.Event], None],
        on_end: Callable[[], None],
    ) -> None:
        self.endpoint = endpoint
        self.failure: EngineFailure | None = None
        self._round_trips: deque[float] = deque(maxlen=MEASURED)
        self._session, self._socket = session, socket
        self._on_event, self._on_end = on_event, on_end
        self._exchanges: dict[str, Exchange] = {}
        self._sounding: str | None = None
        self._clock = asyncio.get_running_loop().time
        self._pings = 0
        self._pinged = 0.0
        self._alive, self._look_now = asyncio.Event(), asyncio.Event()
        self._alive.set()
        self._tasks = {
            asyncio.create_task(self._until_it_breaks(self._take_in), name="take in what the gateway sends"),
            asyncio.create_task(self._until_it_breaks(self._beat), name="heartbeat of the gateway"),
        }

    @property
    def round_trip(self) -> float:
        """Seconds; the median of the last pings, because a single one may meet a busy moment"""
        ordered = sorted(self._round_trips)
        return ordered[len(ordered) // 2] if ordered else 0.0

    @property
    def answer_within(self) -> float:
        """Seconds in which any answer must come: max(250 ms, 4 round trips)"""
        return min(max(ANSWER_WITHIN, ANSWER_ROUND_TRIPS * self.round_trip), ANSWER_AT_MOST)

    @property
    def is_silent(self) -> bool:
        """Whether an answer is overdue: then nobody is to wait for another one."""
        return not self._alive.is_set() and self._clock() - self._pinged > self.answer_within

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

    async def send(self, frame: str) -> None:
        """Raises EngineFailure."""
        try:
            async with asyncio.timeout(self.answer_within):
                await self._socket.send_str(frame)
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError too
            raise self.failure or EngineFailure("cut", "gateway broke the connection") from error

    async def ping(self) -> None:
        """Asks for a sign of life, unless one is asked for already. Raises EngineFailure."""
        if not self._alive.is_set():
            return
        self._alive.clear()
        self._pings += 1
        self._pinged = self._clock()
        try:
            async with asyncio.timeout(DEAD_AFTER):
                await self._socket.ping(b"%d" % self._pings)
        except (aiohttp.ClientError, OSError) as error:
            raise self.failure or EngineFailure("cut", "gateway broke the connection") from error

    def check(self) -> None:
        """Has its heart listened to now."""
        self._look_now.set()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._end(EngineFailure("cut", "the connection to the gateway was closed"))
        await self._socket.close()
        await self._session.close()

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
            if message.type is aiohttp.WSMsgType.ERROR:
                raise EngineFailure("protocol", f"gateway sent what cannot be read ({message.data})")
            if message.type is aiohttp.WSMsgType.PING:
                with suppress(aiohttp.ClientError, OSError):
                    await self._socket.pong(message.data)
            elif message.type is aiohttp.WSMsgType.PONG:
                self._measure(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                self._give(self._sounding, message.data)
            elif message.type is aiohttp.WSMsgType.TEXT:
                self._read(message.data)
            else:
                raise EngineFailure("cut", "gateway closed the connection")
            self._alive.set()

    def _read(self, frame: str) -> None:
        try:
            message = wire.decode_answer(frame)
        except InvalidMessage as error:
            text = f"gateway sent a message that cannot be read: {ascii(str(error))[:160]}"
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
        if exchange := self._exchanges.get(id or ""):
            exchange.put(frame)

    def _measure(self, payload: bytes) -> None:
        if payload == b"%d" % self._pings:
            self._round_trips.append(self._clock() - self._pinged)

    async def _beat(self) -> None:
        """Raises EngineFailure when the gateway gives no sign of life."""
        while True:
            self._look_now.clear()
            await self.ping()
            with suppress(TimeoutError):
                async with asyncio.timeout(DEAD_AFTER):
                    await self._alive.wait()
            if not self._alive.is_set():
                await asyncio.sleep(GRACE + self.round_trip)
            if not self._alive.is_set():
                raise EngineFailure("no_answer", "gateway gives no sign of life")
            with suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT):
                    await self._look_now.wait()


async def open_socket(
    endpoint: Endpoint,
    connect_timeout: float,
    on_event: Callable[[wire.Event], None],
    on_end: Callable[[], None],
) -> KeptSocket:
    """Raises EngineFailure: `unreachable`, `refused`, `no_answer`, `protocol`, `cut` or `other_gateway`."""
    dialled = Dialled(endpoint, connect_timeout)
    async with dialled:
        socket = await dialled.session.ws_connect(
            f"{endpoint.url}{wire.WEBSOCKET_PATH}?{wire.WANTS_EVENTS}=1",
            max_msg_size=FRAME_BYTES,
            compress=0,
            autoping=False,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN),
        )
        if endpoint.gateway_id not in (None, dialled.gateway_id):
            await socket.close()
            raise other_gateway(endpoint)
    whose = replace(endpoint, gateway_id=dialled.gateway_id)
    return KeptSocket(whose, dialled.session, socket, on_event=on_event, on_end=on_end)
