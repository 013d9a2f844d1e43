"""The answer of `/v1/audio/speech`: the sound while it is made, or a whole file, bare or as events."""

import asyncio
import base64
import json
from collections.abc import Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from aiohttp import web

from gateway.api.openai.openai_request import OpenAISpeech
from gateway.api.openai.openai_voice import CLONING, RequestVoice
from gateway.encoders.encodings import ENCODINGS, AsItIs, Encoding, Stream, encode
from gateway.encoders.resample import at_wire_rate, whole_at_wire_rate
from gateway.http.openai_errors import as_refusal, shown
from gateway.observe.request_log import TextRecord
from gateway.requests.app_keys import DOORS
from gateway.security.callers import caller_of
from robotvoice.chain.ahead import ahead
from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import Ended, SentenceStarted
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, NoKey
from robotvoice.http.sending import begin, end, send
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin
from robotvoice.utterance import Outcome, Reason, Utterance
from robotvoice.wire import wire

EVENT_BYTES = 16 * 1024
"""Of a whole file in one event; readers have limits for a line"""
THROUGH_PROXIES: Mapping[str, str] = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""What is heard while it is made: nobody on the way keeps it until there is more"""
USAGE: Mapping[str, int] = {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}
"""Nothing is counted here, and clients look for it"""


class Bare:
    """How bytes of a format lie in the body, which is the sound itself."""

    def content_type(self, sound: str) -> str:
        return sound

    def piece(self, data: bytes) -> bytes:
        return data

    def end(self, warnings: tuple[str, ...]) -> bytes:
        return b""


class Events(Bare):
    """OpenAI's server-sent events, each piece of sound in base64, and one at its end."""

    def content_type(self, sound: str) -> str:
        return "text/event-stream"

    def piece(self, data: bytes) -> bytes:
        return event(type="speech.audio.delta", audio=base64.b64encode(data).decode("ascii"))

    def end(self, warnings: tuple[str, ...]) -> bytes:
        told = {"warnings": warnings} if warnings else {}
        return event(type="speech.audio.done", usage=USAGE, **told)


def event(**fields: Any) -> bytes:
    return f"data: {json.dumps(fields)}\n\n".encode()


class Answer:
    """One answer on its way. Status and headers come with the first sound."""

    def __init__(
        self, request: web.Request, asked: OpenAISpeech, speaker: RequestVoice, seen: TextRecord
    ) -> None:
        self._request, self._speaker, self._seen = request, speaker, seen
        self._encoding: Encoding = ENCODINGS[asked.response_format]
        self._instructed = bool(asked.instructions)
        self._wrapping = Events() if asked.stream_format == "sse" else Bare()
        self._answer = web.StreamResponse()
        self._loss = partial(request.app[DOORS].loss, caller_of(request))

    async def stream(self, utterance: Utterance, budget: Budget) -> web.StreamResponse:
        """Raises EngineFailure before the first sound, and after it where the sound cannot say so itself."""
        try:
            await self._stream(utterance, budget)
        except ConnectionError:
            raise
        except Exception as error:
            if not (self._answer.prepared and isinstance(self._wrapping, Events)):
                raise
            self._seen.end(error)
            await self._send(event(type="error", error=shown(as_refusal(error, self._request))))
        await end(self._request, self._answer)
        return self._answer

    async def make_whole(self, utterance: Utterance, within: float) -> bytes:
        """A file in one voice from beginning to end. Raises EngineFailure."""
        made = await speak_whole(self._speaker.chain, utterance, within=within, taken_over=self._seen.see)
        pcm = await whole_at_wire_rate(made.chunks)
        file = await asyncio.to_thread(encode, pcm, self._encoding)
        self._seen.see_whole(made, WIRE_FORMAT.seconds(WIRE_FORMAT.samples(len(pcm))))
        self._say_who_speaks(made.origin, made.substitute)
        return file

    async def send_whole(self, file: bytes) -> web.StreamResponse:
        """Raises ConnectionError."""
        if not isinstance(self._wrapping, Events):
            self._answer.content_length = len(file)
        await begin(self._request, self._answer)
        for start in range(0, len(file), EVENT_BYTES):
            await self._send(self._wrapping.piece(file[start : start + EVENT_BYTES]))
        await self._send(self._wrapping.end(tuple(self._seen.warnings)))
        await end(self._request, self._answer)
        return self._answer

    async def _stream(self, utterance: Utterance, budget: Budget) -> None:
        assert self._encoding.stream is not None, "this one is sent as a whole"
        stream = self._encoding.stream()
        first: SentenceStarted | None = None
        speak = partial(self._speaker.chain.speak, utterance, budget=budget)
        made = ahead(speak) if len(utterance.sentences) > 1 else speak()
        async with aclosing(at_wire_rate(made)) as events:
            async for each in events:
                self._seen.see(each)
                match each:
                    case SentenceStarted() if first is None:
                        first = each
                    case SentenceStarted() if why := self._loss():
                        raise NoKey(why.text)
                    case AudioChunk():
                        assert first is not None, "audio comes after SentenceStarted"
                        await self._sound(stream, each.pcm, first)
                    case Ended() if each.outcome is not Outcome.COMPLETE or first is None:
                        reason = each.reason or Reason("no_audio", "nothing was spoken")
                        raise EngineFailure(reason.code, reason.text)
        if rest := await _encoded(stream, None):
            await self._send(self._wrapping.piece(rest))
        await self._send(self._wrapping.end(tuple(self._seen.warnings)))

    async def _sound(self, stream: Stream, pcm: bytes, first: SentenceStarted) -> None:
        if not self._answer.prepared:
            self._answer.headers.update(THROUGH_PROXIES)
            self._say_who_speaks(first.origin, first.substitute)
            await begin(self._request, self._answer)
        if data := await _encoded(stream, pcm):
            await self._send(self._wrapping.piece(data))

    async def _send(self, data: bytes) -> None:
        await send(self._request, self._answer, data)

    def _say_who_speaks(self, origin: Origin, substitute: Reason | None) -> None:
        warnings = self._seen.warnings
        if self._instructed and origin.engine != CLONING:
            warnings.add("instructions", "instructions are not followed by this voice")
        headers = self._answer.headers
        headers["Content-Type"] = self._wrapping.content_type(self._encoding.content_type)
        headers[wire.HEADER_AI] = "true"
        headers[wire.HEADER_ENGINE] = origin.engine
        headers[wire.HEADER_SUBSTITUTE] = substitute.code if substitute else "none"
        if warnings:
            headers[wire.HEADER_WARNING] = warnings.header


async def _encoded(stream: Stream, pcm: bytes | None) -> bytes:
    """Of the next piece, or of the end; an encoder that has to think does it beside the loop."""
    if isinstance(stream, AsItIs):
        return stream.end() if pcm is None else stream.feed(pcm)
    return await asyncio.to_thread(stream.end) if pcm is None else await asyncio.to_thread(stream.feed, pcm)
