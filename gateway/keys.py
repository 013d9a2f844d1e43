"""What the application holds, each under one typed key."""

from collections.abc import Mapping

from aiohttp import web

from gateway.admission import Admission
from gateway.advertise import Advertiser
from gateway.persona_files import PersonaLibrary
from gateway.settings import Settings
from speech.guarded import GuardedEngine


class Sockets(set[web.WebSocketResponse]):
    """Every open WebSocket, so that a stop can close them."""


SETTINGS = web.AppKey("settings", Settings)
GATEWAY_ID = web.AppKey("gateway_id", str)
PERSONAS = web.AppKey("personas", PersonaLibrary)
DEFAULT_PERSONA = web.AppKey("default_persona", str)
ENGINES = web.AppKey("engines", Mapping[str, GuardedEngine])
ADMISSION = web.AppKey("admission", Admission)
ADVERTISER = web.AppKey("advertiser", Advertiser)
SOCKETS = web.AppKey("sockets", Sockets)
