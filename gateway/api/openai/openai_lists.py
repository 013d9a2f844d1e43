"""What OpenAI's clients ask before they speak: which models and which voices there are."""

from http import HTTPStatus
from typing import Any

from aiohttp import web

from gateway.api.openai.openai_voice import models
from gateway.http.openai_errors import OpenAIRefusal, openai_answers
from gateway.requests.app_keys import DEFAULT_PERSONA, PERSONAS

ANY_MODEL = "robotvoice"
"""The model of who does not care"""
OPENAI_MODELS = ("tts-1", "tts-1-hd", "gpt-4o-mini-tts")
"""In every program's settings: they may be asked for, and stand for any"""


@openai_answers
async def list_models(request: web.Request) -> web.StreamResponse:
    """The models the personas speak with, and one name for all of them.

    Under `data` as OpenAI lists models, and under `models` for who asks at `/v1/audio/models`.
    """
    listed = [_model(name) for name in (ANY_MODEL, *models(request.app))]
    return web.json_response({"object": "list", "data": listed, "models": listed})


@openai_answers
async def model(request: web.Request) -> web.StreamResponse:
    """One of them. 404 with all of them."""
    name = request.match_info["id"]
    known = (ANY_MODEL, *models(request.app))
    if name not in known and not name.startswith(OPENAI_MODELS):
        said = f"there is no model of this name; there are {', '.join(known)}"
        raise OpenAIRefusal(HTTPStatus.NOT_FOUND, "model_not_found", said, "model")
    return web.json_response(_model(name))


@openai_answers
async def list_voices(request: web.Request) -> web.StreamResponse:
    """The personas, by what may be said as `voice`."""
    personas = request.app[PERSONAS].library.personas.values()
    listed = [
        {"id": each.id, "name": each.name, "aliases": each.aliases, "language": each.language}
        for each in personas
    ]
    return web.json_response({"voices": listed, "default": request.app[DEFAULT_PERSONA]})


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "robotvoice"}
