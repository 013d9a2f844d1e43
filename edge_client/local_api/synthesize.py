"""`GET /synthesize?text&voice`, as a gateway answers it: an existing script only changes the host's name."""

import time
import uuid
from functools import partial

from aiohttp import web

from edge_client.local_api.local_only import ADMISSION, DAEMON, LAST_ANSWERS
from edge_client.personas.known_personas import KnownPersona
from robotvoice.chain.budget import budget_in
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, NothingCanSpeak
from robotvoice.http.file_answers import file_for, send_file, wav_answer
from robotvoice.text.text_thread import sentences_aside
from robotvoice.utterance import Reason, RequestOptions, Sentence, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire
from robotvoice.wire.file_request import read_file_request
from robotvoice.wire.last_answers import LastAnswer, key_of
from robotvoice.wire.lenient_fields import warn_of_rate

MOST_INSIDE = 4
"""Texts that are made at once; each has its own way to the gateway"""


async def synthesize(request: web.Request) -> web.StreamResponse:
    """A whole WAV, PCM_16 and mono, in one voice, also in part (Range). HEAD makes nothing."""
    daemon, warnings = request.app[DAEMON], VoiceWarnings()
    asked = read_file_request({name: request.query[name] for name in request.query}, warnings)
    how = RequestOptions(speed=asked.speed, warnings=warnings)
    named = asked.voice if asked.voice.strip() else daemon.settings.persona
    who, absent = await daemon.voices.find(named, warnings)
    text = await sentences_aside(asked.text, reading=who.reading.of(asked.language), asked=how)
    key = key_of(who.id, who.revision, sorted(request.query.items()))
    make = partial(_made, request, who, absent, text, asked.language, warnings)
    file = await file_for(request, request.app[LAST_ANSWERS], key, make)
    return await send_file(request, file, warnings)


async def _made(
    request: web.Request,
    who: KnownPersona,
    absent: Reason | None,
    text: tuple[Sentence, ...],
    language: str | None,
    warnings: VoiceWarnings,
) -> LastAnswer:
    daemon = request.app[DAEMON]
    said = budget_in(wire.HEADER_BUDGET, request.headers.get(wire.HEADER_BUDGET), warnings)
    within = who.whole_answer_budget if said is None else said
    utterance = Utterance(uuid.uuid4().hex, who.id, who.language, text)
    began = time.perf_counter()
    with request.app[ADMISSION].admit():
        own = daemon.gateway.another_way()
        try:
            made = await speak_whole(
                daemon.voices.chain(who, absent, own, language), utterance, within=within
            )
        except EngineFailure as failure:
            told = NothingCanSpeak(f"nothing could speak: {failure.message}")
            raise daemon.voices.with_what_to_do(told) from failure
        finally:
            await own.engine.close()
    if made.entry > 0:
        daemon.gateway.use_the_time()
    took = time.perf_counter() - began
    audio = made.chunks[0].format
    warn_of_rate(request.query.get("sample_rate"), audio.sample_rate, warnings)
    pcm = b"".join(chunk.pcm for chunk in made.chunks)
    return wav_answer(made, pcm, audio, took, warnings)
