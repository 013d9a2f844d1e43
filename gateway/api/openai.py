"""OpenAI's dialect: `POST /v1/audio/speech`, `GET /v1/models` and `GET /v1/audio/voices`.

Which model speaks is the persona's business: `model` is taken as it comes, and chooses only for a clip that
comes with a request.
"""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack, aclosing
from functools import partial

from aiohttp import web

from gateway.api.openai_errors import openai_answers
from gateway.api.openai_request import parsed, whole_body
from gateway.api.openai_voice import Speaker, check_can_speak, held, models, speaker_for
from gateway.asked import asked_over_http, budget_header, own_only, with_asked
from gateway.encoders import ENCODINGS, Encoding, encode
from gateway.keys import ADMISSION, DEFAULT_PERSONA, LARGE_BODIES, OBSERVER, PERSONAS
from gateway.observed import Seen
from gateway.request_id import request_id
from gateway.resample import at_wire_rate, whole_at_wire_rate
from speech import wire
from speech.ahead import ahead
from speech.audio import WIRE_FORMAT, AudioChunk, Origin
from speech.budget import Budget
from speech.chain_events import Ended, SentenceStarted
from speech.errors import EngineFailure
from speech.text import sentences
from speech.utterance import Outcome, Reason, Utterance
from speech.whole_file import speak_whole

HEADER_WARNING = "X-Voice-Warning"
ANY_MODEL = "robotvoice"
"""The model of who does not care"""
SEND_WITHIN = 60.0
"""Seconds a client may take to read what is sent at once; it may read no faster than it plays"""


@openai_answers
async def speech(request: web.Request) -> web.StreamResponse:
    """Sound in the format asked for; WAV and PCM while it is made, with the status once there is some."""
    with request.app[OBSERVER].begin("openai", request_id(request)) as seen:
        return await _spoken(request, seen)


async def _spoken(request: web.Request, seen: Seen) -> web.StreamResponse:
    app = request.app
    with ExitStack() as work:
        async with whole_body(request, app[LARGE_BODIES]) as body:
            asked = await parsed(body)
            spoken = with_asked(sentences(asked.input), asked_over_http(request))
            said = budget_header(request)
            work.enter_context(app[ADMISSION].admit())
            speaker = await speaker_for(app, asked, own_only=own_only(request))
            seen.is_for(speaker.persona, speaker.chain.own_engine, clones=speaker.clones)
            encoding = ENCODINGS[asked.response_format]
            # The clip is decoded; what came of it need not lie about while it is spoken.
            del body, asked
        check_can_speak(speaker)
        work.enter_context(held(app, speaker))
        utterance = Utterance(request_id(request), speaker.persona, speaker.language, spoken)
        if encoding.file is None:
            return await _streamed(request, speaker, utterance, encoding, said, seen)
        return await _whole(speaker, utterance, encoding, said, seen)


@openai_answers
async def list_models(request: web.Request) -> web.StreamResponse:
    """The models the personas speak with, and one name for all of them."""
    names = [ANY_MODEL, *models(request.app)]
    listed = [{"id": name, "object": "model", "created": 0, "owned_by": "robotvoice"} for name in names]
    return web.json_response({"object": "list", "data": listed})


@openai_answers
async def list_voices(request: web.Request) -> web.StreamResponse:
    """The personas, by what may be said as `voice`."""
    personas = request.app[PERSONAS].personas.values()
    listed = [
        {"id": each.id, "name": each.name, "aliases": each.aliases, "language": each.language}
        for each in personas
    ]
    return web.json_response({"voices": listed, "default": request.app[DEFAULT_PERSONA]})


async def _streamed(
    request: web.Request,
    speaker: Speaker,
    utterance: Utterance,
    encoding: Encoding,
    said: float | None,
    seen: Seen,
) -> web.StreamResponse:
    """Raises EngineFailure before the first sound and after it; then the answer has begun."""
    answer = web.StreamResponse()
    first: SentenceStarted | None = None
    budget = Budget(first_audio=speaker.first_audio_budget if said is None else said)
    speak = partial(speaker.chain.speak, utterance, budget=budget)
    made = ahead(speak) if len(utterance.sentences) > 1 else speak()
    async with aclosing(at_wire_rate(made)) as events:
        async for event in events:
            seen.see(event)
            match event:
                case SentenceStarted() if first is None:
                    first = event
                case AudioChunk():
                    pcm = event.pcm
                    if not answer.prepared:
                        assert first is not None, "audio comes after SentenceStarted"
                        answer.headers.update(_headers(speaker, encoding, first.origin, first.substitute))
                        await answer.prepare(request)
                        pcm = encoding.header + pcm
                    await _send(answer, pcm)
                case Ended() if event.outcome is not Outcome.COMPLETE or first is None:
                    reason = event.reason or Reason("no_audio", "nothing was spoken")
                    raise EngineFailure(reason.code, reason.text)
    assert first is not None, "a complete utterance has begun"
    await answer.write_eof()
    return answer


async def _send(answer: web.StreamResponse, data: bytes) -> None:
    try:
        async with asyncio.timeout(SEND_WITHIN):
            await answer.write(data)
    except TimeoutError:
        raise EngineFailure("not_read", f"the client read nothing for {SEND_WITHIN:g} s") from None


async def _whole(
    speaker: Speaker, utterance: Utterance, encoding: Encoding, said: float | None, seen: Seen
) -> web.Response:
    within = speaker.whole_answer_budget if said is None else said
    whole = await speak_whole(speaker.chain, utterance, within=within, taken_over=seen.see)
    pcm = await whole_at_wire_rate(whole.chunks)
    file = await asyncio.to_thread(encode, pcm, encoding)
    headers = _headers(speaker, encoding, whole.origin, whole.substitute)
    seen.see_whole(whole, WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(pcm))))
    return web.Response(body=file, headers=headers)


def _headers(
    speaker: Speaker, encoding: Encoding, origin: Origin, substitute: Reason | None
) -> Mapping[str, str]:
    headers = {
        "Content-Type": encoding.content_type,
        wire.HEADER_ENGINE: origin.engine,
        wire.HEADER_SUBSTITUTE: substitute.code if substitute else "none",
    }
    if speaker.warnings:
        headers[HEADER_WARNING] = "; ".join(speaker.warnings)
    return headers
