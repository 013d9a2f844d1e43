"""aiohttp's server with two habits changed: errors below the application are JSON, and logged without URL.

A request line holds the text that is spoken: it may be long (2,000 emoji are 24 KB) and must not reach a log.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import InvalidURLError, LineTooLong
from aiohttp.web_protocol import RequestHandler

from robotvoice.http.connections import Connections
from robotvoice.http.error_answers import http_problem, short_body
from robotvoice.http.request_id import HEADER, request_id

log = logging.getLogger(__name__)

LONGEST_LINE = 128 * 1024
"""Bytes of a request line: 5,000 characters of four bytes, percent-encoded, and room for more."""
SHUTDOWN_WITHIN = 2.0
"""Seconds that running requests get to finish; aiohttp waits for them twice"""
WHAT_TO_DO: dict[type, str] = {
    InvalidURLError: "the URL cannot be read; percent-encode all but plain ASCII",
    LineTooLong: "the URL or a header is too long; send a shorter text",
}

HEAD_WITHIN = 10.0
"""Seconds from the connection to the end of its first request's head"""

Admits = Callable[[str], bool]
"""Whether the address of a peer is one that may ask"""


class _Connection(RequestHandler):
    """One connection; that of a peer who is not admitted, or who is too many, is broken at once."""

    __slots__ = ("_admits", "_connections", "_head_in_time", "peer")

    def __init__(
        self, server: web.Server, admits: Admits | None, connections: Connections, **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._admits, self._connections = admits, connections
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.peer = (transport.get_extra_info("peername") or ("",))[0]
        self._head_in_time = asyncio.get_running_loop().call_later(HEAD_WITHIN, self.cut)
        self._connections.add(self)
        if self.peer and self._admits and not self._admits(self.peer):
            log.debug("somebody who is not admitted is left out")
            self.cut()

    def head_came(self) -> None:
        """Of a request, which is to be answered now."""
        self._head_in_time.cancel()
        self._connections.asks(self)

    def cut(self) -> None:
        if self.transport:
            self.transport.abort()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_in_time.cancel()
        self._connections.remove(self)
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answers what could not be parsed as HTTP, or what broke outside every handler."""
        # A client that leaves is nothing to warn of.
        level = logging.DEBUG if isinstance(exc, ConnectionError) else logging.WARNING
        extra = {"request": request_id(request)}
        log.log(level, "bad request: %s %s", status, type(exc).__name__, extra=extra)
        if request.writer.output_size > 0:
            raise ConnectionError("the answer has begun; the connection is cut instead")
        text = WHAT_TO_DO.get(type(exc), HTTPStatus(status).phrase.lower())
        answer = web.Response(status=status, text=short_body(text), content_type="application/json")
        answer.force_close()
        answer.headers[HEADER] = request_id(request)
        return answer

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Sends the answer; an error that aiohttp raised in place of a handler comes here as an exception."""
        if isinstance(resp, web.HTTPException):
            resp = http_problem(request, resp)
        finished = await super().finish_response(request, resp, start_time)
        if self.transport:
            self._connections.is_idle(self)
        return finished


class _Server(web.Server):
    """Serves what `plain` would, over connections of ours; a client that leaves cancels its request."""

    def __init__(self, plain: web.Server, admits: Admits | None) -> None:

        def asked(message: Any, payload: Any, connection: Any, *more: Any) -> web.BaseRequest:
            connection.head_came()
            return plain.request_factory(message, payload, connection, *more)

        super().__init__(plain.request_handler, request_factory=asked, handler_cancellation=True)
        self._connection = partial(
            _Connection,
            self,
            admits,
            Connections(),
            loop=asyncio.get_running_loop(),
            access_log=None,
            auto_decompress=False,  # no route reads a packed body, and a broken one would fill the log
            max_line_size=LONGEST_LINE,
        )

    def __call__(self) -> RequestHandler:
        return self._connection()


class Runner(web.AppRunner):
    """Runs an application of the gateway or of the daemon."""

    def __init__(
        self, app: web.Application, *, shutdown_within: float = SHUTDOWN_WITHIN, admits: Admits | None = None
    ) -> None:
        """`admits`: who may ask at all; None: everybody who reaches it."""
        super().__init__(app, shutdown_timeout=shutdown_within)
        self._admits = admits

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._admits)
