"""`GET /synthesize?text&voice`, as a gateway answers it: an existing script only changes the host's name."""

import time
import uuid
from functools import partial

from aiohttp import web

from edge_client.local_api.daemon_keys import DAEMON, INSIDE, LAST_ANSWERS
from edge_client.personas.known_personas import KnownPersona
from robotvoice.chain.budget import budget_in
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, NothingCanSpeak, TooManyRequests
from robotvoice.http.file_answers import file_for, send_file, wav_answer
from robotvoice.text.aside import sentences_aside
from robotvoice.utterance import Asked, Reason, Sentence, Utterance
from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire import wire
from robotvoice.wire.file_request import read_file_request
from robotvoice.wire.last_answers import LastAnswer, key_of
from robotvoice.wire.lenient import warn_of_rate

MOST_INSIDE = 4
"""Texts that are made at once; each has its own way to the gateway"""


async def synthesize(request: web.Request) -> web.StreamResponse:
    """A whole WAV, PCM_16 and mono, in one voice, also in part (Range). HEAD makes nothing."""
    daemon, warnings = request.app[DAEMON], VoiceWarnings()
    asked = read_file_request({name: request.query[name] for name in request.query}, warnings)
    how = Asked(speed=asked.speed, warnings=warnings)
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
    daemon, inside = request.app[DAEMON], request.app[INSIDE]
    said = budget_in(wire.HEADER_BUDGET, request.headers.get(wire.HEADER_BUDGET), warnings)
    if len(inside) >= MOST_INSIDE:
        raise TooManyRequests(f"{MOST_INSIDE} texts are being made; ask again in a moment")
    utterance = Utterance(uuid.uuid4().hex, who.id, who.language, text)
    own = daemon.gateway.another_way()
    began = time.perf_counter()
    inside.add(utterance.id)
    try:
        chain = daemon.voices.chain(who, absent, own, language)
        made = await speak_whole(chain, utterance, within=who.whole_answer_budget if said is None else said)
    except EngineFailure as failure:
        raise daemon.voices.with_what_to_do(
            NothingCanSpeak(f"nothing could speak: {failure.message}")
        ) from failure
    finally:
        inside.discard(utterance.id)
        await own.engine.close()
    if made.entry > 0:
        daemon.gateway.use_the_time()
    took = time.perf_counter() - began
    audio = made.chunks[0].format
    warn_of_rate(request.query.get("sample_rate"), audio.sample_rate, warnings)
    pcm = b"".join(chunk.pcm for chunk in made.chunks)
    return wav_answer(made, pcm, audio, took, warnings)
