"""`GET /synthesize?text&voice`: one text in, one whole WAV out."""

import logging
import time
import uuid

from aiohttp import web

from gateway.asked import asked_over_http, budget_header, own_only, whole, with_asked
from gateway.chains import chain_for
from gateway.keys import ADMISSION, DEFAULT_PERSONA, ENGINES, PERSONAS
from gateway.resample import whole_at_wire_rate
from speech import wire
from speech.audio import WIRE_FORMAT, wav_file
from speech.errors import NothingCanSpeak
from speech.text import sentences
from speech.utterance import Utterance
from speech.whole_file import speak_whole

log = logging.getLogger(__name__)


async def synthesize(request: web.Request) -> web.Response:
    """PCM_16, mono, 24 kHz, with its true length. Unknown parameters are ignored; there is no redirect."""
    app = request.app
    persona = app[PERSONAS].find(request.query.get("voice") or app[DEFAULT_PERSONA])
    within = whole(persona, budget_header(request))
    spoken = with_asked(sentences(request.query.get("text", "")), asked_over_http(request))
    utterance = Utterance(uuid.uuid4().hex, persona.id, persona.language, spoken)
    chain = chain_for(persona, app[ENGINES], own_only=own_only(request))
    started = time.perf_counter()
    with app[ADMISSION].admit():
        ready = chain.can_speak()
        if ready.reason:
            raise NothingCanSpeak(f"{persona.id} cannot speak: {ready.reason.text}")
        made = await speak_whole(chain, utterance, within=within)
        pcm = await whole_at_wire_rate(made.chunks)
    took = time.perf_counter() - started
    duration = WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(pcm)))
    reason = made.substitute.code if made.substitute else "none"
    log.info(
        "spoken",
        extra={
            "utterance": utterance.id,
            "persona": persona.id,
            "engine": made.origin.engine,
            "substitute": reason,
            "seconds": round(duration, 3),
            "took": round(took, 4),
        },
    )
    headers = {
        wire.HEADER_DURATION: f"{duration:.3f}",
        wire.HEADER_SYNTHESIS_TIME: f"{took:.4f}",
        wire.HEADER_ENGINE: made.origin.engine,
        wire.HEADER_SUBSTITUTE: reason,
    }
    return web.Response(body=wav_file(pcm, WIRE_FORMAT), content_type="audio/wav", headers=headers)
