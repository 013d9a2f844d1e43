"""`POST /v1/breakers/ENGINE`: the owner forces a breaker, or leaves it to itself, closed."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal, TypeAlias

from aiohttp import web

from gateway.api.status_report import OPERATOR, engine_status
from gateway.ground.problems import shown
from gateway.requests.app_keys import ENGINES
from robotvoice.chain.breaker import State
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidMessage
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.http.error_answers import problem
from robotvoice.http.request_id import request_id
from robotvoice.utterance import Reason

log = logging.getLogger(__name__)

FORCED: Mapping[str, Literal[State.FORCED_OPEN, State.FORCED_CLOSED] | None] = {
    "open": State.FORCED_OPEN,
    "close": State.FORCED_CLOSED,
    "auto": None,
}
LONGEST_REASON = 200
"""Characters"""
LONGEST_BODY = 4096
"""Bytes"""

Order: TypeAlias = tuple[str, str | None]


async def force(request: web.Request) -> web.Response:
    """200 with how the engine is now; 400, 404 and 415 say in a sentence what is wrong."""
    if request.content_type != "application/json":
        said = "send JSON, with Content-Type: application/json"
        return problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", said)
    engines = request.app[ENGINES]
    name = request.match_info["engine"]
    guarded = engines.get(name)
    breaker = guarded.breaker if guarded else None
    if guarded is None or breaker is None:
        with_one = [each for each, other in engines.items() if other.breaker]
        said = f"there is no breaker called {shown(name)}; {nearest_or_all(name, with_one)}"
        return problem(request, HTTPStatus.NOT_FOUND, "unknown_engine", said)
    wanted, why = _order(await request.content.read(LONGEST_BODY + 1))
    state = FORCED[wanted]
    log.warning(
        "operator: breaker of %s to %s",
        name,
        wanted,
        extra={"request": request_id(request), "why": why or "not said"},
    )
    if state is None:
        breaker.leave_to_itself()
        guarded.blame.forget()
    else:
        kept = "is not used" if state is State.FORCED_OPEN else "is used whatever happens"
        text = f"{name} {kept}, as its operator wants" + (f": {why}" if why else "")
        breaker.force(state, Reason(OPERATOR, text))
    return web.json_response({"engine": name, **engine_status(request.app, name)})


def _order(body: bytes) -> Order:
    """The state that is wanted and why. Raises InvalidMessage."""
    try:
        fields = json.loads(body) if len(body) <= LONGEST_BODY else None
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise InvalidMessage('the body must be one JSON object, such as {"state": "open"}')
    wanted, why = fields.get("state"), fields.get("reason")
    if not isinstance(wanted, str) or wanted not in FORCED:
        raise InvalidMessage(f"state must be one of {', '.join(FORCED)}")
    if why is not None and not (isinstance(why, str) and len(why) <= LONGEST_REASON):
        raise InvalidMessage(f"reason must be a text of at most {LONGEST_REASON} characters")
    return wanted, one_line(why.strip()) if why else None
