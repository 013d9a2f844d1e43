"""The wiring: which parts there are and in what order they start and end."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

from aiohttp import WSCloseCode, web

from gateway.api.gauges import Now
from gateway.api.openai import openai, openai_request
from gateway.clips.caller_clips import CallerClips
from gateway.engines.cache.cache_engine import MEGABYTE, CacheEngine
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.engines.upstream.configured import GuardedEngines
from gateway.http.openai_errors import base_url_as_json
from gateway.mdns.advertise import Advertiser, NullAdvertiser
from gateway.models.models import revisions
from gateway.observe.counters import Metrics
from gateway.observe.request_log import Account, Observer
from gateway.observe.status_hour import LastHour
from gateway.observe.tally import Tally
from gateway.observe.too_slow import BestStart, TooSlow
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_report import PersonaReport
from gateway.personas.persona_shelf import PersonaShelf
from gateway.personas.persona_sources import PersonaSources
from gateway.personas.persona_watch import PersonasChanged, PersonaWatch
from gateway.phrases.pack_store import PhraseStore
from gateway.phrases.phrase_rendering import PhraseRendering
from gateway.requests.admission import Admission
from gateway.requests.app_keys import (
    ADMISSION,
    ADVERTISER,
    CALLER_CLIPS,
    CHANGES,
    DEFAULT_PERSONA,
    ENGINES,
    GATEWAY_ID,
    LARGE_BODIES,
    LAST_ANSWERS,
    LAST_HOUR,
    LISTENERS,
    LONG_FILES,
    METRICS,
    OBSERVER,
    PERSONA_REPORT,
    PERSONAS,
    PHRASE_RENDERING,
    PHRASES,
    RUN,
    SETTINGS,
    SOCKETS,
    TALLY,
    TOO_SLOW,
    Listeners,
    Sockets,
)
from gateway.routes import ROUTES
from gateway.settings.settings import Settings
from robotvoice.chain.blame import Blame
from robotvoice.chain.breaker import BreakerChange, CircuitBreaker
from robotvoice.chain.breaker_settings import DEFAULTS, BreakerSettings
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.chain.recovery import recover
from robotvoice.chain.voice_recovery import recover_voices
from robotvoice.engines.base import Engine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.wrapped import inside
from robotvoice.errors import InvalidSettings, UnknownVoice
from robotvoice.ground.settings_changes import SettingsChanges
from robotvoice.http.error_answers import errors_as_json
from robotvoice.http.request_id import carry_request_id
from robotvoice.persona import LOCAL_ENGINES, VoiceSpec
from robotvoice.wire import wire
from robotvoice.wire.last_answers import LastAnswers

log = logging.getLogger(__name__)

OF_MODELS = BreakerSettings(lease=60.0)
"""A canary may take as long as a slow machine needs; a worker that hangs is found out by its own deadlines"""
START_AGAIN, START_AGAIN_AT_MOST = 5.0, 60.0
"""Seconds after which a local engine that did not start is started again; each time twice as many"""


def make_app(
    settings: Settings,
    personas: PersonaLibrary,
    *,
    identity: str,
    run: str = "",
    engines: Mapping[str, Engine] | None = None,
    advertiser: Advertiser | None = None,
    caller_clips: CallerClips | None = None,
    watched: PersonaSources | None = None,
    changes: SettingsChanges | None = None,
    personas_changed: PersonasChanged | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> web.Application:
    """The gateway as an application. Raises InvalidSettings if the default persona is not there.

    `watched` is where personas come from, if changes there are to be taken into use; `personas_changed` is
    told of them.
    """
    app = web.Application(middlewares=[errors_as_json(), base_url_as_json])
    app[SETTINGS] = settings
    app[CHANGES] = changes or SettingsChanges(settings, (), lambda: settings, lambda: None)
    app[GATEWAY_ID], app[RUN] = identity, run or secrets.token_hex(8)
    app[PERSONAS] = PersonaShelf(personas)
    app[DEFAULT_PERSONA] = default_persona(settings, personas)
    app[METRICS] = metrics = Metrics()
    app[LAST_HOUR] = hour = LastHour(clock)
    app[TALLY] = tally = Tally(clock)
    given = engines or {"espeak": EspeakEngine.installed(settings.espeak)}
    app[TOO_SLOW] = too_slow = TooSlow(_best_start(given))

    def look(account: Account) -> None:
        """Whether a persona's clone can be in time at all."""
        too_slow.look(app[PERSONAS].personas.values())

    app[OBSERVER] = Observer((metrics.count, hour.add, tally.add, look), clock)
    breaker = partial(CircuitBreaker, clock=clock, listener=partial(_tell, metrics))
    app[ENGINES] = GuardedEngines(
        (
            name,
            GuardedEngine(
                engine,
                # What only plays from disk has nothing to be given a rest.
                None if name == CacheEngine.name else breaker(name, OF_MODELS if name == "mlx" else DEFAULTS),
                blame=Blame(clock),
            ),
        )
        for name, engine in given.items()
    )
    app[ADMISSION] = Admission(settings.max_requests)
    app[ADVERTISER] = advertiser or NullAdvertiser()
    app[CALLER_CLIPS] = caller_clips or CallerClips()
    app[LARGE_BODIES] = asyncio.Semaphore(openai_request.LARGE_BODIES)
    app[LONG_FILES] = asyncio.Semaphore(openai.AT_A_TIME)
    app[LAST_ANSWERS] = LastAnswers(clock)
    app[SOCKETS] = Sockets()
    app[LISTENERS] = Listeners()
    app[PHRASES] = PhraseStore(
        settings.state_dir / "phrases", settings.phrases_disk_mb * MEGABYTE, revisions(settings.state_dir)
    )
    app[PHRASE_RENDERING] = PhraseRendering(
        app[PERSONAS], app[ENGINES], app[PHRASES], changed=app[LISTENERS].wake
    )
    shelf = app[PERSONAS]
    app[PERSONA_REPORT] = PersonaReport(lambda: shelf.personas.values(), app[ENGINES])
    metrics.registry.register(Now(app))
    app.on_response_prepare.append(carry_request_id)
    app.on_response_prepare.append(_carry_gateway_id)
    app.add_routes(ROUTES)
    app.cleanup_ctx.append(_report)
    app.cleanup_ctx.append(_engines)
    app.cleanup_ctx.append(_recovery)
    if settings.phrases_disk_mb:
        app.cleanup_ctx.append(_phrases)
    if watched:
        watch = PersonaWatch(
            app[PERSONAS],
            watched,
            default=app[DEFAULT_PERSONA],
            changed=partial(_personas_changed, app, personas_changed),
        )
        app.cleanup_ctx.append(partial(_watching, watch))
    app.on_shutdown.append(_close_sockets)
    return app


