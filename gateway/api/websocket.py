"""`/ws/tts`: utterances over one WebSocket, spoken one after the other in the order they were asked for."""

import asyncio
import itertools
import json
import logging
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from gateway.api.client_connection import TOO_BIG, ClientConnection
from gateway.api.health import without_folders
from gateway.api.speaking import speak
from gateway.engines.chains import all_cached, chain_for
from gateway.engines.guarded_engines import GuardedEngines
from gateway.observe.request_log import TextRecord
from gateway.requests.app_keys import (
    DOORS,
    ENGINES,
    HOUSE,
    LISTENERS,
    PERSONAS,
    PHRASES,
    REQUEST_LOG,
    SOCKETS,
)
from gateway.requests.house import Peer, Place, check_spoken_for
from gateway.requests.request_language import check_legible, for_another_voice, speaking
from gateway.requests.request_options import (
    budget_of_message,
    options_of_message,
    peer_of,
    streamed,
    who_is_asked,
    whole,
)
from gateway.security.callers import Caller, caller_of
from robotvoice.chain.budget import Budget
from robotvoice.chain.fallback import FallbackChain
from robotvoice.engines.base import READY, Readiness
from robotvoice.errors import InvalidMessage, NothingCanSpeak, RobotVoiceError, TooManyRequests
from robotvoice.http.request_id import request_id
from robotvoice.languages import asked_language
from robotvoice.persona import Persona
from robotvoice.text.text_thread import sentences_aside
from robotvoice.utterance import Reason, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire

LOOK_EVERY = 0.5
"""Seconds between two looks whether an idle caller is still known"""
log = logging.getLogger(__name__)

WAITING_UTTERANCES = 8
"""For one socket; what comes on top is refused."""


@dataclass(eq=False, slots=True)
class SpeakJob:
    """One accepted utterance of a socket."""

    request: wire.Synthesize
    utterance: Utterance
    persona: Persona
    chain: FallbackChain
    budget: Budget
    seen: TextRecord
    task: asyncio.Task[None] | None = field(default=None)

    def chain_in(self, place: Place, engines: GuardedEngines) -> FallbackChain:
        """Who speaks it there. Raises TooManyRequests."""
        if place is Place.ANY_VOICE:
            return self.chain
        chain = chain_for(self.persona, engines, own_only=self.request.engines == "own", full_house=True)
        check_spoken_for(place, chain)
        return chain


async def websocket(request: web.Request) -> web.WebSocketResponse:
    """A conversation; it ends when the client leaves or the gateway stops."""
    socket = ClientConnection(request)
    socket.headers[wire.HEADER_AI] = "true"
    try:
        await socket.prepare(request)
    except ValueError:  # aiohttp does not expect a key that is not ASCII
        raise web.HTTPBadRequest from None
    request.app[SOCKETS].add(socket)
    conversation = WebSocketSession(
        socket, request.app, caller_of(request), peer_of(request), request_id(request)
    )
    try:
        await conversation.run(events=request.query.get(wire.WANTS_EVENTS) == "1")
    finally:
        request.app[SOCKETS].discard(socket)
    return socket


