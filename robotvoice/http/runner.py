"""aiohttp's server with three habits changed: errors below the application are JSON, and logged without URL.

A request line holds the text that is spoken: it may be long (2,000 emoji are 24 KB) and must not reach a log.
And whoever connects and asks nothing keeps nobody else out.
"""

import asyncio
import logging
import resource
from collections import Counter, OrderedDict
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import StreamReader, hdrs, web
from aiohttp.http_exceptions import InvalidURLError, LineTooLong
from aiohttp.web_protocol import RequestHandler

from robotvoice.ground.interfaces import is_loopback
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

MOST = 256
"""At a time, or half of the files that this process may open"""
MOST_OF_A_PEER = 32
"""From one address that is not this machine's: there a proxy may stand for many"""
FILES = 4096
"""That a server asks for: launchd gives 256, systemd 1024"""
NAME = "robotvoice"
"""In the header `Server` of every answer"""
HEAD_WITHIN = 10.0
"""Seconds from the connection to the end of its first request's head"""

Admits = Callable[[str], bool]
"""Whether the address of a peer is one that may ask"""


class Connections:
    """Those of one server. If there are too many, the one goes that has been idle for longest."""

    def __init__(self) -> None:
        self._most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._of: Counter[str] = Counter()
        self._idle: OrderedDict[_Connection, None] = OrderedDict()
        """Those from which nothing is asked now, the one that has been so for longest first"""

    def add(self, connection: "_Connection") -> None:
        self._of[connection.peer] += 1
        self._idle[connection] = None
        if self._of.total() > self._most:
            self._cut(next(iter(self._idle)))
        elif self._of[connection.peer] > MOST_OF_A_PEER and not is_loopback(connection.peer):
            self._cut(next(each for each in self._idle if each.peer == connection.peer))

    def asks(self, connection: "_Connection") -> None:
        """A whole request has come."""
        self._idle.pop(connection, None)

    def is_idle(self, connection: "_Connection") -> None:
        """Its answer is sent."""
        self._idle[connection] = None

    def remove(self, connection: "_Connection") -> None:
        self._idle.pop(connection, None)
        self._of[connection.peer] -= 1
        if self._of[connection.peer] <= 0:
            del self._of[connection.peer]

    def _cut(self, connection: "_Connection") -> None:
        self._idle.pop(connection)
        connection.cut()


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
        if self.peer and self._admits and not self._admits(self.peer):
            log.debug("somebody who is not admitted is left out")
            self.cut()
        else:
            self._connections.add(self)

    def head_came(self, body: StreamReader) -> None:
        """Of a request, which is to be answered once its body is there."""
        self._head_in_time.cancel()
        body.on_eof(partial(self._connections.asks, self))

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
        resp.headers.setdefault(hdrs.SERVER, NAME)
        finished = await super().finish_response(request, resp, start_time)
        if self.transport:
            # Also after a body that nobody waited for.
            request.content.on_eof(partial(self._connections.is_idle, self))
        return finished


class _Server(web.Server):
    """Serves what `plain` would, over connections of ours; a client that leaves cancels its request."""

    def __init__(self, plain: web.Server, admits: Admits | None) -> None:

        def asked(message: Any, payload: Any, connection: Any, *more: Any) -> web.BaseRequest:
            connection.head_came(payload)
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


async def _say_who_serves(request: web.BaseRequest, answer: web.StreamResponse) -> None:
    """No version of anything: who looks for a weak one learns nothing."""
    answer.headers[hdrs.SERVER] = NAME


class Runner(web.AppRunner):
    """Runs an application of the gateway or of the daemon."""

    def __init__(
        self, app: web.Application, *, shutdown_within: float = SHUTDOWN_WITHIN, admits: Admits | None = None
    ) -> None:
        """`admits`: who may ask at all; None: everybody who reaches it."""
        super().__init__(app, shutdown_timeout=shutdown_within)
        self._admits = admits
        app.on_response_prepare.append(_say_who_serves)

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._admits)


def allow_many_files() -> None:
    """As many as FILES, as far as this process may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