def _best_start(engines: Mapping[str, Engine]) -> BestStart:
    """As the engine of cloned voices has measured it."""
    mlx = inside(engines["mlx"], MlxEngine) if "mlx" in engines else None
    return mlx.best_start if mlx else lambda voice: None


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


async def _report(app: web.Application) -> AsyncIterator[None]:
    reporting = asyncio.create_task(app[PERSONA_REPORT].run(), name="report on personas")
    yield
    reporting.cancel()
    await asyncio.wait({reporting})


async def _start_until_ready(engine: Engine) -> None:
    """A machine that is busy while it boots is enough for a first start to fail."""
    rest = START_AGAIN
    while not engine.readiness(VoiceSpec(engine.name)):
        await asyncio.sleep(rest)
        rest = min(2 * rest, START_AGAIN_AT_MOST)
        await _start(engine)


async def _start(engine: Engine) -> None:
    try:
        await engine.start()
    except Exception:
        log.exception("engine did not start", extra={"engine": engine.name})


async def _recovery(app: web.Application) -> AsyncIterator[None]:
    guarded = [each for each in app[ENGINES].values() if each.breaker]
    breakers = [(each.engine, each.breaker) for each in guarded if each.breaker]
    recovering = {
        asyncio.create_task(recover(breakers), name="recovery"),
        asyncio.create_task(recover_voices(guarded), name="recovery of voices"),
    }
    yield
    for task in recovering:
        task.cancel()
    await asyncio.wait(recovering)


async def _phrases(app: web.Application) -> AsyncIterator[None]:
    recording = asyncio.create_task(app[PHRASE_RENDERING].run(), name="record phrases")
    yield
    recording.cancel()
    await asyncio.wait({recording})


async def _watching(watch: PersonaWatch, app: web.Application) -> AsyncIterator[None]:
    watching = asyncio.create_task(watch.run(), name="watch the personas")
    yield
    watching.cancel()
    await asyncio.wait({watching})


async def _personas_changed(
    app: web.Application, others: PersonasChanged | None, library: PersonaLibrary
) -> None:
    if others:
        await others(library)
    app[LISTENERS].wake()
    app[PHRASE_RENDERING].look_again()
    app[PERSONA_REPORT].look_again()


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
