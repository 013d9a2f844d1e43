"""One WebSocket of the gateway: every message has its deadline, and every end its reason."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress

from aiohttp import WSCloseCode, web

from speech import wire
from speech.errors import InvalidMessage

FRAME_BYTES = 4 * 1024 * 1024
"""A frame above `wire.MESSAGE_BYTES` is answered by an error; above this the connection is closed too."""
HEARTBEAT = 20.0
"""Seconds between pings of the gateway's own"""
SEND_WITHIN = 60.0
"""Seconds a client may take to read one message; a robot may read no faster than it plays."""
CLOSE_WITHIN = 1.0
"""Seconds a client has to read a close, and again to answer it"""

TOO_BIG = wire.Error(
    None, "message_too_big", f"a message may have {wire.MESSAGE_BYTES} bytes; send shorter texts"
)
UNREADABLE: Mapping[int, wire.Error] = {
    WSCloseCode.MESSAGE_TOO_BIG: TOO_BIG,
    WSCloseCode.PROTOCOL_ERROR: wire.Error(
        None, InvalidMessage.code, "a frame breaks the WebSocket protocol; connect again"
    ),
    WSCloseCode.INVALID_TEXT: wire.Error(
        None, InvalidMessage.code, "a text frame is not UTF-8; connect again and send UTF-8"
    ),
}
"""What a client is told of a frame that cannot be read, by the code that the connection is closed with"""


class Socket(web.WebSocketResponse):
    """Raises ConnectionError when the client is gone, or reads nothing for too long and is cut off."""

    def __init__(self, request: web.Request) -> None:
        super().__init__(heartbeat=HEARTBEAT, timeout=CLOSE_WITHIN, max_msg_size=FRAME_BYTES, compress=False)
        self._connection = request.transport

    async def send(self, message: wire.Answer) -> None:
        await self._read_within(SEND_WITHIN, self.send_str(wire.encode(message)))

    async def send_pcm(self, pcm: bytes) -> None:
        await self._read_within(SEND_WITHIN, self.send_bytes(pcm))

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Tells a client first why a frame of its could not be read. Takes 2 x CLOSE_WITHIN at most."""
        with suppress(ConnectionError):
            if code in UNREADABLE and not self.closed:
                await self._read_within(CLOSE_WITHIN, self.send_str(wire.encode(UNREADABLE[code])))
            closing = super().close(code=code, message=message, drain=drain)
            await self._read_within(2 * CLOSE_WITHIN, closing)
        return True

    async def _read_within(self, seconds: float, sending: Awaitable[object]) -> None:
        try:
            async with asyncio.timeout(seconds):
                await sending
        except TimeoutError:
            # A close would wait for the client to read what is on its way.
            if self._connection:
                self._connection.abort()
            raise ConnectionError(f"the client read nothing for {seconds:g} s") from None
