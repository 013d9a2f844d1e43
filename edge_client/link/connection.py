"""A WebSocket to one gateway."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import aiohttp

from edge_client.discovery.endpoint import Endpoint
from edge_client.ground.race import first_good
from edge_client.link.dialling import Dialled, get, other_gateway
from robotvoice.errors import EngineFailure
from robotvoice.wire import wire

__all__ = ["Connection", "connect", "connect_any", "get", "other_gateway"]

log = logging.getLogger(__name__)

FRAME_BYTES = 1024 * 1024
MOST_UNREAD = 16 * 1024 * 1024
"""Bytes; nearly six minutes of sound, while a sentence has seconds"""
HEARTBEAT = 2.0
"""Seconds without any sign of a gateway after which it is asked for one; it has half of that to give it"""
CLOSE_WITHIN = 0.01
"""Seconds the other end has to answer a close: nothing depends on that, and the local voice is waiting"""


class Connection:
    """An open WebSocket.

    Whatever comes is taken in at once: a gateway's ping is answered also while the player is a sentence
    behind, and a gateway that has left is known before it is asked again.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        answer_within: float,
    ) -> None:
        self.endpoint = endpoint
        self.answer_within = answer_within
        """Seconds in which an answer to a request must come"""
        self._session = session
        self._socket = socket
        self._unread = 0
        self._frames: asyncio.Queue[bytes | str | EngineFailure] = asyncio.Queue()
        self._taking_in = asyncio.create_task(self._take_in(), name="take in what the gateway sends")

    @property
    def closed(self) -> bool:
        return self._taking_in.done()

    async def send(self, frame: str) -> None:
        """Raises EngineFailure."""
        try:
            await self._socket.send_str(frame)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise EngineFailure("cut", "gateway broke the connection") from error

    async def receive(self) -> bytes | str:
        """The next binary or text frame; how long to wait is the caller's business. Raises EngineFailure."""
        frame = await self._frames.get()
        if isinstance(frame, EngineFailure):
            raise frame
        self._unread -= len(frame)
        return frame

    async def close(self) -> None:
        self._taking_in.cancel()
        await asyncio.wait({self._taking_in})
        await self._socket.close()
        await self._session.close()

    async def _take_in(self) -> None:
        while True:
            message = await self._socket.receive()
            if message.type not in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
                self._frames.put_nowait(_ended(message))
                return
            self._unread += len(message.data)
            if self._unread > MOST_UNREAD:
                self._frames.put_nowait(EngineFailure("protocol", "gateway sends sound without an end"))
                return
            self._frames.put_nowait(message.data)


def _ended(message: aiohttp.WSMessage) -> EngineFailure:
    if isinstance(message.data, TimeoutError):
        return EngineFailure("no_answer", "gateway gives no sign of life")
    if message.type is aiohttp.WSMsgType.ERROR:
        return EngineFailure("protocol", f"gateway sent what cannot be read ({message.data})")
    return EngineFailure("cut", "gateway closed the connection")


async def connect_any(endpoints: Sequence[Endpoint], connect_timeout: float) -> Connection:
    """The first of all addresses that answers, the preferred one first. Raises EngineFailure."""
    return await first_good(
        [partial(connect, endpoint, connect_timeout) for endpoint in endpoints], Connection.close
    )


async def connect(endpoint: Endpoint, connect_timeout: float) -> Connection:
    """Raises EngineFailure: `unreachable`, `refused`, `no_answer`, `protocol`, `cut` or `other_gateway`."""
    dialled = Dialled(endpoint, connect_timeout)
    async with dialled:
        socket = await dialled.session.ws_connect(
            endpoint.url + wire.WEBSOCKET_PATH,
            max_msg_size=FRAME_BYTES,
            compress=0,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_WITHIN),
            heartbeat=HEARTBEAT,
        )
        if endpoint.gateway_id not in (None, dialled.gateway_id):
            await socket.close()
            raise other_gateway(endpoint)
    whose = replace(endpoint, gateway_id=dialled.gateway_id)
    return Connection(whose, dialled.session, socket, dialled.answer_within)
