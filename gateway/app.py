"""The wiring: which parts there are and in what order they start and end."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from functools import partial
from typing import Any

from aiohttp import WSCloseCode, web

from gateway.api.metrics import Now
from gateway.api.openai import openai_request
from gateway.api.openai import openai_speech as openai
from gateway.engines.cache.cache_engine import MEGABYTE
from gateway.engines.engine_parts import Parts
from gateway.engines.erasure import Erasure
from gateway.engines.guarded_engines import GuardedEngines
from gateway.http.openai_errors import refused_in_openai_words
from gateway.mdns.mdns_advertiser import Advertiser
from gateway.models.models import revisions
from gateway.observe.counters import Metrics
from gateway.observe.last_hour import LastHour
from gateway.observe.request_log import RequestLog, TextOutcome
from gateway.observe.slow_machine import TooSlow
from gateway.observe.speech_totals import SpeechTotals
from gateway.personas.active_personas import ActivePersonas
from gateway.personas.open_personas import OpenPersonas
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_report import PersonaReport
from gateway.personas.persona_sources import PersonaSources
from gateway.personas.persona_watch import PersonaWatch
from gateway.phrases.pack_store import PackStore
from gateway.phrases.phrase_rendering import PhraseRendering
from gateway.requests.app_keys import (
    ADVERTISER,
    CALLER_CLIPS,
    CHANGES,
    DEFAULT_PERSONA,
    DOORS,
    ENGINES,
    ERASURE,
    GATEWAY_ID,
    HOUSE,
    LARGE_BODIES,
    LAST_ANSWERS,
    LAST_HOUR,
    LISTENERS,
    LONG_FILES,
    METRICS,
    OPEN_PERSONAS,
    PAIRING,
    PERSONA_REPORT,
    PERSONAS,
    PHRASE_RENDERING,
    PHRASES,
    REQUEST_LOG,
    ROBOTS,
    ROBOTS_DOOR,
    RUN,
    SETTINGS,
    SOCKETS,
    SPEECH_TOTALS,
    TOO_SLOW,
    Listeners,
    Sockets,
)
from gateway.requests.house import House
from gateway.routes import add_routes
from gateway.security.callers import Doors, IsHere, same_machine
from gateway.security.credentials import KEYS_FILE, ROBOTS_FILE, Credentials
from gateway.security.pairing_codes import PairingCodes
from gateway.security.tls_door import RobotsDoor
from gateway.settings.settings import Settings
from robotvoice.chain.breaker import BreakerChange
from robotvoice.chain.recovery import recover
from robotvoice.chain.voice_recovery import recover_voices
from robotvoice.engines.base import Engine
from robotvoice.errors import InvalidSettings, UnknownVoice
from robotvoice.ground.backoff import Backoff
from robotvoice.http.error_answers import errors_as_json
from robotvoice.http.page_guard import PageGuard, private_or
from robotvoice.http.request_id import carry_request_id
from robotvoice.persona import LOCAL_ENGINES, VoiceSpec
from robotvoice.service.settings_changes import SettingsChanges
from robotvoice.wire import wire
from robotvoice.wire.last_answers import LastAnswers

log = logging.getLogger(__name__)

Meanwhile = Callable[[web.Application], AsyncIterator[None]]
OTHER_HOST = "ask by the gateway's address, or set hosts in its settings"
START_AGAIN, START_AGAIN_AT_MOST = 5.0, 60.0
"""Seconds after which a local engine that did not start is started again; each time twice as many"""


def make_app(
    settings: Settings,
    personas: PersonaLibrary,
    parts: Parts,
    *,
    identity: str,
    run: str = "",
    door: RobotsDoor | None = None,
    advertiser: Advertiser | None = None,
    watched: PersonaSources | None = None,
    changes: SettingsChanges | None = None,
    is_here: IsHere = same_machine,
    clock: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The gateway as an application. Raises InvalidSettings if the default persona is not there.

    `watched` is where personas come from, if changes there are to be taken into use; `is_here` says which
    peers are on this machine.
    """
    app = web.Application(middlewares=[errors_as_json(), refused_in_openai_words])
    PageGuard(private_or(settings.hosts), lambda _: OTHER_HOST, origins=settings.origins).protect(app)
    app[SETTINGS] = settings
    app[CHANGES] = changes or SettingsChanges(settings, (), lambda: settings, lambda: None)
    app[GATEWAY_ID], app[RUN] = identity, run or secrets.token_hex(8)
    app[ROBOTS_DOOR] = door or RobotsDoor()
    app[PERSONAS] = ActivePersonas(personas)
    app[OPEN_PERSONAS] = OpenPersonas(settings.open_personas)
    app[DEFAULT_PERSONA] = default_persona(settings, personas)
    app[ADVERTISER] = advertiser or Advertiser()
    _count(app, parts, clock)
    _have_engines(app, parts, clock)
    _answer(app, clock)
    rights = add_routes(app)
    keys, robots = (Credentials(settings.state_dir / name) for name in (KEYS_FILE, ROBOTS_FILE))
    app[DOORS] = Doors(rights, keys, robots, open_lan=settings.open_lan, is_here=is_here)
    app[DOORS].protect(app)
    _pair(app, robots)
    _record_phrases(app)
    _erase(app)
    if watched:
        _watch(app, watched)
    return app


