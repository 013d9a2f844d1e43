"""Every error leaves as JSON; on `/synthesize` in 100 bytes, because robots play longer ones."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from robotvoice import errors
from robotvoice.http.request_id import request_id

log = logging.getLogger(__name__)

Statuses = Mapping[type[errors.RobotVoiceError], HTTPStatus]

SHORT_ROUTE = "/synthesize"
SHORT_BODY = 100
"""Bytes: a robot's script takes a longer answer for audio."""
LONG_WORD = 16
"""Characters; half of such a word says more than none of it"""
RETRY_AFTER = 1
"""Seconds, where nothing better is known"""

STATUS: Statuses = {
    errors.EmptyText: HTTPStatus.BAD_REQUEST,
    errors.TextTooLong: HTTPStatus.BAD_REQUEST,
    errors.InvalidMessage: HTTPStatus.BAD_REQUEST,
    errors.InvalidClip: HTTPStatus.BAD_REQUEST,
    errors.UnknownVoice: HTTPStatus.NOT_FOUND,
    errors.WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    errors.ForeignPage: HTTPStatus.FORBIDDEN,
    errors.NoKey: HTTPStatus.UNAUTHORIZED,
    errors.OwnerOnly: HTTPStatus.FORBIDDEN,
    errors.BodyTooSlow: HTTPStatus.REQUEST_TIMEOUT,
    errors.NotPermitted: HTTPStatus.FORBIDDEN,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NothingCanSpeak: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.EngineUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}

MISTAKES = (400, 401, 403, 404, 421)
"""In the request, so that they are logged: whoever made one looks there"""


def errors_as_json(more: Statuses | None = None, *, refusals: int = logging.DEBUG) -> Middleware:
    """A middleware that turns what a handler raises into an answer a program can read.

    aiohttp's own errors go on to the connection, which also meets those that no middleware sees. `more` are
    the statuses of errors that one side alone has, `refusals` the level at which a mistake in a request is
    logged.
    """
    known = {**STATUS, **(more or {})}

    @web.middleware
    async def answering(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except errors.RobotVoiceError as error:
            status = known.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
            extra = {"request": request_id(request)}
            if status is HTTPStatus.INTERNAL_SERVER_ERROR:
                log.error("%s failed: %s", request.path, error.code, extra=extra)
            elif status in MISTAKES:
                told = request.path, error.code, error.field or "none"
                log.log(refusals, "%s refused: %s, field=%s", *told, extra=extra)
            return problem(request, status, error.code, error.message)
        except (web.HTTPException, ConnectionError):
            raise  # the last means that the client left: nobody is there to read an answer
        except Exception:
            log.exception("%s failed", request.path, extra={"request": request_id(request)})
            said = "something broke; see the log"
            return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", said)

    return answering


def http_problem(request: web.BaseRequest, error: web.HTTPException) -> web.Response:
    """One of aiohttp's errors, which would be plain text."""
    answer = problem(request, HTTPStatus(error.status), "http", error.reason.lower())
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def problem(request: web.BaseRequest, status: HTTPStatus, code: str, message: str) -> web.Response:
    """An error as JSON. 401 says what is wanted, 429 and 503 when to come back."""
    body = (
        short_body(message) if request.path == SHORT_ROUTE else json.dumps({"error": message, "code": code})
    )
    headers = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else {}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)


def short_body(message: str) -> str:
    """`{"error": message}` in at most SHORT_BODY bytes; a longer message loses its last words."""
    body = json.dumps({"error": message})
    kept = message[:SHORT_BODY]
    while len(body) > SHORT_BODY:
        kept = kept[:-1]
        shorter = _at_a_word(kept) if message[len(kept)].isalnum() else kept
        body = json.dumps({"error": shorter.rstrip(" ,;:") + "..."})
    return body


def _at_a_word(cut: str) -> str:
    """Without the word that is cut, unless it is a long one."""
    words, space, last = cut.rpartition(" ")
    return words if space and len(last) <= LONG_WORD else cut
