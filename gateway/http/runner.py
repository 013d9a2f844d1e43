"""aiohttp's server with two habits changed: errors below the application are JSON, and logged without URL.

A request line holds the text that is spoken: it may be long (2,000 emoji are 24 KB) and must not reach a log.
"""

import asyncio
import logging
from http import HTTPStatus
from typing import cast

from aiohttp import web
from aiohttp.http_exceptions import InvalidURLError, LineTooLong
from aiohttp.web_protocol import RequestHandler

from gateway.http.error_answers import http_problem
from gateway.http.neighbourhood import Neighbourhood
from gateway.http.request_id import HEADER, request_id
from robotvoice.wire.short_body import short_body

log = logging.getLogger(__name__)

LONGEST_LINE = 128 * 1024
"""Bytes of a request line: 5,000 characters of four bytes, percent-encoded, and room for more."""
SHUTDOWN_TIMEOUT = 2.0
"""Seconds that running requests get to finish; aiohttp waits for them twice"""
WHAT_TO_DO: dict[type, str] = {
    InvalidURLError: "the URL cannot be read; percent-encode all but plain ASCII",
    LineTooLong: "the URL or a header is too long; send a shorter text",
}


class JsonRequestHandler(RequestHandler):
    """One connection."""

    __slots__ = ()

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
        return await super().finish_response(request, resp, start_time)


class NeighbourRequestHandler(JsonRequestHandler):
    """One connection, of somebody in the same network: any other is broken at once."""

    __slots__ = ()

    neighbourhood = Neighbourhood()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        if peer and not self.neighbourhood.holds(peer[0]):
            log.debug("somebody who is not in this machine's networks is left out")
            cast(asyncio.Transport, transport).abort()
        super().connection_made(transport)


class JsonServer(web.Server):
    """Makes a JsonRequestHandler for each connection."""

    def __call__(self) -> RequestHandler:
        return JsonRequestHandler(self, loop=self._loop, **self._kwargs)


class NeighbourServer(web.Server):
    """Makes a NeighbourRequestHandler for each connection."""

    def __call__(self) -> RequestHandler:
        return NeighbourRequestHandler(self, loop=self._loop, **self._kwargs)


class GatewayRunner(web.AppRunner):
    """Runs the application; a client that leaves cancels its request."""

    def __init__(self, app: web.Application, *, neighbours_only: bool = False) -> None:
        """With `neighbours_only` whoever is not in one of this machine's networks is left out."""
        super().__init__(
            app,
            access_log=None,
            handler_cancellation=True,
            auto_decompress=False,  # no route reads a packed body, and a broken one would fill the log
            max_line_size=LONGEST_LINE,
            shutdown_timeout=SHUTDOWN_TIMEOUT,
        )
        self._kind = NeighbourServer if neighbours_only else JsonServer

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        # aiohttp has no public way to choose the class of its request handler; a test holds on to this one.
        server.__class__ = self._kind
        return server