def _count(app: web.Application, parts: Parts, clock: Callable[[], float]) -> None:
    """What becomes of each text, for the log, metrics and status."""
    app[METRICS] = metrics = Metrics()
    app[LAST_HOUR] = hour = LastHour(clock)
    app[SPEECH_TOTALS] = tally = SpeechTotals(clock)
    app[TOO_SLOW] = too_slow = TooSlow(parts.mlx.best_start if parts.mlx else lambda voice: None)

    def look(account: TextOutcome) -> None:
        """Whether a persona's clone can be in time at all."""
        too_slow.look(app[PERSONAS].library.personas.values())

    app[REQUEST_LOG] = RequestLog((metrics.count, hour.add, tally.add, look), clock)
    metrics.registry.register(Now(app))


def _have_engines(app: web.Application, parts: Parts, clock: Callable[[], float]) -> None:
    """Started, looked after and ended with the application."""
    app[ENGINES] = engines = GuardedEngines(parts, clock, partial(_tell, app[METRICS]))
    app[CALLER_CLIPS] = parts.caller_clips
    shelf = app[PERSONAS]
    app[PERSONA_REPORT] = PersonaReport(lambda: shelf.library.personas.values(), engines)
    guarded = [each for each in engines.values() if each.breaker]
    breakers = [(each.engine, each.breaker) for each in guarded if each.breaker]
    app.cleanup_ctx.append(_meanwhile("report on personas", app[PERSONA_REPORT].run))
    app.cleanup_ctx.append(_engines)
    app.cleanup_ctx.append(_meanwhile("recovery", partial(recover, breakers)))
    app.cleanup_ctx.append(_meanwhile("recovery of voices", partial(recover_voices, guarded)))


def _answer(app: web.Application, clock: Callable[[], float]) -> None:
    """The doors, and how much may be inside at a time."""
    app[HOUSE] = House(app[SETTINGS].max_requests)
    app[LARGE_BODIES] = asyncio.Semaphore(openai_request.LARGE_BODIES)
    app[LONG_FILES] = asyncio.Semaphore(openai.AT_A_TIME)
    app[LAST_ANSWERS] = LastAnswers(clock)
    app[SOCKETS] = Sockets()
    app[LISTENERS] = Listeners()
    app.on_response_prepare.append(carry_request_id)
    app.on_response_prepare.append(_carry_gateway_id)
    app.on_shutdown.append(_close_sockets)


def _pair(app: web.Application, robots: Credentials) -> None:
    app[ROBOTS] = robots
    name, announce = app[SETTINGS].announced_name, app[ADVERTISER].pairing_is
    app[PAIRING] = codes = PairingCodes(app[ROBOTS_DOOR], robots, name=name, announce=announce)

    async def close(app: web.Application) -> None:
        await codes.close()

    app.on_shutdown.append(close)


def _record_phrases(app: web.Application) -> None:
    settings = app[SETTINGS]
    limit, pinned = settings.phrases_disk_mb * MEGABYTE, revisions(settings.state_dir)
    today = app[ENGINES].parts.today
    app[PHRASES] = store = PackStore(settings.state_dir / "phrases", limit, pinned, today)
    changed = app[LISTENERS].wake
    app[PHRASE_RENDERING] = PhraseRendering(app[PERSONAS], app[ENGINES], store, changed=changed)
    if limit:
        app.cleanup_ctx.append(_meanwhile("record phrases", app[PHRASE_RENDERING].run))


