"""`GET /synthesize?text&voice`, as a gateway answers it: an existing script only changes the host's name."""

import re
import time
import uuid

from aiohttp import web

from edge_client.kept_link_sentence import LEAST_BUDGET_MS, MOST_BUDGET_MS
from edge_client.local_api.keys import DAEMON, INSIDE
from speech import wire
from speech.audio import wav_file
from speech.errors import EngineFailure, InvalidMessage, NothingCanSpeak, TooManyRequests
from speech.text import sentences
from speech.utterance import Utterance
from speech.whole_file import speak_whole

MOST_INSIDE = 4
"""Texts that are made at once; each has its own way to the gateway"""


async def synthesize(request: web.Request) -> web.Response:
    """A whole WAV, PCM_16 and mono, in one voice. Unknown parameters are ignored."""
    daemon, inside = request.app[DAEMON], request.app[INSIDE]
    within = _budget(request)
    text = sentences(request.query.get("text", ""))
    who, absent = await daemon.voices.find(request.query.get("voice") or daemon.settings.persona)
    if len(inside) >= MOST_INSIDE:
        raise TooManyRequests(f"{MOST_INSIDE} texts are being made; ask again in a moment")
    utterance = Utterance(uuid.uuid4().hex, who.id, who.language, text)
    own = daemon.gateway.another_way()
    began = time.perf_counter()
    inside.add(utterance.id)
    try:
        chain = daemon.voices.chain(who, absent, own, whole=True)
        made = await speak_whole(chain, utterance, within=within or who.whole_answer_budget)
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
    pcm = b"".join(chunk.pcm for chunk in made.chunks)
    headers = {
        wire.HEADER_DURATION: f"{audio.seconds(audio.samples(len(pcm))):.3f}",
        wire.HEADER_SYNTHESIS_TIME: f"{took:.4f}",
        wire.HEADER_ENGINE: made.origin.engine,
        wire.HEADER_SUBSTITUTE: made.substitute.code if made.substitute else "none",
    }
    return web.Response(body=wav_file(pcm, audio), content_type="audio/wav", headers=headers)


def _budget(request: web.Request) -> float | None:
    """Seconds; None: the request does not say, and the persona's count. Raises InvalidMessage."""
    said = request.headers.get(wire.HEADER_BUDGET)
    if said is None:
        return None
    if not re.fullmatch("[0-9]{1,9}", said) or not LEAST_BUDGET_MS <= int(said) <= MOST_BUDGET_MS:
        limits = f"from {LEAST_BUDGET_MS} to {MOST_BUDGET_MS} milliseconds"
        raise InvalidMessage(f"{wire.HEADER_BUDGET} must be {limits}")
    return int(said) / 1000