class WebSocketSession:
    """Reads requests and answers each at once; speaks them one at a time."""

    def __init__(
        self, socket: ClientConnection, app: web.Application, caller: Caller, peer: Peer, id: str
    ) -> None:
        """`id` is that of the handshake; an utterance's is `id/1`, where 1 is its own or its number."""
        self._socket = socket
        self._app = app
        self._caller = caller
        self._peer = peer
        self._id = id
        self._numbers = itertools.count(1)
        self._jobs: dict[SpeakJob, None] = {}
        self._wake = asyncio.Event()

    async def run(self, *, events: bool = False) -> None:
        """Until the client leaves. A client that left cancels what is being spoken."""
        tasks = {
            asyncio.create_task(self._read_all(), name="conversation: read"),
            asyncio.create_task(self._speak_in_turn(), name="conversation: speak"),
            asyncio.create_task(self._socket.watch(), name="conversation: does the client live"),
        }
        if self._caller.name:
            tasks.add(asyncio.create_task(self._while_known(), name="conversation: is it still known"))
        if events:
            tasks.add(asyncio.create_task(self._tell_of_changes(), name="conversation: events"))
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for job in self._jobs:
                job.seen.cancelled()
        for task in tasks:
            error = None if task.cancelled() else task.exception()
            if error and not isinstance(error, ConnectionError):
                log.error("conversation failed", exc_info=error)

    async def _while_known(self) -> None:
        """Until the caller's key or token was taken away and what is being spoken has ended."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            if (why := self._loss) and not self._jobs:
                await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=why.code.encode())
                return

    @property
    def _loss(self) -> Reason | None:
        return self._app[DOORS].loss(self._caller)

    async def _turn_away(self, id: str | None, why: Reason) -> None:
        away = wire.Error(None, why.code, why.text)
        await self._socket.send(away if id is None else wire.Unavailable(id, why.code, why.text))

    async def _read_all(self) -> None:
        if self._peer.is_home:
            self._socket.is_kept()
        async with aclosing(self._socket.messages()) as messages:
            async for message in messages:
                if message.type is not WSMsgType.ERROR:  # then the socket has told the client, and closed
                    await self._read(message)

    async def _read(self, message: WSMessage) -> None:
        request: wire.Request | None = None
        warnings = VoiceWarnings()
        try:
            if message.type is not WSMsgType.TEXT:
                raise InvalidMessage("send JSON in text frames; only the gateway sends binary frames")
            if len(message.data) > wire.MESSAGE_BYTES:
                await self._socket.send(TOO_BIG)
                return
            request = wire.decode_request(message.data, warnings)
            if isinstance(request, wire.Cancel):
                await self._cancel(request)
            elif why := self._loss:
                await self._turn_away(request.id, why)
            else:
                await self._observed(request, warnings)
        except RobotVoiceError as error:
            id = request.id if request else _id_in(message)
            if request is None:
                fields = {"request": self._id, "reason": error.code, "field": error.field or "none"}
                log.info("message refused", extra=fields)
            await self._socket.send(wire.Error(id, error.code, error.message))

    async def _observed(self, request: wire.Synthesize, warnings: VoiceWarnings) -> None:
        number = next(self._numbers)
        id = f"{self._id}/{number if request.id is None else request.id}"
        seen = self._app[REQUEST_LOG].begin("websocket", id, warnings)
        try:
            await self._accept(request, id, seen)
        except BaseException as error:
            seen.end(error)
            raise

    async def _accept(self, request: wire.Synthesize, id: str, seen: TextRecord) -> None:
        if len(self._jobs) > WAITING_UTTERANCES:
            raise TooManyRequests(f"{WAITING_UTTERANCES} texts wait already; wait for a `complete`")
        if request.id is not None and any(job.request.id == request.id for job in self._jobs):
            raise InvalidMessage("id is in use by an utterance that has not ended")
        persona = who_is_asked(self._app, self._caller, request.voice, seen.warnings)
        seen.is_for(persona.id, persona.voice.engine, clones=persona.voice.clones)
        own = request.engines == "own"
        language = asked_language(request.language)
        persona = speaking(persona, language, self._app[ENGINES], seen.warnings, own_only=own)
        asked = options_of_message(self._caller, self._peer, request, seen.warnings)
        reading = persona.reading
        spoken = await sentences_aside(request.text, prepared=request.prepared, reading=reading, asked=asked)
        said = budget_of_message(self._caller, request, seen.warnings)
        budget = streamed(persona, said) if request.stream else Budget(whole=whole(persona, said))
        chain = chain_for(persona, self._app[ENGINES], own_only=own)
        # What is kept needs no model, whether that is being loaded, gone or busy; but that it was said before
        # is told to those of the house alone.
        kept = self._caller.is_home and all_cached(persona, self._app[ENGINES], spoken)
        ready = READY if kept else chain.readiness() if own else chain.can_speak()
        if own and (unread := for_another_voice(chain, persona, self._app[ENGINES], spoken)):
            ready = Readiness(unread)
        elif ready:
            check_legible(chain, spoken)
        if ready.reason and request.id is None:
            raise NothingCanSpeak(f"{persona.id} cannot speak: {ready.reason.text}")
        if ready.reason:
            retry = None if ready.retry_after is None else round(ready.retry_after * 1000)
            why = without_folders(ready.reason.text)
            seen.refused(ready.reason.code)
            await self._socket.send(wire.Unavailable(request.id, ready.reason.code, why, retry))
            return
        predicted = 0.0 if kept else chain.start_estimate(spoken[0])
        if own and request.id is not None and predicted > budget.first_audio:
            why = f"the first sound would come in {predicted:.1f} s"
            chain.make_for_later(spoken[0])
            seen.refused("too_late")
            await self._socket.send(wire.Unavailable(request.id, "too_late", why))
            return
        if request.id is not None:
            await self._socket.send(wire.Accepted(request.id, round(predicted * 1000)))
        utterance = Utterance(id, persona.id, persona.language, spoken)
        self._jobs[SpeakJob(request, utterance, persona, chain, budget, seen)] = None
        self._socket.asks()
        self._wake.set()

    async def _tell_of_changes(self) -> None:
        changed, listeners = asyncio.Event(), self._app[LISTENERS]
        personas, packs = self._app[PERSONAS].library.personas, self._packs()
        listeners.add(changed)
        try:
            while True:
                await changed.wait()
                changed.clear()
                told_personas, personas = personas, self._app[PERSONAS].library.personas
                if personas != told_personas:
                    revisions = {each.id: each.revision for each in personas.values()}
                    await self._socket.send(wire.Personas(revisions))
                told_packs, packs = packs, self._packs()
                if packs != told_packs:
                    await self._socket.send(wire.Phrases(packs))
        finally:
            listeners.discard(changed)

    def _packs(self) -> dict[str, str]:
        personas = self._app[PERSONAS].library.personas.values()
        return {each.id: self._app[PHRASES].pack(each).id for each in personas}

    async def _cancel(self, request: wire.Cancel) -> None:
        for job in tuple(self._jobs):
            if job.request.id == request.id and not (job.task and job.task.done()):
                del self._jobs[job]
                if job.task:
                    job.task.cancel()
                    await asyncio.wait({job.task})
                job.seen.cancelled()
                await self._socket.send(wire.Cancelled(request.id))
                return
        raise InvalidMessage("nothing with this id is being spoken or waits")

    async def _speak_in_turn(self) -> None:
        while True:
            while self._jobs:
                job = next(iter(self._jobs))
                job.task = asyncio.create_task(self._speak(job), name="utterance")
                try:
                    await asyncio.wait({job.task})
                finally:
                    job.task.cancel()
                    await asyncio.wait({job.task})
                self._jobs.pop(job, None)
                if not job.task.cancelled() and (error := job.task.exception()):
                    raise error
            self._wake.clear()
            self._socket.is_idle()
            await self._wake.wait()

    async def _speak(self, job: SpeakJob) -> None:
        if why := self._loss:
            job.seen.refused(why.code)
            await self._turn_away(job.request.id, why)
            return
        try:
            has = min(job.budget.first_audio, job.budget.whole)
            with job.seen:
                async with self._app[HOUSE].place(self._peer, within=has) as place:
                    job.seen.has_its_turn()
                    await speak(
                        job.request,
                        job.utterance,
                        job.chain_in(place, self._app[ENGINES]),
                        self._socket,
                        job.budget,
                        job.seen,
                        tells_stored=self._caller.is_home,
                        loss=partial(self._app[DOORS].loss, self._caller),
                    )
            self._socket.has_spoken()
        except RobotVoiceError as error:
            await self._socket.send(wire.Error(job.request.id, error.code, error.message))
        except ConnectionError:
            raise
        except Exception:
            log.exception("utterance failed", extra={"utterance": job.utterance.id})
            await self._socket.send(wire.Error(job.request.id, "internal", "something broke; see the log"))


def _id_in(message: WSMessage) -> str | None:
    """The id of a request that could not be read, so that its sender does not wait for an end."""
    try:
        id = json.loads(message.data)["id"]
    except (ValueError, RecursionError, TypeError, LookupError):
        return None
    return id if isinstance(id, str) and wire.MESSAGE_ID.fullmatch(id) else None
