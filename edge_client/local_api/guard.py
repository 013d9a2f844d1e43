"""Who may ask, and how an error is told: in 100 bytes where robots' scripts take a longer body for audio."""

import json
import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from edge_client.daemon.daemon_client import IDENTITY
from edge_client.daemon.daemon_errors import DaemonGone, NotAccepted, Stopped, TooLate
from robotvoice import __version__, errors
from robotvoice.wire.short_body import short_body

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SHORT_ROUTE = "/synthesize"
RETRY_AFTER = "1"
"""Seconds"""
NAMES = ("localhost", "127.0.0.1", "[::1]")

STATUS: dict[type[errors.RobotVoiceError], HTTPStatus] = {
    errors.EmptyText: HTTPStatus.BAD_REQUEST,
    errors.TextTooLong: HTTPStatus.BAD_REQUEST,
    errors.InvalidMessage: HTTPStatus.BAD_REQUEST,
    NotAccepted: HTTPStatus.FORBIDDEN,
    errors.UnknownVoice: HTTPStatus.NOT_FOUND,
    Stopped: HTTPStatus.CONFLICT,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NothingCanSpeak: HTTPStatus.SERVICE_UNAVAILABLE,
    DaemonGone: HTTPStatus.SERVICE_UNAVAILABLE,
    TooLate: HTTPStatus.GATEWAY_TIMEOUT,
}


@web.middleware
async def only_from_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A web page that the owner looks at can reach this address too, under a name or with an `Origin`."""
    name, _, port = request.headers.get("Host", "").rpartition(":")
    if "Origin" in request.headers:
        raise NotAccepted("only programs on this robot may ask, and no web page")
    own = _own_port(request)
    if name not in NAMES or port != str(own):
        raise NotAccepted(f"only programs on this robot may ask: ask http://127.0.0.1:{own}")
    return await handler(request)


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except errors.RobotVoiceError as error:
        status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status == HTTPStatus.BAD_REQUEST or status == HTTPStatus.NOT_FOUND:
            log.info("%s refused: %s, field=%s", request.path, error.code, error.field or "none")
        return problem(request, status, error.code, error.message)
    except web.HTTPException as error:
        return problem(request, HTTPStatus(error.status), "http", error.reason.lower())
    except ConnectionError:
        raise  # the caller left: nobody is there to read an answer
    except Exception:
        log.exception("%s broke", request.path)
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "something broke; see the log")


async def identify(request: web.Request, response: web.StreamResponse) -> None:
    response.headers[IDENTITY] = __version__


def problem(request: web.BaseRequest, status: HTTPStatus, code: str, message: str) -> web.Response:
    body = json.dumps({"error": message, "code": code})
    if request.path == SHORT_ROUTE:
        body = short_body(message)
    headers = {"Retry-After": RETRY_AFTER} if status in (429, 503) else None
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)


def _own_port(request: web.Request) -> int | None:
    address = request.transport.get_extra_info("sockname") if request.transport else None
    return address[1] if address else None
