"""An answer over HTTP on its way to somebody who may read no faster than it plays."""

import asyncio
import socket
from collections.abc import Awaitable, Mapping
from contextlib import suppress

from aiohttp import web

SEND_WITHIN = 60.0
"""Seconds a client may take to read a piece, before it is cut off"""
PIECE = 32 * 1024
"""Bytes that are sent at a time"""
ON_ITS_WAY = 128 * 1024
"""Bytes the kernel is asked to hold for a client, 2.7 s of PCM; by itself it takes megabytes.

Whoever reads as it plays then reads every few seconds, and is not taken for dead.
"""


class NotRead(ConnectionError):
    """The client read nothing for so long that it was cut off."""


async def begin(request: web.Request, answer: web.StreamResponse) -> None:
    """Sends the headers; little is on its way at a time from now on."""
    if request.transport and (connection := request.transport.get_extra_info("socket")):
        with suppress(OSError):  # the client has just left
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ON_ITS_WAY)
    await answer.prepare(request)


async def send(request: web.Request, answer: web.StreamResponse, data: bytes | memoryview) -> None:
    """Raises ConnectionError when the client is gone: NotRead, when it reads nothing and was cut off."""
    view = memoryview(data)
    for start in range(0, len(data), PIECE):
        await _within(request, answer.write(view[start : start + PIECE]))


async def end(request: web.Request, answer: web.StreamResponse) -> None:
    """Raises as `send` does."""
    await _within(request, answer.write_eof())


async def send_whole(
    request: web.Request, body: bytes | memoryview, headers: Mapping[str, str], status: int = 200
) -> web.StreamResponse:
    """An answer that is all there. Raises as `send` does."""
    answer = web.StreamResponse(status=status, headers=headers)
    answer.content_length = len(body)
    await begin(request, answer)
    if request.method != "HEAD":
        await send(request, answer, body)
    await end(request, answer)
    return answer


async def _within(request: web.Request, sending: Awaitable[None]) -> None:
    try:
        async with asyncio.timeout(SEND_WITHIN):
            await sending
    except TimeoutError:
        if request.transport:
            request.transport.abort()
        raise NotRead(f"the client read nothing for {SEND_WITHIN:g} s") from None
