"""The URL table."""

from aiohttp import web

from gateway.api import breakers, health, metrics, personas, phrases, status_report, synthesize, websocket
from gateway.api.openai import openai_lists
from gateway.api.openai import openai_speech as openai
from robotvoice.wire.wire import WEBSOCKET_PATH

ROUTES = (
    web.get("/", health.root),
    web.get("/health", health.health),
    web.get("/healthz", health.healthz),
    web.get("/readyz", health.readyz),
    web.get("/metrics", metrics.metrics),
    web.get("/synthesize", synthesize.synthesize),
    web.post("/synthesize", synthesize.synthesize),
    web.post("/v1/audio/speech", openai.speech),
    web.get("/v1/audio/models", openai_lists.list_models),
    web.get("/v1/audio/voices", openai_lists.list_voices),
    web.get("/v1/models", openai_lists.list_models),
    web.get("/v1/models/{id:.+}", openai_lists.model),
    web.get("/v1/personas", personas.personas),
    web.get("/v1/personas/{id}", personas.persona),
    web.get("/v1/phrases/{id}", phrases.manifest),
    web.get("/v1/phrases/{id}/{revision}/{sha256}", phrases.recording),
    web.get("/v1/status", status_report.status),
    web.post("/v1/breakers/{engine}", breakers.force),
    web.get(WEBSOCKET_PATH, websocket.websocket, allow_head=False),
)
