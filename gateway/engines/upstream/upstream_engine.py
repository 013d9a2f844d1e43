"""The `upstream` engine: the voices of one other server, as if they were our own."""

import asyncio
import base64
import json
import logging
import os
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

from yarl import URL

from gateway.clips.clip import Clip
from gateway.clips.reference_clips import load_persona_clip, wav_of
from gateway.engines.upstream.canary_voices import CanaryVoices
from gateway.engines.upstream.dialects import DIALECTS, UpstreamRequest
from gateway.engines.upstream.http_call import UpstreamConnection
from gateway.engines.upstream.response_head import NO_ENTRY, HoldOff, NotAuthorised
from gateway.engines.upstream.upstream_pace import FIRST_AUDIO, REAL_TIME_FACTOR, FadingMean
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import ContentFailure, EngineFailure, EngineUnavailable, InvalidClip, InvalidSettings
from robotvoice.persona import UPSTREAM_PREFIX, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Priority, Reason, Sentence
from robotvoice.wire import wire

log = logging.getLogger(__name__)

PROBE_TEXT = "Hi."
THIS_MACHINE = ("localhost", "127.0.0.1", "::1")
MODELS = "/v1/models"
OF_ONE_VOICE = ("refused", "not_ready")
"""Reasons that may be a voice's own: another one is asked before the server is found wanting"""
CLONE = "reference"
"""What a voice is called that is made from a clip"""
CLIPS_KEPT = 8
"""In memory as they are sent, about 1 MB each"""


