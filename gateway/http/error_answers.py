"""Every error leaves the gateway as JSON; on `/synthesize` in 100 bytes, because robots play longer ones."""

import json
import logging
import re
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from aiohttp import web

from gateway.http.openai_errors import Refusal, shown
from gateway.http.request_id import request_id
from robotvoice import errors
from robotvoice.wire.short_body import short_body

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_OPENAI = re.compile(r"(/audio/(?:speech|voices|models)|/models(?:/[^/].*)?)/*$")
"""The end of a path in OpenAI's dialect, whatever stands before it"""
SHORT_ROUTE = "/synthesize"
RETRY_AFTER = 1
"""Seconds, where nothing better is known"""

STATUS: dict[type[errors.RobotVoiceError], HTTPStatus] = {
    errors.EmptyText: HTTPStatus.BAD_REQUEST,
    errors.TextTooLong: HTTPStatus.BAD_REQUEST,
    errors.InvalidMessage: HTTPStatus.BAD_REQUEST,
    errors.InvalidClip: HTTPStatus.BAD_REQUEST,
    errors.UnknownVoice: HTTPStatus.NOT_FOUND,
    errors.TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NothingCanSpeak: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.EngineUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
}


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns what a handler raises into an answer a program can read; aiohttp's errors go to the runner."""
    try:
        return await handler(request)
    except errors.RobotVoiceError as error:
        status = STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status is HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("%s failed: %s", request.path, error.code, extra={"request": request_id(request)})
        return problem(request, status, error.code, error.message)
    except (web.HTTPException, ConnectionError):
        raise  # the last means that the client left: nobody is there to read an answer
    except Exception:
        log.exception("%s failed", request.path, extra={"request": request_id(request)})
        return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "something broke; see the log")


def http_problem(request: web.BaseRequest, error: web.HTTPException) -> web.Response:
    """One of aiohttp's errors, which would be plain text."""
    if error.status == HTTPStatus.NOT_FOUND and (found := _OPENAI.search(request.path)):
        said = f"there is nothing at this path; ask /v1{found[1]}: the base URL ends in /v1, and has it once"
        refusal = Refusal(HTTPStatus.NOT_FOUND, "not_found", said)
        return web.json_response({"error": shown(refusal)}, status=refusal.status)
    answer = problem(request, HTTPStatus(error.status), "http", error.reason.lower())
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def problem(request: web.BaseRequest, status: HTTPStatus, code: str, message: str) -> web.Response:
    """An error as JSON. 429 and 503 say when to come back."""
    body = (
        short_body(message) if request.path == SHORT_ROUTE else json.dumps({"error": message, "code": code})
    )
    headers = {"Retry-After": str(RETRY_AFTER)} if status in (429, 503) else None
    return web.Response(status=status, text=body, content_type="application/json", headers=headers)
