"""`POST /say` and `POST /stop`."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from aiohttp import web

from edge_client.daemon_errors import Stopped
from edge_client.local_api.keys import DAEMON
from edge_client.said import describe, in_words
from speech.errors import InvalidMessage
from speech.record import read_record
from speech.utterance import Priority

LONGEST_DEADLINE = 24 * 3600 * 1000
"""Milliseconds"""


@dataclass(frozen=True, slots=True)
class _Say:
    text: str
    persona: str | None = None
    voice: str | None = None
    """The same by the name that `/synthesize` has for it"""
    priority: Literal["urgent", "dialogue", "story", "background"] = "dialogue"
    wait: bool = False
    deadline_ms: int | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    id: str | None = None


async def say(request: web.Request) -> web.Response:
    """202 and the line's id; with `wait` 200 and what became of it: who leaves takes the line along.

    With the id comes a `problem` if the loudspeaker is not there.
    """
    daemon = request.app[DAEMON]
    asked = read_record(_Say, await _json_object(request))
    if asked.deadline_ms is not None and not 0 < asked.deadline_ms <= LONGEST_DEADLINE:
        raise InvalidMessage(f"`deadline_ms` must be from 1 to {LONGEST_DEADLINE}")
    persona = _one_of(asked)
    within = None if asked.deadline_ms is None else asked.deadline_ms / 1000
    line = await daemon.line(asked.text, persona, Priority[asked.priority.upper()], within)
    if not asked.wait:
        problem = daemon.loudspeaker.problem
        return web.json_response({"id": line.id, **({"problem": problem} if problem else {})}, status=202)
    try:
        heard = await line.wait()
    finally:
        if not line.ended:
            daemon.speaker.end(line, Stopped("its caller left"))
    gateway = daemon.gateway.standing
    said = describe("", line.persona, heard, begun=line.asked_at, endpoint=gateway.endpoint)
    row = asdict(said)
    del row["text"], row["file"]
    why = in_words(said, heard, gateway.last_seen, gateway.endpoint)
    return web.json_response({"id": line.id, **row, "last_seen": gateway.last_seen, "why": why})


async def stop(request: web.Request) -> web.Response:
    """Ends one line by its `id`, or all; tells which, and whose they were."""
    asked = read_record(_Stop, await _json_object(request))
    speaker = request.app[DAEMON].speaker
    now, lines = speaker.now, {line.id: line for line in (speaker.now, *speaker.waiting) if line}
    stopped = speaker.stop(asked.id)
    personas = {id: lines[id].persona.id for id in stopped}
    spoke = now.id if now and now.id in personas else None
    return web.json_response({"stopped": stopped, "personas": personas, "spoke": spoke})


def _one_of(asked: _Say) -> str | None:
    """Who is to speak, by either name. Raises InvalidMessage when both are given and differ."""
    if asked.persona is None or asked.voice is None:
        return asked.voice if asked.persona is None else asked.persona
    if asked.persona.casefold() != asked.voice.casefold():
        raise InvalidMessage("`persona` and `voice` mean the same and differ; send one of them")
    return asked.persona


async def _json_object(request: web.Request) -> dict[str, Any]:
    try:
        found = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        raise InvalidMessage("the body is not JSON") from None
    if not isinstance(found, dict):
        raise InvalidMessage("the body must be a JSON object")
    return found