class UpstreamEngine(EngineBase):
    """One for each server, with a breaker of its own: named `upstream:NAME`.

    It keeps its own deadlines, in `UpstreamSettings`, and gives up a request as soon as nobody listens.
    """

    def __init__(
        self,
        name: str,
        settings: UpstreamSettings,
        *,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        """`name` is the one in the settings; a key may be in the `environment`."""
        self.name = f"{UPSTREAM_PREFIX}{name}"
        self._settings = settings
        self._dialect = DIALECTS[settings.dialect]
        self._environment = environment
        self._clock, self._time_of_day = clock, time_of_day
        self._clips = SentClips()
        self._connection: UpstreamConnection | None = None
        self._refused: Reason | None = Reason("starting", f"{self.name} is not started yet")
        """Why no request makes sense until the gateway is started again"""
        self._hold_until = 0.0
        self._inside: set[Place] = set()
        self._first_audio = FadingMean(FIRST_AUDIO, clock)
        self._real_time_factor = FadingMean(REAL_TIME_FACTOR, clock)
        self._canaries = CanaryVoices()

    @property
    def description(self) -> str:
        return f"a server that speaks {self._settings.dialect}"

    @property
    def first_audio_cap(self) -> float:
        return self._settings.first_audio

    async def start(self) -> None:
        """Reads the key. The server itself is asked only when somebody wants to speak."""
        settings = self._settings
        try:
            key = await asyncio.to_thread(settings.key, self._environment)
        except InvalidSettings as error:
            self._refused = Reason("not_authorised", f"{self.name}: {error.message}")
            return
        url = URL(settings.url)
        if key is not None and url.scheme == "http" and url.host not in THIS_MACHINE:
            log.warning("%s: the key travels unencrypted; give an address with https", self.name)
        several = self._dialect.several_wavs
        self._connection = UpstreamConnection(self.name, settings, several, key, self._time_of_day)
        self._refused = None

    def readiness(self, voice: VoiceSpec) -> Readiness:
        reason = self._refused or self._dialect.problem(voice)
        if reason:
            return Readiness(reason)
        left = self._hold_until - self._clock()
        if left > 0:
            return Readiness(Reason("held_off", f"{self.name} is busy and says when to come back"), left)
        return READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        more = voice.upstream_voice
        return more is not None and self._dialect.tells_language(more)

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return self._first_audio.value

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return self._real_time_factor.value

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        ready = self.readiness(voice)
        if ready.reason:
            raise EngineUnavailable(ready.reason.code, ready.reason.text, ready.retry_after)
        place = self._place(sentence.asked.priority)
        self._canaries.asked(voice)
        try:
            async with aclosing(self._chunks(sentence.text, voice)) as chunks:
                while chunk := await place.next(chunks):
                    yield chunk
            self._canaries.spoke(voice)
        except HoldOff as hold:
            self._hold_until = max(self._hold_until, self._clock() + hold.seconds)
            raise
        except NotAuthorised as refused:
            self._refused = Reason(refused.reason, refused.message)
            raise
        finally:
            self._inside.discard(place)

    def forget(self, sources: Iterable[tuple[str, str]]) -> None:
        """No canary speaks with these voices any more."""
        self._canaries.forget(sources)

    async def probe(self) -> None:
        """Speaks a word with the voice that spoke last; asks another gateway of ours whether it could.

        What the server refuses to this voice it may do for the next one. Raises EngineFailure, and
        EngineUnavailable while the server is to be left alone.
        """
        if self._refused:
            raise EngineUnavailable(self._refused.code, self._refused.text)
        assert self._connection is not None, "started"
        voices = self._canaries.in_turn()
        if not voices:
            await self._ask(self._connection)
        refused: EngineFailure | None = None
        for voice in voices:
            try:
                return await self._prove(self._connection, voice)
            except (EngineFailure, EngineUnavailable) as problem:
                if problem.reason not in OF_ONE_VOICE:
                    raise
                refused = EngineFailure(problem.reason, problem.message)
        if refused:
            raise refused

    async def _ask(self, connection: UpstreamConnection) -> None:
        """As long as there is no voice. Raises EngineFailure."""
        if self._settings.dialect == "robotvoice":
            return await check_readyz(connection, self.name, None, self._settings.first_audio)
        status, _ = await connection.get(MODELS, self._settings.first_audio, 0)
        if status != HTTPStatus.OK:
            raise EngineFailure("refused", f"{self.name} does not tell its models ({status})")

    async def _prove(self, connection: UpstreamConnection, voice: VoiceSpec) -> None:
        """Raises EngineFailure or EngineUnavailable."""
        if self._settings.dialect == "robotvoice":
            return await check_readyz(connection, self.name, voice, self._settings.first_audio)
        try:
            async with aclosing(self.speak(Sentence(0, PROBE_TEXT), voice)) as chunks:
                async for _ in chunks:
                    pass
        except ContentFailure as failure:
            # It answers; whether that can be the word is for those to say who listen to it.
            if failure.reason in OF_ONE_VOICE:
                raise

    async def close(self) -> None:
        self._refused = Reason("closed", f"{self.name} is closed")
        if self._connection:
            await self._connection.close()

    def _place(self, priority: Priority) -> "Place":
        """Raises EngineUnavailable if there is none."""
        if len(self._inside) >= self._settings.requests:
            nobodys = [place for place in self._inside if place.priority is Priority.BACKGROUND]
            if not nobodys or priority is Priority.BACKGROUND:
                raise EngineUnavailable("busy", f"{self.name} is given no more sentences at the same time")
            nobodys[0].give_up()
            self._inside.remove(nobodys[0])
        place = Place(priority)
        self._inside.add(place)
        return place

    async def _chunks(self, text: str, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        assert self._connection is not None and voice.upstream_voice is not None, "it is ready"
        loop = asyncio.get_running_loop()
        began = loop.time()
        expires = began + self._settings.first_audio
        clip = await self._clip(voice)
        wanted = self._settings.format or self._dialect.format
        asked = UpstreamRequest(text, voice.voice, voice.upstream_voice, clip, wanted, voice.language)
        fields = self._dialect.fields(asked)
        origin = Origin(self.name, voice.voice or CLONE)
        waited = seconds = 0.0
        async with self._connection.asked(fields, expires) as answer:
            if self._dialect.tells_substitute:
                check_substitute(answer.response.headers, self.name)
            async with aclosing(self._connection.sound(answer, text, expires)) as sound:
                async for pcm, audio_format in sound:
                    if seconds:
                        waited += loop.time() - began
                    else:
                        self._first_audio.add(loop.time() - began)
                    chunk = AudioChunk(pcm, audio_format, origin)
                    seconds += audio_format.seconds(chunk.samples)
                    yield chunk
                    # While the listener took it, nobody waited for the upstream.
                    began = loop.time()
        self._real_time_factor.add(waited / seconds)

    async def _clip(self, voice: VoiceSpec) -> str | None:
        assert voice.upstream_voice is not None, "it is ready"
        path = voice.upstream_voice.reference
        if path is None:
            return None
        try:
            more = voice.upstream_voice
            return await self._clips.data_uri(path, more.transcript, more.language)
        except InvalidClip as error:
            raise EngineUnavailable(error.code, error.message) from error


class Place:
    """What nobody listens to gives its own to whoever finds none."""

    def __init__(self, priority: Priority) -> None:
        self.priority = priority
        self._given_up = False
        self._waiting: asyncio.Timeout | None = None

    def give_up(self) -> None:
        """Ends `next`, or the next call of it."""
        self._given_up = True
        if self._waiting:
            self._waiting.reschedule(0.0)

    async def next(self, chunks: AsyncGenerator[AudioChunk, None]) -> AudioChunk | None:
        """None at the end. Raises EngineUnavailable when the place was given up."""
        try:
            async with asyncio.timeout(0.0 if self._given_up else None) as self._waiting:
                return await anext(chunks, None)
        except TimeoutError:
            if not self._given_up:
                raise
            raise EngineUnavailable("gave_way", "a sentence that somebody waits for came first") from None
        finally:
            self._waiting = None


class SentClips:
    """Reference clips as they are sent with a sentence: a WAV in a data: URI. For one event loop."""

    def __init__(self) -> None:
        self._written: OrderedDict[str, str] = OrderedDict()
        """By the clip's key"""

    async def data_uri(self, path: Path, transcript: str | None, language: str | None) -> str:
        """Raises InvalidClip."""
        clip = (await load_persona_clip(path, transcript, language)).clip
        if clip.key not in self._written:
            self._written[clip.key] = await asyncio.to_thread(_data_uri, clip)
        self._written.move_to_end(clip.key)
        while len(self._written) > CLIPS_KEPT:
            self._written.popitem(last=False)
        return self._written[clip.key]


def _data_uri(clip: Clip) -> str:
    return f"data:audio/wav;base64,{base64.b64encode(wav_of(clip)).decode('ascii')}"


class MissingUpstream(EngineBase):
    """A persona names it and the settings do not: never ready, so that the next voice speaks."""

    first_audio_cap = 1.0

    def __init__(self, name: str) -> None:
        """`name` is the engine's."""
        self.name = name
        upstream = name.removeprefix(UPSTREAM_PREFIX)
        self.description = f"there is no [upstreams.{upstream}] in the settings file; add it with its url"

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return Readiness(Reason("unknown_upstream", self.description))

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        raise EngineUnavailable("unknown_upstream", self.description)
        yield  # a generator, which raises when it is listened to

    async def probe(self) -> None:
        raise EngineUnavailable("unknown_upstream", self.description)


def upstream_engines(upstreams: Mapping[str, UpstreamSettings]) -> dict[str, UpstreamEngine]:
    """By the engine's name; nothing is started yet."""
    engines = [UpstreamEngine(name, settings) for name, settings in upstreams.items()]
    return {engine.name: engine for engine in engines}


READY_LIMIT = 256 * 1024
"""Bytes of an answer about every persona"""


def check_substitute(headers: Mapping[str, str], name: str) -> None:
    """Raises EngineUnavailable if another voice spoke: the chain here has substitutes of its own."""
    if headers.get(wire.HEADER_SUBSTITUTE, "none") != "none":
        raise EngineUnavailable("substitute", f"{name} would speak with another voice than the one asked for")


async def check_readyz(
    connection: UpstreamConnection, name: str, voice: VoiceSpec | None, within: float
) -> None:
    """Raises EngineFailure unless this voice, or any if none is named, can speak there now.

    Raises NotAuthorised where the key opens nothing.
    """
    asked = f"?persona={quote(voice.voice, safe='')}" if voice and voice.voice else ""
    status, body = await connection.get(f"/readyz{asked}", within, READY_LIMIT)
    if status in NO_ENTRY:
        raise NotAuthorised(name, status)
    try:
        personas = json.loads(body)["personas"].values()
        ready = any(persona["own_voice"] for persona in personas)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise EngineFailure("not_ready", f"{name} does not answer as a gateway does") from None
    if status != 200 or not ready:
        raise EngineFailure("not_ready", f"{name} cannot speak with this voice now")
