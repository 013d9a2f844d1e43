"""What the application holds, each under one typed key."""

import asyncio
from collections.abc import Mapping

from aiohttp import web

from gateway.admission import Admission
from gateway.advertise import Advertiser
from gateway.caller_clips import CallerClips
from gateway.metrics import Metrics
from gateway.observed import Observer
from gateway.persona_report import PersonaReport
from gateway.persona_shelf import PersonaShelf
from gateway.phrase_rendering import PhraseRendering
from gateway.phrase_store import PhraseStore
from gateway.settings import Settings
from gateway.status_hour import LastHour
from gateway.tally import Tally
from gateway.too_slow import TooSlow
from speech.guarded import GuardedEngine
from speech.last_answers import LastAnswers
from speech.settings_changes import SettingsChanges


class Sockets(set[web.WebSocketResponse]):
    """Every open WebSocket, so that a stop can close them."""


class Listeners(set[asyncio.Event]):
    """Of every conversation that wants to be told when the personas or their phrases change."""

    def wake(self) -> None:
        for changed in self:
            changed.set()


SETTINGS = web.AppKey("settings", Settings)
CHANGES = web.AppKey("changes", SettingsChanges)
TOO_SLOW = web.AppKey("too_slow", TooSlow)
GATEWAY_ID = web.AppKey("gateway_id", str)
RUN = web.AppKey("run", str)
"""Names this run of the gateway: two that answer with one id and different runs are two"""
PERSONAS = web.AppKey("personas", PersonaShelf)
DEFAULT_PERSONA = web.AppKey("default_persona", str)
PHRASES = web.AppKey("phrases", PhraseStore)
PERSONA_REPORT = web.AppKey("persona_report", PersonaReport)
PHRASE_RENDERING = web.AppKey("phrase_rendering", PhraseRendering)
ENGINES = web.AppKey("engines", Mapping[str, GuardedEngine])
ADMISSION = web.AppKey("admission", Admission)
ADVERTISER = web.AppKey("advertiser", Advertiser)
SOCKETS = web.AppKey("sockets", Sockets)
LISTENERS = web.AppKey("listeners", Listeners)
CALLER_CLIPS = web.AppKey("caller_clips", CallerClips)
LARGE_BODIES = web.AppKey("large_bodies", asyncio.Semaphore)
LAST_ANSWERS = web.AppKey("last_answers", LastAnswers)
LONG_FILES = web.AppKey("long_files", asyncio.Semaphore)
METRICS = web.AppKey("metrics", Metrics)
OBSERVER = web.AppKey("observer", Observer)
LAST_HOUR = web.AppKey("last_hour", LastHour)
TALLY = web.AppKey("tally", Tally)
