"""The URL table, and who may ask for what."""

from collections.abc import Mapping, Sequence

from aiohttp import web
from aiohttp.web_routedef import RouteDef

from gateway.api import (
    breakers,
    health,
    metrics,
    pairing_routes,
    personas,
    phrases,
    status_report,
    synthesize,
    websocket,
)
from gateway.api.openai import openai_lists
from gateway.api.openai import openai_speech as openai
from gateway.security.callers import ADMITTED, EVERYBODY, KNOWN, OWNER, Kind
from robotvoice.wire.pairing import PATH
from robotvoice.wire.wire import WEBSOCKET_PATH

ROUTES: Sequence[tuple[RouteDef, frozenset[Kind]]] = (
    (web.get("/", health.root), KNOWN),
    (web.get("/health", health.health), ADMITTED),
    (web.get("/healthz", health.healthz), EVERYBODY),
    (web.get("/readyz", health.readyz), KNOWN),
    (web.get("/metrics", metrics.metrics), KNOWN),
    (web.get("/synthesize", synthesize.synthesize), ADMITTED),
    (web.post("/synthesize", synthesize.synthesize), ADMITTED),
    (web.post("/v1/audio/speech", openai.speech), KNOWN),
    (web.get("/v1/audio/models", openai_lists.list_models), KNOWN),
    (web.get("/v1/audio/voices", openai_lists.list_voices), KNOWN),
    (web.get("/v1/models", openai_lists.list_models), KNOWN),
    (web.get("/v1/models/{id:.+}", openai_lists.model), KNOWN),
    (web.get("/v1/personas", personas.personas), KNOWN),
    (web.get("/v1/personas/{id}", personas.persona), KNOWN),
    (web.get("/v1/phrases/{id}", phrases.manifest), KNOWN),
    (web.get("/v1/phrases/{id}/{revision}/{sha256}", phrases.recording), KNOWN),
    (web.get("/v1/status", status_report.status), KNOWN),
    (web.get(PATH, pairing_routes.offer, allow_head=False), EVERYBODY),
    (web.post(PATH, pairing_routes.pair), EVERYBODY),
    (web.get("/v1/owner/pairing", pairing_routes.look, allow_head=False), OWNER),
    (web.post("/v1/owner/pairing", pairing_routes.begin), OWNER),
    (web.delete("/v1/owner/pairing", pairing_routes.end), OWNER),
    (web.get("/v1/owner/robots", pairing_routes.robots), OWNER),
    (web.delete("/v1/owner/robots/{name}", pairing_routes.forget), OWNER),
    (web.post("/v1/breakers/{engine}", breakers.force), OWNER),
    (web.get(WEBSOCKET_PATH, websocket.websocket, allow_head=False), KNOWN),
)
"""Each route with who may ask for it; whoever may not gets 401, or 403 if it is known who asks"""


def add_routes(app: web.Application) -> Mapping[tuple[str, str], frozenset[Kind]]:
    """Who may, by method and path of each route that the application has by it."""
    rights: dict[tuple[str, str], frozenset[Kind]] = {}
    for definition, may in ROUTES:
        for route in definition.register(app.router):
            rights[route.method, route.resource.canonical if route.resource else ""] = may
    return rights