def _erase(app: web.Application) -> None:
    """What was made of a voice goes when nobody may speak with it any more."""

    def changed() -> None:
        app[PHRASE_RENDERING].look_again()
        app[LISTENERS].wake()

    app[ERASURE] = Erasure(app[PERSONAS], app[ENGINES].parts, app[LAST_ANSWERS], changed=changed)
    app.cleanup_ctx.append(_meanwhile("erase what may not be kept", app[ERASURE].run))


def _watch(app: web.Application, sources: PersonaSources) -> None:
    """Changes in the personas' folders are taken into use, and told to everybody they concern."""

    async def changed(library: PersonaLibrary) -> None:
        app[ADVERTISER].personas_are(tuple(library.personas))
        await app[ENGINES].parts.personas_changed(library)
        app[LISTENERS].wake()
        app[PHRASE_RENDERING].look_again()
        app[PERSONA_REPORT].look_again()
        app[ERASURE].look_again()

    watch = PersonaWatch(app[PERSONAS], sources, default=app[DEFAULT_PERSONA], changed=changed)
    app.cleanup_ctx.append(_meanwhile("watch the personas", watch.run))


def default_persona(settings: Settings, personas: PersonaLibrary) -> str:
    """The id of who speaks when nobody is named. Raises InvalidSettings for one that there never was."""
    instead = "spark" if "spark" in personas.personas else next(iter(personas.personas))
    wanted = settings.default_persona
    if not wanted:
        return instead
    try:
        return personas.find(wanted).id
    except UnknownVoice as error:
        if not settings.persona_sources.may_be_mended(wanted):
            raise InvalidSettings(f"default_persona: {error.message}") from error
    # A mistake in its file, or a disk that is not there yet, must not keep a gateway from starting.
    log.warning(
        "default_persona %s cannot be used now, so %s speaks when nobody is named; mend it and start again",
        wanted,
        instead,
    )
    return instead


def _meanwhile(name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> Meanwhile:
    """A task for as long as the application runs."""

    async def running(app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(work(), name=name)
        yield
        task.cancel()
        await asyncio.wait({task})

    return running


async def _engines(app: web.Application) -> AsyncIterator[None]:
    """Engines start in the background: until then they are "not ready" and the gateway already answers."""
    starting = asyncio.create_task(_start_engines(app), name="start engines")
    yield
    starting.cancel()
    await asyncio.wait({starting})
    await asyncio.gather(*(guarded.engine.close() for guarded in app[ENGINES].values()))


async def _start_engines(app: web.Application) -> None:
    await asyncio.gather(*(_start(guarded.engine) for guarded in app[ENGINES].values()))
    app[PERSONA_REPORT].look_again()
    local = [guarded.engine for name, guarded in app[ENGINES].items() if name in LOCAL_ENGINES]
    await asyncio.gather(*map(_start_until_ready, local))


async def _start_until_ready(engine: Engine) -> None:
    """A machine that is busy while it boots is enough for a first start to fail."""
    backoff = Backoff(START_AGAIN, START_AGAIN_AT_MOST)
    while not engine.readiness(VoiceSpec(engine.name)):
        await asyncio.sleep(backoff.next())
        await _start(engine)


async def _start(engine: Engine) -> None:
    try:
        await engine.start()
    except Exception:
        log.exception("engine did not start", extra={"engine": engine.name})


async def _carry_gateway_id(request: web.BaseRequest, answer: web.StreamResponse) -> None:
    assert isinstance(request, web.Request)
    answer.headers[wire.HEADER_GATEWAY] = request.app[GATEWAY_ID]


async def _close_sockets(app: web.Application) -> None:
    sockets = app[SOCKETS]
    closing = [socket.close(code=WSCloseCode.GOING_AWAY, message=b"the gateway stops") for socket in sockets]
    await asyncio.gather(*closing, return_exceptions=True)


def _tell(metrics: Metrics, change: BreakerChange) -> None:
    metrics.breaker_changed(change)
    log.warning(
        "breaker of %s: %s, was %s",
        change.name,
        change.new.value,
        change.old.value,
        extra={"reason": change.reason.code if change.reason else "none"},
    )
