"""A WebSocket to one gateway, opened with deadlines that tell a dead machine from a frozen program."""

import asyncio
import errno
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import aiohttp

from edge_client.discovery import Endpoint
from speech import wire
from speech.errors import EngineFailure

ANSWER_WITHIN = 0.25
"""Seconds a gateway always has to answer"""
ANSWER_ROUND_TRIPS = 4
ANSWER_AT_MOST = 1.0
FRAME_BYTES = 1024 * 1024
LARGEST_ANSWER = 1024 * 1024
"""Bytes of a JSON answer"""
NO_CONNECTION = {
    errno.ECONNREFUSED: ("refused", "refused the connection"),
    errno.EHOSTUNREACH: ("unreachable", "cannot be reached"),
    errno.ENETUNREACH: ("unreachable", "cannot be reached: there is no network"),
}


@dataclass(frozen=True, slots=True)
class Connection:
    """An open WebSocket and how far away its other end is."""

    endpoint: Endpoint
    session: aiohttp.ClientSession
    socket: aiohttp.ClientWebSocketResponse
    answer_within: float
    """Seconds in which an answer to a request must come: max(250 ms, 4 round trips)"""

    @property
    def closed(self) -> bool:
        return self.socket.closed

    async def send(self, frame: str) -> None:
        """Raises EngineFailure."""
        try:
            await self.socket.send_str(frame)
        except (aiohttp.ClientError, ConnectionError) as error:
            raise EngineFailure("cut", "gateway broke the connection") from error

    async def receive(self) -> bytes | str:
        """The next binary or text frame; how long to wait is the caller's business. Raises EngineFailure."""
        message = await self.socket.receive()
        if message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT):
            frame: bytes | str = message.data
            return frame
        raise EngineFailure("cut", "gateway closed the connection")

    async def close(self) -> None:
        await self.session.close()


async def connect_any(endpoints: Sequence[Endpoint], connect_timeout: float) -> Connection:
    """The first of all addresses that answers. Raises EngineFailure with why the first one did not."""
    attempts = [asyncio.create_task(connect(endpoint, connect_timeout)) for endpoint in endpoints]
    waiting = set(attempts)
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                if not attempt.exception():
                    attempts.remove(attempt)
                    return attempt.result()
        raise attempts[0].exception() or AssertionError("an attempt without a result")
    finally:
        await _abandon(attempts)


async def _abandon(attempts: "Sequence[asyncio.Task[Connection]]") -> None:
    for attempt in attempts:
        attempt.cancel()
    if attempts:
        await asyncio.wait(attempts)
    for attempt in attempts:
        # Two may have answered in the same moment.
        if not attempt.cancelled() and not attempt.exception():
            await attempt.result().close()


async def connect(endpoint: Endpoint, connect_timeout: float) -> Connection:
    """Raises EngineFailure: `unreachable`, `refused`, `no_answer`, `protocol` or `cut`."""
    dialled = Dialled(endpoint, connect_timeout)
    try:
        async with dialled:
            socket = await dialled.session.ws_connect(
                endpoint.url + wire.WEBSOCKET_PATH, max_msg_size=FRAME_BYTES, compress=0
            )
    except BaseException:
        await dialled.session.close()
        raise
    return Connection(endpoint, dialled.session, socket, dialled.answer_within)


async def get(endpoint: Endpoint, path: str, connect_timeout: float) -> bytes:
    """The body of a 200. Raises EngineFailure: as `connect`, or `not_ready` for another status."""
    dialled = Dialled(endpoint, connect_timeout)
    body = bytearray()
    try:
        async with dialled, dialled.session.get(endpoint.url + path, allow_redirects=False) as response:
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise EngineFailure("protocol", f"gateway's answer to {path} is far too long")
            if response.status != 200:
                raise EngineFailure("not_ready", f"gateway answered {path} with {response.status}")
    finally:
        await dialled.session.close()
    return bytes(body)


class Dialled:
    """A session for one address, and a block in which its connection must stand and an answer must come.

    A frozen program's kernel still accepts connections, so the answer has its own, shorter deadline, which
    begins when the connection stands. Leaving the block raises EngineFailure for whatever went wrong in it.
    """

    def __init__(self, endpoint: Endpoint, connect_timeout: float) -> None:
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._stands)
        self.session = aiohttp.ClientSession(trace_configs=[trace])
        self.answer_within = ANSWER_WITHIN
        self._endpoint = endpoint
        self._connect_timeout = connect_timeout
        self._connected = False

    async def __aenter__(self) -> None:
        self._begun = time.monotonic()
        self._deadline = asyncio.timeout(self._connect_timeout)
        await self._deadline.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            await self._deadline.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise self._late() from None
        if isinstance(error, aiohttp.ClientError | OSError):
            raise _failure(self._endpoint, error) from error

    async def _stands(self, *_: object) -> None:
        now = time.monotonic()
        round_trips = ANSWER_ROUND_TRIPS * (now - self._begun)
        self.answer_within = min(max(ANSWER_WITHIN, round_trips), ANSWER_AT_MOST)
        self._connected = True
        self._deadline.reschedule(asyncio.get_running_loop().time() + self.answer_within)

    def _late(self) -> EngineFailure:
        if self._connected:
            limit = f"{self.answer_within * 1000:.0f} ms"
            return EngineFailure("no_answer", f"gateway did not answer within {limit}")
        limit = f"{self._connect_timeout:g} s"
        return EngineFailure(
            "unreachable", f"gateway at {self._endpoint.label} cannot be reached within {limit}"
        )


def _failure(endpoint: Endpoint, error: Exception) -> EngineFailure:
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return EngineFailure(
            "protocol", f"gateway at {endpoint.label} answered {error.status}, not a WebSocket"
        )
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return EngineFailure("unreachable", f"gateway's name {endpoint.host} is not known in this network")
    number = error.errno if isinstance(error, OSError) else None
    code, text = NO_CONNECTION.get(number or 0, ("cut", "broke the connection"))
    return EngineFailure(code, f"gateway {text}")
