"""aiohttp's server with three habits changed: errors below the application are JSON, and logged without URL.

A request line holds the text that is spoken: it may be long (2,000 emoji are 24 KB) and must not reach a log.
And whoever connects and asks nothing keeps nobody else out.
"""

import asyncio
import logging
import resource
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import StreamReader, hdrs, web
from aiohttp.http_exceptions import InvalidURLError, LineTooLong
from aiohttp.web_protocol import RequestHandler

from robotvoice.errors import BodyTooSlow
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
    UnicodeEncodeError: "a header is not UTF-8; send plain ASCII",
}

FILES = 4096
"""That a server asks for: launchd gives 256, systemd 1024"""
NAME = "robotvoice"
"""In the header `Server` of every answer"""
HEAD_WITHIN = 10.0
"""Seconds from the connection to the end of its first request's head"""
BODY_MOVES_WITHIN = 10.0
"""Seconds in which something of a body that is waited for has to come"""
BODY_WITHIN, LEAST_PACE = 30.0, 64 * 1024
"""Seconds for all of a body, and one more for so many bytes of it"""
LOOK_EVERY = 1.0
"""Seconds between two looks whether a body comes"""
AT_ONCE, QUEUE = 8, 128
"""Connections that are accepted between two turns of everything else, and that wait in the system for it"""

Admits = Callable[[str], bool]
"""Whether the address of a peer is one that may ask"""


class _Coming:
    """A body that is not whole yet. Seconds are those of the loop's clock."""

    __slots__ = ("_began", "_came", "_looked_at", "_moved_at")

    def __init__(self, now: float) -> None:
        self._began = self._moved_at = self._looked_at = now
        self._came = 0

    def is_too_slow(self, came: int, now: float) -> bool:
        """`came`: bytes so far."""
        if came > self._came:
            self._came, self._moved_at = came, now
        self._looked_at = now
        late = now - self._began > BODY_WITHIN + came / LEAST_PACE
        return late or now - self._moved_at > BODY_MOVES_WITHIN

    def not_waited_for(self, came: int, now: float) -> None:
        """Since the last look: that time does not count."""
        self._began += now - self._looked_at
        self._came, self._moved_at, self._looked_at = came, now, now


class _Connection(RequestHandler):
    """One connection; that of a peer who is not admitted, or who is too many, is broken at once."""

    __slots__ = ("_admits", "_body_in_time", "_connections", "_head_in_time", "is_kept", "peer")

    def __init__(
        self, server: web.Server, admits: Admits | None, connections: Connections, **options: Any
    ) -> None:
        super().__init__(server, **options)
        self._admits, self._connections = admits, connections
        self.peer, self.is_kept = "", False
        self._body_in_time: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if isinstance(peer, tuple) else ""
        self.is_kept = not self.peer  # over a Unix socket, whose mode says who may
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
        if not body.is_eof():
            self._body_in_time = self._loop.call_later(
                LOOK_EVERY, self._look_at, body, _Coming(self._loop.time())
            )

    def asks(self) -> None:
        """Something is to be spoken, over a WebSocket that was open already."""
        self._connections.asks(self)

    def is_idle(self) -> None:
        self._connections.is_idle(self)

    def cut(self) -> None:
        if self.transport:
            self.transport.abort()

    def _look_at(self, body: StreamReader, coming: "_Coming") -> None:
        """Ends the wait for a body that comes too slowly, as often as it takes."""
        if body.is_eof() or body.exception() or self.transport is None:
            return
        now = self._loop.time()
        # Nobody is late with what is not waited for.
        waited_for = body._waiter is not None
        if waited_for and coming.is_too_slow(body.total_bytes, now):
            self._lingering_time = 0.0  # for the rest nobody waits either
            body.set_exception(BodyTooSlow("the body did not arrive in time; send it again"))
            return
        if not waited_for:
            coming.not_waited_for(body.total_bytes, now)
        self._body_in_time = self._loop.call_later(LOOK_EVERY, self._look_at, body, coming)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._head_in_time.cancel()
        if self._body_in_time:
            self._body_in_time.cancel()
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
        if isinstance(exc, UnicodeEncodeError):  # aiohttp repeats what it was sent, such as an Expect
            status = HTTPStatus.BAD_REQUEST
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

    async def listen(self, listening: socket.socket) -> web.BaseSite:
        """Serves whoever connects there, until that is stopped.

        A burst is accepted a few at a time, so that what is too many is gone before files are short.
        """
        site = web.SockSite(self, listening, backlog=AT_ONCE)
        await site.start()
        listening.listen(QUEUE)
        return site

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._admits)


def connection_of(request: web.BaseRequest) -> _Connection | None:
    """That over which it came; None if no server of ours serves it."""
    protocol = request.protocol
    return protocol if isinstance(protocol, _Connection) else None


def allow_many_files() -> None:
    """As many as FILES, as far as this process may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
