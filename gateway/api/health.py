"""Whether the gateway lives, who can speak, and why not: answered from memory, whatever is being spoken."""

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from aiohttp import web

from gateway.engines.chains import chain_for
from gateway.models.models import display_name
from gateway.requests.app_keys import (
    ADVERTISER,
    ENGINES,
    GATEWAY_ID,
    HOUSE,
    PERSONAS,
    RUN,
)
from gateway.requests.caller_rights import heard_by
from gateway.requests.request_options import default_for
from gateway.security.callers import caller_of
from robotvoice import __version__
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.wire.wire import PROTOCOL_VERSION

PATH = re.compile(r"(?<![\w.:/~])(?:~[\w.-]*|\.{1,2})?/[^\s'\"()\[\],;:]+")
"""Of a file or folder, up to what ends it in a sentence; no address of the web, and no name on the Hub"""


async def root(request: web.Request) -> web.Response:
    return web.json_response(identity(request.app))


async def healthz(request: web.Request) -> web.Response:
    """Alive: 200 as long as the process answers. Everybody may ask, and mDNS tells the id as well."""
    return web.json_response({"alive": True, "id": request.app[GATEWAY_ID], "run": request.app[RUN]})


async def readyz(request: web.Request) -> web.Response:
    """For each persona; 503 if none can speak. `?persona=ID` asks for one."""
    app = request.app
    asked = request.query.get("persona")
    library = app[PERSONAS].library
    chosen = [library.find(asked)] if asked else library.personas.values()
    personas = {persona.id: _readiness(app, persona) for persona in chosen}
    ready = any(answer["ready"] for answer in personas.values())
    body = {"ready": ready, "id": app[GATEWAY_ID], "run": app[RUN], "personas": personas}
    return web.json_response(body, status=200 if ready else 503)


async def health(request: web.Request) -> web.Response:
    """Everything a person or a monitor wants to know at one look, as far as it is theirs to know."""
    app, caller = request.app, caller_of(request)
    heard = heard_by(app, caller).personas
    default = heard[default_for(app, caller)]
    own = app[ENGINES][default.voice.engine]
    personas = {persona.id: _readiness(app, persona) for persona in heard.values()}
    ready = any(answer["ready"] for answer in personas.values())
    everyone = all(answer["own_voice"] for answer in personas.values())
    told = {
        **identity(app),
        "status": "ok" if everyone else "degraded" if ready else "unavailable",
        "ready": ready,
        "model": without_folders(own.engine.description),
        "backend": own.engine.name,
        "model_loaded": bool(own.engine.readiness(default.voice)),
        "voices": [name for persona in heard.values() for name in (persona.id, *persona.aliases)],
        "default_voice": default.id,
        "personas": personas,
    }
    return web.json_response(told if caller.kind == "open" else {**told, **_inside(app)})


def _inside(app: web.Application) -> dict[str, Any]:
    """What goes on here, for whoever is known."""
    return {
        "engines": {name: engine_told(app, guarded) for name, guarded in app[ENGINES].items()},
        "problems": len(app[PERSONAS].library.problems),  # a number only: their text names files
        "speaking": app[HOUSE].inside,
        "mdns": app[ADVERTISER].state,
    }


def identity(app: web.Application) -> dict[str, Any]:
    return {
        "service": "robotvoice",
        "version": __version__,
        "protocol": PROTOCOL_VERSION,
        "id": app[GATEWAY_ID],
    }


def _readiness(app: web.Application, persona: Persona) -> dict[str, Any]:
    can_speak = chain_for(persona, app[ENGINES]).can_speak()
    own = chain_for(persona, app[ENGINES], own_only=True).readiness()
    return {
        "ready": bool(can_speak),
        "own_voice": bool(own),
        "reason": without_folders(own.reason.text) if own.reason else None,
    }


def engine_told(app: web.Application, guarded: GuardedEngine) -> dict[str, Any]:
    """Ready if it is for one of the personas' voices; what it says of a plain voice where it has none."""
    engine, breaker = guarded.engine, guarded.breaker
    voices = [voice for voice in app[PERSONAS].library.voices if voice.engine == engine.name]
    asked = voices or [VoiceSpec(engine.name)]
    answers = [guarded.readiness(voice) for voice in asked]
    readiness = next(filter(None, answers), answers[0])
    told: dict[str, Any] = {
        "ready": bool(readiness),
        "reason": without_folders(readiness.reason.text) if readiness.reason else None,
        "description": without_folders(engine.description),
        "breaker": breaker.state.value if breaker else None,
        "retry_after": readiness.retry_after,
    }
    mlx = app[ENGINES].parts.mlx
    if mlx and engine.name == mlx.name:
        told["models"] = [_model(name, status) for name, status in mlx.status.items()]
    return told


def _model(name: str, status: Mapping[str, object]) -> dict[str, object]:
    """How it is, what its workers did and the memory they take, in bytes and seconds."""
    figures = {key: value for key, value in status.items() if isinstance(value, int | float) and key != "pid"}
    return {"model": display_name(name), "state": status["state"], **figures}


def without_folders(text: str) -> str:
    """Of each path only the last part: where files lie is nobody's business."""
    return PATH.sub(lambda found: PurePath(found[0]).name, text)
