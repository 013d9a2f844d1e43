"""One WebSocket of the gateway: whoever is there and reads is never cut off, whoever is gone soon is."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import suppress

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from gateway.api.frame_rate import MOST as MOST_FRAMES
from gateway.api.frame_rate import FrameRate
from gateway.api.send_window import InFlight
from gateway.security.callers import caller_of
from robotvoice.errors import InvalidMessage
from robotvoice.http.runner import connection_of
from robotvoice.wire import wire

log = logging.getLogger(__name__)

FRAME_BYTES = 4 * 1024 * 1024
"""A frame above `wire.MESSAGE_BYTES` is answered by an error; above this the connection is closed too."""
HEARTBEAT = 20.0
"""Seconds without a sign of life after which the client is asked for one"""
ANSWER_WITHIN = 10.0
"""Seconds a client has for that, if nothing else is on its way to it"""
SEND_WITHIN = 60.0
"""Seconds without a sign of life of one that has something to read; it may read no faster than it plays."""
CLOSE_WITHIN = 1.0
"""Seconds a client has to read a close, and again to answer it"""
LEFT_FOR = 5.0
"""Seconds until one is cut that sends too much: it may read why, and cannot be back at once"""
LOOK_EVERY = 1.0
"""Seconds between two looks whether it lives; less where it has less time"""

TOO_BIG = wire.Error(
    None, "message_too_big", f"a message may have {wire.MESSAGE_BYTES} bytes; send shorter texts"
)
TOO_MANY = f"more than {MOST_FRAMES} frames in a second; connect again and send fewer".encode()
"""Why a socket is closed whose client sends one after the other"""
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


class ClientConnection(web.WebSocketResponse):
    """Raises ConnectionError when the client is gone. `watch` has to run while it is open."""

    def __init__(self, request: web.Request) -> None:
        # aiohttp's own heartbeat takes whoever has not read its ping yet for dead.
        super().__init__(autoping=False, timeout=CLOSE_WITHIN, max_msg_size=FRAME_BYTES, compress=False)
        self.caller = caller_of(request)
        self._connection = request.transport
        self._counted = connection_of(request)
        self._clock = asyncio.get_running_loop().time
        self._in_flight = InFlight(self._clock)
        self._rate = FrameRate(self._clock)
        self._alive_at = self._clock()
        self._asked = False
        """Whether it was asked for a sign of life since the last one"""

    async def messages(self) -> AsyncGenerator[WSMessage, None]:
        """All but pings and their answers, until the client leaves or sends too many."""
        async for message in self:
            self._lives()
            if message.type is WSMsgType.PONG and self._in_flight.answered(message.data):
                continue
            if message.type is not WSMsgType.ERROR and self._rate.is_too_high():
                await self._leave()
            elif message.type is WSMsgType.PING:
                await self.pong(message.data)
            elif message.type is not WSMsgType.PONG:
                yield message

    def is_kept(self) -> None:
        """Somebody is known to be at the other end, who may be quiet for hours."""
        if self._counted:
            self._counted.is_kept = True

    def asks(self) -> None:
        """Something is to be spoken."""
        if self._counted:
            self._counted.asks()

    def is_idle(self) -> None:
        """Nothing is, so it makes room if there are too many connections."""
        if self._counted:
            self._counted.is_idle()

    async def watch(self) -> None:
        """Until the client is gone without a word; what waits for it then ends."""
        unsent = 0
        while True:
            await asyncio.sleep(min(LOOK_EVERY, SEND_WITHIN / 4))
            before, unsent = unsent, self._unsent
            if unsent < before:
                self._lives()
            silent = self._clock() - self._alive_at
            busy = bool(unsent) or self._in_flight.is_unread
            if silent > (SEND_WITHIN if busy else HEARTBEAT + ANSWER_WITHIN):
                self._cut()
                raise ConnectionError(f"the client gave no sign of life for {silent:.0f} s")
            if silent > HEARTBEAT and not (self._asked or unsent):
                self._asked = True
                await self.ping()

    def has_spoken(self) -> None:
        """A text to its end: who asks for one after the other asks as often as they are short."""
        self._rate.give_back()

    async def send(self, message: wire.Answer) -> None:
        await self.send_str(wire.encode(message))

    async def send_sound(self, sound: bytes | wire.Audio, seconds: float) -> None:
        """Waits while there is enough on its way; `seconds` is how long it is heard."""
        await self._in_flight.room()
        if isinstance(sound, bytes):
            await self.send_bytes(sound)
        else:
            await self.send(sound)
        if mark := self._in_flight.sent(seconds):
            await self.ping(mark)

    async def close(self, *, code: int = WSCloseCode.OK, message: bytes = b"", drain: bool = True) -> bool:
        """Tells a client first why a frame of its could not be read. Takes 2 x CLOSE_WITHIN at most."""
        with suppress(ConnectionError):
            if code in UNREADABLE and not self.closed:
                await self._read_within(CLOSE_WITHIN, self.send_str(wire.encode(UNREADABLE[code])))
            closing = super().close(code=code, message=message, drain=drain)
            await self._read_within(2 * CLOSE_WITHIN, closing)
        return True

    async def _leave(self) -> None:
        """Says why, and reads no more of what comes. Raises ConnectionError."""
        log.info("a client sends too many frames; its socket is closed")
        with suppress(ConnectionError):
            if self._connection and self._writer:
                self._connection.pause_reading()
                closing = self._writer.close(WSCloseCode.POLICY_VIOLATION, TOO_MANY)
                await self._read_within(CLOSE_WITHIN, closing)
                # A close of ours now would reset what the client has not read yet.
                self.is_idle()
                await asyncio.sleep(LEFT_FOR)
        self._cut()
        raise ConnectionError("the client sends too many frames")

    @property
    def _unsent(self) -> int:
        """Bytes that not even the system has taken yet."""
        return self._connection.get_write_buffer_size() if self._connection else 0

    def _lives(self) -> None:
        self._alive_at = self._clock()
        self._asked = False

    def _cut(self) -> None:
        # A close would wait for the client to read what is on its way.
        if self._connection:
            self._connection.abort()

    async def _read_within(self, seconds: float, sending: Awaitable[object]) -> None:
        try:
            async with asyncio.timeout(seconds):
                await sending
        except TimeoutError:
            self._cut()
            raise ConnectionError(f"the client read nothing for {seconds:g} s") from None
