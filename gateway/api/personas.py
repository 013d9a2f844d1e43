"""`GET /v1/personas[/ID]`: who can speak here, and what a robot must know to speak for them by itself.

Nothing about a reference clip leaves the gateway.
"""

from typing import Any

from aiohttp import web

from gateway.requests.app_keys import DEFAULT_PERSONA, PERSONAS
from robotvoice.json_records import write_record
from robotvoice.persona import Persona, VoiceSpec, speaks_here


async def personas(request: web.Request) -> web.Response:
    library = request.app[PERSONAS].library
    return web.json_response(
        {
            "default": request.app[DEFAULT_PERSONA],
            "personas": [described(persona) for persona in library.personas.values()],
            "unusable": sorted(library.unusable),
        }
    )


async def persona(request: web.Request) -> web.Response:
    """By id, alias or name; 404 with near names."""
    return web.json_response(described(request.app[PERSONAS].library.find(request.match_info["id"])))


def described(persona: Persona) -> dict[str, Any]:
    """A persona as the wire has it."""
    return {
        "id": persona.id,
        "name": persona.name,
        "aliases": persona.aliases,
        "language": persona.language,
        "engine": persona.voice.engine,
        "clones": persona.voice.clones,
        "revision": persona.revision,
        "when_unavailable": persona.when_unavailable,
        "first_audio_budget": persona.first_audio_budget,
        "whole_answer_budget": persona.whole_answer_budget,
        "acting": persona.acting,
        "numbers": persona.numbers,
        "voices": [_told(voice) for voice in persona.voices],
        "local_voices": [write_record(voice) for voice in persona.local_voices],
        "phrases": persona.phrases,
        "consent_until": persona.consent_until,
    }


def _told(voice: VoiceSpec) -> dict[str, Any]:
    """What a robot must know to tell what this voice would be given; how it sounds only if it has it, too."""
    if speaks_here(voice.engine):
        return write_record(voice)
    return {"engine": voice.engine, "lexicon": voice.lexicon}
