"""Errors as OpenAI's clients read them: `{"error": {message, type, param, code}}`."""

import logging
import math
import re
import socket
import struct
from functools import wraps
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler

from robotvoice import errors
from robotvoice.http.request_id import request_id

log = logging.getLogger(__name__)

_PATH = re.compile(r"(/audio/(?:speech|voices|models)|/models(?:/[^/].*)?)/*$")
"""The end of a path in this dialect, whatever stands before it"""
HEADER_SHOULD_RETRY = "x-should-retry"
RETRY_AFTER = 1.0
"""Seconds, where nothing better is known"""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: close at once, with a reset"""
WORTH_A_RETRY = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}

OURS: dict[type[errors.RobotVoiceError], tuple[HTTPStatus, str | None]] = {
    errors.EmptyText: (HTTPStatus.BAD_REQUEST, "input"),
    errors.TextTooLong: (HTTPStatus.BAD_REQUEST, "input"),
    errors.UnknownVoice: (HTTPStatus.BAD_REQUEST, "voice"),
    errors.InvalidClip: (HTTPStatus.BAD_REQUEST, "ref_audio"),
    errors.WrongHost: (HTTPStatus.MISDIRECTED_REQUEST, None),
    errors.ForeignPage: (HTTPStatus.FORBIDDEN, None),
    errors.NoKey: (HTTPStatus.UNAUTHORIZED, None),
    errors.OwnerOnly: (HTTPStatus.FORBIDDEN, None),
    errors.BodyTooSlow: (HTTPStatus.REQUEST_TIMEOUT, None),
    errors.NotPermitted: (HTTPStatus.FORBIDDEN, None),
    errors.TooManyRequests: (HTTPStatus.TOO_MANY_REQUESTS, None),
    errors.NothingCanSpeak: (HTTPStatus.SERVICE_UNAVAILABLE, None),
    errors.EngineUnavailable: (HTTPStatus.SERVICE_UNAVAILABLE, None),
    # All voices were tried; the next time one may be there again.
    errors.EngineFailure: (HTTPStatus.SERVICE_UNAVAILABLE, None),
}
"""Status and field at fault of each of our errors; all others are a 500."""


BEFORE_A_ROUTE = (errors.WrongHost, errors.ForeignPage, errors.NoKey, errors.OwnerOnly)
"""What is refused there"""


class OpenAIRefusal(Exception):
    """A request of this dialect is turned down."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        param: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        """`param` is the field at fault; `retry_after` is in seconds."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.retry_after = retry_after


@web.middleware
async def refused_in_openai_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What is refused before a route is asked, in the words of this dialect if the end of its path is."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, *BEFORE_A_ROUTE) as error:
        if (found := _PATH.search(request.path)) is None:
            raise
        if not isinstance(error, web.HTTPNotFound):
            return _answer(as_refusal(error, request))
        said = f"there is nothing at this path; ask /v1{found[1]}: the base URL ends in /v1, and has it once"
        return _answer(OpenAIRefusal(HTTPStatus.NOT_FOUND, "not_found", said))


def openai_answers(handler: Handler) -> Handler:
    """Whatever happens in `handler`, the answer is one an OpenAI client understands.

    An answer that has begun is cut off, so that nobody takes its part for the whole.
    """

    @wraps(handler)
    async def answering(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ConnectionError:
            raise  # the client left: nobody is there to read an answer
        except Exception as error:
            refusal = as_refusal(error, request)
            if request.writer.output_size > 0:
                log.warning("answer cut off: %s", refusal.code, extra={"request": request_id(request)})
                _cut(request)
                raise ConnectionResetError("the answer had begun; the connection is cut") from error
            answer = _answer(refusal)
            # Its traceback leads back here and to the body that was read: all would stay until a collection.
            del refusal
        return answer

    return answering


def _cut(request: web.Request) -> None:
    """Resets the connection. An end in order would make it a whole answer for a client of HTTP/1.0."""
    if request.transport is None:
        return
    if connection := request.transport.get_extra_info("socket"):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    request.transport.abort()


def as_refusal(error: Exception, request: web.Request) -> OpenAIRefusal:
    """Any error, in the words of this dialect; what nobody expected goes to the log."""
    match error:
        case OpenAIRefusal():
            return error
        case errors.EngineFailure() if error.reason in errors.NOT_THE_ENGINES:
            # No voice made anything of it that could be this text; the same request would end the same way.
            return OpenAIRefusal(HTTPStatus.UNPROCESSABLE_ENTITY, error.reason, error.message, "input")
        case errors.RobotVoiceError() if type(error) in OURS:
            status, param = OURS[type(error)]
            wait = error.retry_after if isinstance(error, errors.EngineUnavailable) else None
            return OpenAIRefusal(status, error.code, error.message, param or error.field, wait)
        case web.HTTPException():
            return OpenAIRefusal(HTTPStatus(error.status), "http", error.reason.lower())
    log.error("%s failed", request.path, exc_info=error, extra={"request": request_id(request)})
    return OpenAIRefusal(
        HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "something broke; see the gateway's log"
    )


def shown(refusal: OpenAIRefusal) -> dict[str, str | None]:
    """What a client finds under `error`."""
    kind = "invalid_request_error"
    if refusal.status >= 500:
        kind = "server_error"
    elif refusal.status is HTTPStatus.TOO_MANY_REQUESTS:
        kind = "rate_limit_error"
    return {"message": refusal.message, "type": kind, "param": refusal.param, "code": refusal.code}


def _answer(refusal: OpenAIRefusal) -> web.Response:
    status = refusal.status
    answer = web.json_response({"error": shown(refusal)}, status=status)
    if status is HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status not in WORTH_A_RETRY:
        answer.headers[HEADER_SHOULD_RETRY] = "false"
    elif status is not HTTPStatus.REQUEST_TIMEOUT:
        answer.headers["Retry-After"] = str(math.ceil(refusal.retry_after or RETRY_AFTER))
    return answer
