"""The id by which a request is found in the log: the caller's own, or a new one; every answer carries it."""

import re
import uuid
from typing import Any

from aiohttp import web

HEADER = "X-Request-Id"
ACCEPTED = re.compile(r"[\x21-\x7e]{1,64}")
"""Of a caller: printable ASCII without spaces"""
# The first releases of aiohttp that are supported know no such keys, and later ones warn of any other.
_KEY: Any = web.RequestKey("request_id", str) if hasattr(web, "RequestKey") else "request_id"


def request_id(request: web.BaseRequest) -> str:
    """The same one whenever it is asked for."""
    found = request.get(_KEY)
    if found is None:
        given = request.headers.get(HEADER, "")
        found = request[_KEY] = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
    return str(found)


async def carry_request_id(request: web.BaseRequest, answer: web.StreamResponse) -> None:
    """To be called for every answer before it is sent."""
    answer.headers[HEADER] = request_id(request)
