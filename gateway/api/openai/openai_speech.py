"""OpenAI's dialect: `POST /v1/audio/speech`.

Which model speaks is the persona's business: `model` is taken as it comes, and chooses only for a clip that
comes with a request.
"""

import asyncio
import logging
import math
from contextlib import AsyncExitStack

from aiohttp import web

from gateway.api.openai.openai_answer import Answer
from gateway.api.openai.openai_request import OpenAISpeech, parsed, whole_body
from gateway.api.openai.openai_voice import (
    RequestVoice,
    check_can_speak,
    persona_for,
    request_voice_for,
)
from gateway.encoders.encodings import ENCODINGS
from gateway.engines.chains import all_cached
from gateway.http.openai_errors import openai_answers
from gateway.observe.request_log import TextRecord
from gateway.requests.app_keys import CALLER_CLIPS, ENGINES, HOUSE, LARGE_BODIES, LONG_FILES, REQUEST_LOG
from gateway.requests.caller_rights import check_clip
from gateway.requests.house import Place, check_spoken_for
from gateway.requests.request_language import check_legible
from gateway.requests.request_options import budget_header, options_of_request, own_only, peer_of
from gateway.security.callers import caller_of
from robotvoice.chain.budget import Budget
from robotvoice.http.request_id import request_id
from robotvoice.persona import LOCAL_ENGINES
from robotvoice.reading_options import Reading
from robotvoice.text import MAX_CHARACTERS, MAX_SENTENCE
from robotvoice.text.text_thread import sentences_aside
from robotvoice.utterance import Sentence, Utterance

log = logging.getLogger(__name__)

LONGEST_STREAM = 100_000
"""Characters of a text that is sent while it is spoken: nothing of it is held for long"""
LONGEST_FILE = 20_000
"""Characters of one that is sent as a whole: half an hour of sound in memory"""
AT_A_TIME = 2
"""Files of more than MAX_CHARACTERS that are made at once"""
AT_ONCE = MAX_SENTENCE
"""Characters that eSpeak NG speaks within 50 ms: to know how long it takes is worth the wait"""


@openai_answers
async def speech(request: web.Request) -> web.StreamResponse:
    """Sound in the format asked for; WAV, PCM and Opus while it is made, the status once there is some."""
    with request.app[REQUEST_LOG].begin("openai", request_id(request)) as seen:
        answer, file = await _spoken(request, seen)
    # What is whole counts as spoken, and holds nobody up while it is read.
    return answer if isinstance(answer, web.StreamResponse) else await answer.send_whole(file)


async def _spoken(request: web.Request, seen: TextRecord) -> tuple[Answer | web.StreamResponse, bytes]:
    """What has been sent, or what is to be sent yet and the file for it."""
    app, warnings, utterance_id = request.app, seen.warnings, request_id(request)
    async with AsyncExitStack() as work:
        async with whole_body(request, app[LARGE_BODIES]) as body:
            asked = await parsed(body, warnings, request.headers.get("Accept", ""))
            if asked.ref_audio is not None:
                check_clip(request)
            streamed = ENCODINGS[asked.response_format].stream is not None
            most = LONGEST_STREAM if streamed else LONGEST_FILE
            own = own_only(request, warnings)
            persona = persona_for(app, caller_of(request), asked, warnings, own_only=own)
            reading = persona.reading if persona else Reading(asked.language or "", numbers="words")
            how = options_of_request(request, warnings, asked.speed)
            spoken = await sentences_aside(asked.input, limit=most, reading=reading, asked=how)
            said = budget_header(request, warnings)
            has = math.inf if persona is None else persona.first_audio_budget if said is None else said
            place = await work.enter_async_context(app[HOUSE].place(peer_of(request), within=has))
            full_house = place is Place.PLAIN_VOICE
            speaker = await request_voice_for(
                app, asked, persona, warnings, own_only=own, full_house=full_house
            )
            check_spoken_for(place, speaker.chain)
            if speaker.clip:
                log.info("the clip of request %s is cloned, as allowed by: %s", utterance_id, asked.consent)
            seen.is_for(speaker.persona, speaker.chain.own_engine, clones=speaker.clones)
            answer = Answer(request, asked, speaker, seen)
            long, whole = len(asked.input) > MAX_CHARACTERS, _is_whole(request, asked, speaker, spoken)
            # The clip is decoded; what came of it need not lie about while it is spoken.
            del body, asked
        check_can_speak(speaker)
        check_legible(speaker.chain, spoken)
        if speaker.clip:
            work.enter_context(app[CALLER_CLIPS].held(*speaker.clip))
        utterance = Utterance(utterance_id, speaker.persona, speaker.language, spoken)
        if not whole:
            budget = Budget(first_audio=speaker.first_audio_budget if said is None else said)
            return await answer.stream(utterance, budget), b""
        if long:
            long_files: asyncio.Semaphore = app[LONG_FILES]
            await work.enter_async_context(long_files)
        within = speaker.whole_answer_budget if said is None or streamed else said
        return answer, await answer.make_whole(utterance, within)


def _is_whole(
    request: web.Request, asked: OpenAISpeech, speaker: RequestVoice, spoken: tuple[Sentence, ...]
) -> bool:
    """Whether it goes out as one file: a WAV too, if all of it is there at once and its length known.

    That it was said before is told to those of the house alone.
    """
    if ENCODINGS[asked.response_format].stream is None:
        return True
    if asked.response_format != "wav" or speaker.speaks is None or len(asked.input) > MAX_CHARACTERS:
        return False
    if speaker.speaks.voice.engine in LOCAL_ENGINES and len(asked.input) <= AT_ONCE:
        return True
    return caller_of(request).is_home and all_cached(speaker.speaks, request.app[ENGINES], spoken)
