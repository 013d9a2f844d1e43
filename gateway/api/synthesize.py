"""`GET /synthesize?text&voice`: one text in, one whole WAV out."""

import time

from aiohttp import web

from gateway.asked import asked_over_http, budget_header, own_only, whole, with_asked
from gateway.chains import chain_for
from gateway.keys import ADMISSION, DEFAULT_PERSONA, ENGINES, OBSERVER, PERSONAS
from gateway.observed import Seen
from gateway.request_id import request_id
from gateway.resample import whole_at_wire_rate
from speech import wire
from speech.audio import WIRE_FORMAT, wav_file
from speech.errors import NothingCanSpeak
from speech.text import sentences
from speech.utterance import Utterance
from speech.whole_file import speak_whole


async def synthesize(request: web.Request) -> web.Response:
    """PCM_16, mono, 24 kHz, with its true length. Unknown parameters are ignored; there is no redirect."""
    with request.app[OBSERVER].begin("synthesize", request_id(request)) as seen:
        return await _spoken(request, seen)


async def _spoken(request: web.Request, seen: Seen) -> web.Response:
    app = request.app
    persona = app[PERSONAS].find(request.query.get("voice") or app[DEFAULT_PERSONA])
    seen.is_for(persona.id, persona.voice.engine, clones=persona.voice.clones)
    within = whole(persona, budget_header(request))
    text = request.query.get("text", "")
    spoken = with_asked(sentences(text, reading=persona.reading), asked_over_http(request))
    utterance = Utterance(request_id(request), persona.id, persona.language, spoken)
    chain = chain_for(persona, app[ENGINES], own_only=own_only(request))
    started = time.perf_counter()
    with app[ADMISSION].admit():
        ready = chain.can_speak()
        if ready.reason:
            raise NothingCanSpeak(f"{persona.id} cannot speak: {ready.reason.text}")
        made = await speak_whole(chain, utterance, within=within, taken_over=seen.see)
        pcm = await whole_at_wire_rate(made.chunks)
    took = time.perf_counter() - started
    duration = WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(pcm)))
    reason = made.substitute.code if made.substitute else "none"
    seen.see_whole(made, duration)
    headers = {
        wire.HEADER_DURATION: f"{duration:.3f}",
        wire.HEADER_SYNTHESIS_TIME: f"{took:.4f}",
        wire.HEADER_ENGINE: made.origin.engine,
        wire.HEADER_SUBSTITUTE: reason,
    }
    return web.Response(body=wav_file(pcm, WIRE_FORMAT), content_type="audio/wav", headers=headers)
