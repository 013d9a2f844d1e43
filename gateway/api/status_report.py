"""`GET /v1/status`: who would speak now and why not the clone, who is open and until when; from memory."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiohttp import web

from gateway.api.health import engine_told, identity, without_folders
from gateway.models.models import display_name
from gateway.requests.app_keys import (
    ADDRESS,
    ADVERTISER,
    CHANGES,
    ENGINES,
    HOUSE,
    LAST_HOUR,
    LISTENERS,
    OPEN_PERSONAS,
    PERSONAS,
    PHRASES,
    REQUEST_LOG,
    ROBOTS,
    ROBOTS_DOOR,
    SETTINGS,
    SOCKETS,
    SPEECH_TOTALS,
    TOO_SLOW,
)
from gateway.security.callers import OWNER, caller_of
from gateway.security.doors_told import shut_out
from robotvoice.chain.attempt import STALL
from robotvoice.chain.breaker import CircuitBreaker, State
from robotvoice.chain.budget import Due
from robotvoice.chain.candidates import Candidates
from robotvoice.chain.guarded import ChainEntry
from robotvoice.persona import Persona
from robotvoice.utterance import Reason, Sentence

SAMPLE = Sentence(0, "One moment.")
"""For whom would speak now: a short sentence that is in no cache"""
OPERATOR = "operator"
"""The code of the reason for which an operator forces a breaker"""
MOST_NAMED = 3
"""Personas in one sentence"""


async def status(request: web.Request) -> web.Response:
    app, door = request.app, _robots_door(request)
    hour, library = app[LAST_HOUR].share, app[PERSONAS].library
    speakers = {persona.id: _speaker(app, persona) for persona in library.personas.values()}
    return web.json_response(
        {
            **identity(app),
            "summary": summary(speakers, library.personas, shut_out=shut_out(door)),
            "uptime": round(app[REQUEST_LOG].uptime, 1),
            "speaking": app[HOUSE].inside,
            "most_speaking": app[SETTINGS].max_requests,
            "spoken": app[SPEECH_TOTALS].as_json(),
            # What keeps its connection to hear of changes is a robot's daemon.
            "robots": len(app[LISTENERS]),
            "connections": len(app[SOCKETS]),
            "mdns": app[ADVERTISER].state,
            "host": app[SETTINGS].listen_host,
            "address": app.get(ADDRESS),
            "robots_door": door,
            "open_to_all": list(app[OPEN_PERSONAS].of(library).personas) if app[SETTINGS].open_lan else None,
            "settings": _changes(app),
            "problems": len(library.problems),  # a number only: their text names files
            "last_hour": {
                "sentences": hour.sentences,
                "cloned": hour.cloned,
                "share": hour.share,
                "reasons": hour.reasons,
            },
            "personas": speakers,
            "engines": {name: engine_status(app, name) for name in app[ENGINES]},
        }
    )


def _robots_door(request: web.Request) -> dict[str, Any]:
    """Its port, or why it is closed and what to do: where files lie is told to the owner alone.

    `paired` are the robots that come in there, or would.
    """
    door = request.app[ROBOTS_DOOR]
    why = door.why_closed
    if caller_of(request).kind not in OWNER:
        why = without_folders(why)
    return {"port": door.port or None, "why_closed": why or None, "paired": len(request.app[ROBOTS].all)}


def engine_status(app: web.Application, name: str) -> dict[str, Any]:
    """Whether it is ready, and what its breaker does and why."""
    guarded = app[ENGINES][name]
    told = engine_told(app, guarded)
    told["used"] = any(voice.engine == name for voice in app[PERSONAS].library.voices)
    told["breaker"] = breaker_told(guarded.breaker) if guarded.breaker else None
    mlx = app[ENGINES].parts.mlx
    if mlx and name == mlx.name:
        refused = {display_name(model): each["refused"] for model, each in mlx.status.items()}
        told["models"] = [{**model, "refused": refused[model["model"]]} for model in told["models"]]
    return told


def breaker_told(breaker: CircuitBreaker) -> dict[str, Any]:
    """Its state, for how many seconds yet, why, and who forced it: `operator`, `engine` or nobody."""
    state, reason = breaker.state, breaker.reason
    forced = state in (State.FORCED_OPEN, State.FORCED_CLOSED)
    return {
        "state": state.value,
        "half_open_in": round(breaker.retry_after, 1) if state is State.OPEN else None,
        "opened": breaker.opened,
        "reason": _reason(reason),
        "forced_by": None if not forced else OPERATOR if reason and reason.code == OPERATOR else "engine",
    }


def _speaker(app: web.Application, persona: Persona) -> Mapping[str, Any]:
    """Who the chain would ask first for a sentence that comes now, and why nobody before."""
    # Without what makes things for later: this is a question, not a request.
    entries = [ChainEntry(app[ENGINES][voice.engine], voice) for voice in persona.voices]
    passed: list[Reason] = []

    def passed_over(voice: int, reason: Reason) -> None:
        passed.append(reason)

    start_by = asyncio.get_running_loop().time() + persona.first_audio_budget
    candidates = Candidates(entries, stall=STALL, patience=0.0, last_resort=True)
    due = Due(start_by, math.inf, len(SAMPLE.text))
    tries = candidates.tries(0, SAMPLE, due, passed_over, set(), frozenset())
    first = next(tries, None)
    if first:
        first.permit.ignore()
    speaks = entries[first.index] if first else None
    reason = passed[0] if passed else None
    if reason and reason.code == "too_late":
        reason = replace(reason, text=app[TOO_SLOW].advice(persona) or reason.text)
    pack = app[PHRASES].pack(persona)
    return {
        "own_engine": persona.voice.engine,
        "clones": persona.voice.clones,
        "speaks": speaks.voice.engine if speaks else None,
        "voice": without_folders(speaks.voice.voice) if speaks else None,
        "own_voice": first is not None and first.index == 0,
        "reason": _reason(reason),
        "phrases": {"recorded": len(pack.recordings), "wanted": pack.wanted},
    }


def _changes(app: web.Application) -> Mapping[str, Any]:
    """Names only: a value may be a secret, and the text of a problem names files."""
    found = app[CHANGES].now()
    return {"changed": list(found.names), "broken": found.problem is not None}


def _reason(reason: Reason | None) -> Mapping[str, str] | None:
    return {"code": reason.code, "text": without_folders(reason.text)} if reason else None


def summary(
    speakers: Mapping[str, Mapping[str, Any]], personas: Mapping[str, Persona], *, shut_out: str = ""
) -> str:
    """How a gateway is, in a sentence: the worst first, and all is well only if it is.

    `shut_out`: which robots cannot come in, and why.
    """
    mute = [id for id, told in speakers.items() if told["speaks"] is None]
    plain = [id for id, told in speakers.items() if told["clones"] and not told["own_voice"]]
    cloned = [id for id, told in speakers.items() if told["clones"] and told["own_voice"]]
    other = [id for id, told in speakers.items() if not told["clones"] and not told["own_voice"]]

    def of(ids: Sequence[str]) -> str:
        return _listed([personas[id].name for id in ids])

    def why(id: str) -> str:
        reason = speakers[id]["reason"]
        return reason["text"] if reason else "no voice is ready"

    if mute:
        return f"{of(mute)} cannot speak: {why(mute[0])}"
    if shut_out:
        return shut_out[:1].upper() + shut_out[1:]
    if plain:
        verb = "sounds" if len(plain) == 1 else "sound"
        return f"{of(plain)} {verb} plain: {why(plain[0])}"
    if other:
        verb = "speaks" if len(other) == 1 else "speak"
        return f"{of(other)} {verb} with another voice: {why(other[0])}"
    if cloned:
        return f"All is well: {of(cloned)} {_with_own(cloned)}"
    return f"All is well: {of(list(speakers))} can speak; none of them has a cloned voice"


def _with_own(ids: Sequence[str]) -> str:
    return "has its cloned voice" if len(ids) == 1 else "have their cloned voices"


def _listed(names: Sequence[str]) -> str:
    if len(names) > MOST_NAMED:
        return f"{', '.join(names[: MOST_NAMED - 1])} and {len(names) - MOST_NAMED + 1} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
