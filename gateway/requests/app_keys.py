"""What the application holds, each under one typed key."""

import asyncio

from aiohttp import web

from gateway.clips.caller_clips import CallerClips
from gateway.engines.erasure import Erasure
from gateway.engines.guarded_engines import GuardedEngines
from gateway.mdns.mdns_advertiser import Advertiser
from gateway.observe.counters import Metrics
from gateway.observe.last_hour import LastHour
from gateway.observe.request_log import RequestLog
from gateway.observe.slow_machine import TooSlow
from gateway.observe.speech_totals import SpeechTotals
from gateway.personas.active_personas import ActivePersonas
from gateway.personas.open_personas import OpenPersonas
from gateway.personas.persona_report import PersonaReport
from gateway.phrases.pack_store import PackStore
from gateway.phrases.phrase_rendering import PhraseRendering
from gateway.requests.house import House
from gateway.security.callers import Doors
from gateway.security.credentials import Credentials
from gateway.security.pairing_codes import PairingCodes
from gateway.security.tls_door import RobotsDoor
from gateway.settings.settings import Settings
from robotvoice.service.settings_changes import SettingsChanges
from robotvoice.wire.last_answers import LastAnswers


class Sockets(set[web.WebSocketResponse]):
    """Every open WebSocket, so that a stop can close them."""


class Listeners(set[asyncio.Event]):
    """Of every conversation that wants to be told when the personas or their phrases change."""

    def wake(self) -> None:
        for changed in self:
            changed.set()


ADDRESS = web.AppKey("address", str)
"""HOST:PORT by which it is reached, once it listens"""
ROBOTS = web.AppKey("robots", Credentials)
"""Those that are paired"""
PAIRING = web.AppKey("pairing", PairingCodes)
ROBOTS_DOOR = web.AppKey("robots_door", RobotsDoor)
SETTINGS = web.AppKey("settings", Settings)
CHANGES = web.AppKey("changes", SettingsChanges)
TOO_SLOW = web.AppKey("too_slow", TooSlow)
GATEWAY_ID = web.AppKey("gateway_id", str)
RUN = web.AppKey("run", str)
"""Names this run of the gateway: two that answer with one id and different runs are two"""
PERSONAS = web.AppKey("personas", ActivePersonas)
OPEN_PERSONAS = web.AppKey("open_personas", OpenPersonas)
DEFAULT_PERSONA = web.AppKey("default_persona", str)
PHRASES = web.AppKey("phrases", PackStore)
PERSONA_REPORT = web.AppKey("persona_report", PersonaReport)
PHRASE_RENDERING = web.AppKey("phrase_rendering", PhraseRendering)
ENGINES = web.AppKey("engines", GuardedEngines)
DOORS = web.AppKey("doors", Doors)
ERASURE = web.AppKey("erasure", Erasure)
HOUSE = web.AppKey("house", House)
ADVERTISER = web.AppKey("advertiser", Advertiser)
SOCKETS = web.AppKey("sockets", Sockets)
LISTENERS = web.AppKey("listeners", Listeners)
CALLER_CLIPS = web.AppKey("caller_clips", CallerClips)
LARGE_BODIES = web.AppKey("large_bodies", asyncio.Semaphore)
LAST_ANSWERS = web.AppKey("last_answers", LastAnswers)
LONG_FILES = web.AppKey("long_files", asyncio.Semaphore)
METRICS = web.AppKey("metrics", Metrics)
REQUEST_LOG = web.AppKey("observer", RequestLog)
LAST_HOUR = web.AppKey("last_hour", LastHour)
SPEECH_TOTALS = web.AppKey("tally", SpeechTotals)
