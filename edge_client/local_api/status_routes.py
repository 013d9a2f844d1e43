"""What can be looked at: `GET /`, `/status`, `/events` and the gateway's own `/health`."""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import web

from edge_client.local_api.local_only import DAEMON
from robotvoice import __version__
from robotvoice.chain.breaker import State

SIGN_OF_LIFE = 15.0
"""Seconds between two signs to somebody who listens while nothing happens; who has left is noticed then"""
READ_WITHIN = 5.0
"""Seconds in which somebody who listens must take what is told"""


async def root(request: web.Request) -> web.Response:
    return web.json_response({"service": "robotvoice-daemon", "version": __version__})


async def status(request: web.Request) -> web.Response:
    daemon = request.app[DAEMON]
    await daemon.loudspeaker.place.look_at_mixer()
    return web.json_response({"summary": await daemon.summary(), **daemon.status()})


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: each is one JSON object, its `type` also the event's."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    async with request.app[DAEMON].announcements.listened_to() as listener:
        await response.prepare(request)
        await response.write(b": hello\n\n")
        while True:
            content = b": still here\n\n"
            with suppress(TimeoutError):
                async with asyncio.timeout(SIGN_OF_LIFE):
                    if (told := await listener.get()) is None:
                        return response
                    content = f"event: {told['type']}\ndata: {json.dumps(told)}\n\n".encode()
            try:
                async with asyncio.timeout(READ_WITHIN):
                    await response.write(content)
            except TimeoutError:
                return response


async def health(request: web.Request) -> web.Response:
    """As a gateway tells it, so that what was written for one needs no change."""
    daemon = request.app[DAEMON]
    gateway, personas = daemon.gateway, daemon.voices.known.personas
    away = gateway.breaker.state is not State.CLOSED or not gateway.standing.ready
    can_speak = {persona.id: bool(daemon.voices.chain(persona).can_speak()) for persona in personas}
    ready = any(can_speak.values())
    told: dict[str, Any] = {
        "service": "robotvoice-daemon",
        "version": __version__,
        "status": "unavailable" if not ready else "degraded" if away else "ok",
        "ready": ready,
        "model": daemon.own.description if away else gateway.link.description,
        "backend": "espeak" if away else "gateway",
        "model_loaded": ready,
        "voices": [name for persona in personas for name in (persona.id, *persona.aliases)],
        "default_voice": daemon.settings.persona,
        "engines": {
            "gateway": {"ready": not away, "breaker": gateway.breaker.state.value},
            "espeak": {"description": daemon.own.espeak.description},
        },
        "personas": {name: {"ready": can} for name, can in can_speak.items()},
    }
    return web.json_response(told)
