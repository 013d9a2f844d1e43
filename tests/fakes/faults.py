"""What a connection may get in place of a gateway."""

import asyncio
import enum


def _answer(status: str, kind: str, body: str) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class Fault(enum.Enum):
    """What a connection gets in place of a gateway."""

    SILENCE = None
    """It stands, and nothing ever comes: a program that is frozen"""
    RESET = b""
    NOISE = b"\x00\xff\x13\x37 this is no HTTP \r\n\r\n" * 20
    HTML = _answer("200 OK", "text/html", "<html><body>Your router</body></html>")
    NOT_FOUND = _answer("404 Not Found", "text/plain", "not found")
    BUSY = _answer("503 Service Unavailable", "application/json", "{}")
    REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    HALF_A_HANDSHAKE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"


class FaultyConnection(asyncio.Protocol):
    """One of them, on one connection."""

    def __init__(self, fault: Fault, kept: set[asyncio.BaseTransport]) -> None:
        self._fault, self._kept = fault, kept

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._kept.add(transport)

    def data_received(self, data: bytes) -> None:
        if self._fault is Fault.RESET:
            self._transport.abort()
        elif self._fault.value is not None:
            self._transport.write(self._fault.value)

    def connection_lost(self, exc: Exception | None) -> None:
        self._kept.discard(self._transport)
