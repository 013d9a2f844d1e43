"""`/v1/pair` for robots that are not paired yet, and what the owner does about robots."""

import asyncio
import logging
import math
from http import HTTPStatus
from typing import Any

from aiohttp import web

from gateway.api.client_connection import ClientConnection
from gateway.requests.app_keys import PAIRING, ROBOTS, ROBOTS_DOOR, SOCKETS
from gateway.security.callers import caller_of
from gateway.security.pairing_codes import (
    CannotPair,
    NotPairing,
    PairingCode,
    WrongCode,
)
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidMessage, InvalidSettings
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.http.error_answers import problem
from robotvoice.json_records import read_object, read_record, write_record
from robotvoice.wire.lenient_fields import number as number_in
from robotvoice.wire.pairing import Asked, shown

log = logging.getLogger(__name__)

LONGEST_BODY = 4096
"""Bytes"""
BODY_WITHIN = 5.0
LONGEST_WAIT = 10.0
"""Seconds"""


async def offer(request: web.Request) -> web.Response:
    """200 while a code is valid, else 409. Raises InvalidMessage where there is no TLS."""
    _need_tls(request)
    try:
        return web.json_response(write_record(request.app[PAIRING].offer()))
    except NotPairing as error:
        return problem(request, HTTPStatus.CONFLICT, error.code, error.message)


async def pair(request: web.Request) -> web.Response:
    """200 for the one who proves that it knows the code, 403 for others. Raises InvalidMessage.

    A robot that shows the token it has is the same one as before, and is not kept twice.
    """
    _need_tls(request)
    asked, caller = read_record(Asked, read_object(await _body(request), "the body")), caller_of(request)
    before = caller.showed if caller.kind == "robot" else ""
    try:
        return web.json_response(write_record(await request.app[PAIRING].pair(asked, before)))
    except NotPairing as error:
        return problem(request, HTTPStatus.CONFLICT, error.code, error.message)
    except WrongCode as error:
        told = {"error": error.message, "code": error.code, "tries": error.tries}
        return web.json_response(told, status=HTTPStatus.FORBIDDEN)
    except InvalidSettings as error:
        log.warning("a robot could not be paired: %s", error.message)
        said = "the gateway cannot keep that this robot is paired; its log says why"
        return problem(request, HTTPStatus.INSUFFICIENT_STORAGE, CannotPair.code, said)


async def begin(request: web.Request) -> web.Response:
    """The owner's: a new code; 409 says why there can be none."""
    try:
        begun = await request.app[PAIRING].begin()
    except (CannotPair, InvalidSettings) as error:
        return problem(request, HTTPStatus.CONFLICT, CannotPair.code, error.message)
    return web.json_response({**_told(request, begun), "code": shown(begun.code)})


async def look(request: web.Request) -> web.Response:
    """The owner's: what became of the code of this `number`; waits for its end for `wait` seconds."""
    pairing = request.app[PAIRING]
    number, last = _number(request), pairing.last
    if last is None or number not in (None, last.number):
        state = "replaced" if last and number and number < last.number else "ended"
        return web.json_response({"number": number, "state": state, "seconds": 0, "tries": 0, "robot": None})
    wait = min(max(number_in(request.query.get("wait")) or 0.0, 0.0), LONGEST_WAIT)
    try:
        async with asyncio.timeout(min(wait, pairing.seconds_left(last))):
            await last.ended.wait()
    except TimeoutError:
        pairing.look(last)
    return web.json_response(_told(request, last))


async def end(request: web.Request) -> web.Response:
    """The owner's: the code of this `number`, or whichever there is, is void."""
    request.app[PAIRING].end(_number(request))
    return web.json_response({"ended": True})


async def robots(request: web.Request) -> web.Response:
    """The owner's: all that are paired."""
    try:
        listed = await asyncio.to_thread(request.app[ROBOTS].listed)
    except InvalidSettings as error:
        return problem(request, HTTPStatus.CONFLICT, error.code, error.message)
    connected = _connected(request.app)
    told = [
        {"name": each.name, "paired": each.made, "seen": each.seen, "connected": each.name in connected}
        for each in listed
    ]
    return web.json_response({"robots": told})


async def forget(request: web.Request) -> web.Response:
    """The owner's: its token opens nothing any more; what it is being told ends first."""
    store, name = request.app[ROBOTS], request.match_info["name"]
    was_connected = name in _connected(request.app)
    try:
        found = await asyncio.to_thread(store.remove, name)
    except InvalidSettings as error:
        return problem(request, HTTPStatus.CONFLICT, error.code, error.message)
    if not found:
        known = [each.name for each in store.all]
        there = nearest_or_all(name, known) if known else "none is paired"
        said = f"no robot is called {one_line(name)}; {there}"
        return problem(request, HTTPStatus.NOT_FOUND, "unknown_robot", said)
    return web.json_response({"forgotten": name, "connected": was_connected})


def _connected(app: web.Application) -> set[str]:
    callers = [each.caller for each in app[SOCKETS] if isinstance(each, ClientConnection)]
    return {each.name for each in callers if each.kind == "robot"}


def _told(request: web.Request, code: PairingCode) -> dict[str, Any]:
    left = request.app[PAIRING].seconds_left(code)
    return {
        "number": code.number,
        "state": code.state,
        "seconds": math.ceil(left),
        "tries": code.tries,
        "robot": code.robot or None,
    }


def _number(request: web.Request) -> int | None:
    told = request.query.get("number")
    if told is not None and not (told.isdecimal() and len(told) < 10):
        raise InvalidMessage("number must be that of a code", "number")
    return int(told) if told else None


def _need_tls(request: web.Request) -> None:
    """A proof is bound to the certificate that the robot sees: without one there is nothing to prove."""
    if not request.secure:
        door = request.app[ROBOTS_DOOR]
        where = f"ask by TLS at port {door.port}" if door.port else door.why_closed
        raise InvalidMessage(f"no robot is paired at this port; {where}")


async def _body(request: web.Request) -> bytes:
    """Raises InvalidMessage for one that is too long, or does not come."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_WITHIN):
            async for piece in request.content.iter_any():
                body += piece
                if len(body) > LONGEST_BODY:
                    raise InvalidMessage(f"the body may have {LONGEST_BODY} bytes")
    except TimeoutError:
        raise InvalidMessage(f"the body did not come within {BODY_WITHIN:g} s") from None
    return bytes(body)
