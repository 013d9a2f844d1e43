"""`/synthesize?text&voice`: one text in, one whole WAV out, also in part (Range); by POST with a body."""

import json
import time
from functools import partial
from typing import Any

from aiohttp import web

from gateway.encoders.resample import whole_at_wire_rate
from gateway.engines.chains import chain_for
from gateway.observe.request_log import TextRecord
from gateway.requests.app_keys import ENGINES, HOUSE, LAST_ANSWERS, REQUEST_LOG
from gateway.requests.caller_rights import last_answers_of
from gateway.requests.house import Place, check_spoken_for
from gateway.requests.request_language import check_legible, speaking
from gateway.requests.request_options import (
    budget_header,
    options_of_request,
    own_only,
    peer_of,
    who_is_asked,
    whole,
)
from gateway.security.callers import caller_of
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, InvalidMessage, NothingCanSpeak
from robotvoice.http.file_answers import file_for, send_file, wav_answer
from robotvoice.http.request_id import request_id
from robotvoice.persona import Persona
from robotvoice.sound.pcm import WIRE_FORMAT
from robotvoice.text.text_thread import sentences_aside
from robotvoice.utterance import Utterance
from robotvoice.wire.file_request import FileRequest, read_file_request
from robotvoice.wire.last_answers import LastAnswer, key_of
from robotvoice.wire.lenient_fields import warn_of_rate

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


async def synthesize(request: web.Request) -> web.StreamResponse:
    """PCM_16, mono, 24 kHz, with its true length. There is no redirect. HEAD makes nothing."""
    with request.app[REQUEST_LOG].begin("synthesize", request_id(request)) as seen:
        fields = await _fields(request)
        asked = read_file_request(fields, seen.warnings)
        warn_of_rate(fields.get("sample_rate"), WIRE_FORMAT.sample_rate, seen.warnings)
        persona = who_is_asked(request.app, caller_of(request), asked.voice, seen.warnings)
        seen.is_for(persona.id, persona.voice.engine, clones=persona.voice.clones)
        own = own_only(request, seen.warnings)
        persona = speaking(persona, asked.language, request.app[ENGINES], seen.warnings, own_only=own)
        utterance = await _utterance(request, asked, persona, seen)
        wanted = sorted(request.query.items())
        key = key_of(persona.id, persona.revision, wanted, own, last_answers_of(request))
        make = partial(_made, request, utterance, persona, seen, own=own)
        file = await file_for(request, request.app[LAST_ANSWERS], key, make)
        if not seen.has_ended:
            seen.nothing_to_speak()
    return await send_file(request, file, seen.warnings)


async def _made(
    request: web.Request, utterance: Utterance, persona: Persona, seen: TextRecord, *, own: bool
) -> LastAnswer:
    app = request.app
    within = whole(persona, budget_header(request, seen.warnings))
    started = time.perf_counter()
    async with app[HOUSE].place(peer_of(request), within=within) as place:
        within -= time.perf_counter() - started
        chain = chain_for(persona, app[ENGINES], own_only=own, full_house=place is Place.PLAIN_VOICE)
        check_spoken_for(place, chain)
        ready = chain.can_speak()
        if ready.reason:
            raise NothingCanSpeak(f"{persona.id} cannot speak: {ready.reason.text}")
        check_legible(chain, utterance.sentences)
        try:
            made = await speak_whole(chain, utterance, within=within, taken_over=seen.see)
        except EngineFailure as failure:
            if failure.reason != "too_late":
                raise
            raise NothingCanSpeak(f"no voice is in time: {failure.message}") from failure
        pcm = await whole_at_wire_rate(made.chunks)
    took = time.perf_counter() - started
    seen.see_whole(made, WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(pcm))))
    return wav_answer(made, pcm, WIRE_FORMAT, took, seen.warnings)


async def _utterance(
    request: web.Request, asked: FileRequest, persona: Persona, seen: TextRecord
) -> Utterance:
    """Raises EmptyText and TextTooLong."""
    how = options_of_request(request, seen.warnings, asked.speed)
    spoken = await sentences_aside(asked.text, reading=persona.reading, asked=how)
    return Utterance(request_id(request), persona.id, persona.language, spoken)


async def _fields(request: web.Request) -> dict[str, Any]:
    """Of the query and, by POST, of a form or a JSON object. Raises InvalidMessage and BodyTooSlow."""
    fields: dict[str, Any] = {name: request.query[name] for name in request.query}
    if request.method != "POST":
        return fields
    body: Any = None
    try:
        if request.content_type in FORMS:
            body = dict(await request.post())
        else:
            body = json.loads(await request.read() or b"{}")
    except (ValueError, RecursionError):
        pass
    if not isinstance(body, dict):
        raise InvalidMessage("send the fields as JSON, as a form or in the URL")
    return fields | body
