"""The official client against a gateway in this process, and engines that do as they are told."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import numpy as np
from openai import AsyncOpenAI

from gateway.clips.caller_clips import CallerClips
from gateway.clips.clip import Clip
from gateway.personas.persona_files import PersonaLibrary
from robotvoice.engines.base import READY, Engine, EngineBase, Readiness
from robotvoice.errors import EngineFailure
from robotvoice.persona import ModelVoice, Persona, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Sentence
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.in_process import SOON, Answer, RunningGateway, running

DIES = EngineFailure("died", "it died")
CHUNK = (8_000 * np.sin(np.arange(2_400) * 2 * np.pi / 100)).astype("<i2").tobytes()
"""0.1 s of a tone"""


class Told(EngineBase):
    """An engine that gives so many chunks of a sentence and then fails, if it is told to."""

    first_audio_cap = 10.0

    def __init__(self, name: str, *plan: int | Exception, ready: Readiness = READY) -> None:
        """`plan`: chunks, or what to raise. None: a chunk."""
        self.name = name
        self.description = name
        self.voices: list[VoiceSpec] = []
        """What it was asked to speak with"""
        self.ready = ready
        self.hold: asyncio.Event | None = None
        """If there is one, the second chunk comes when it is set"""
        self._plan: Sequence[int | Exception] = plan or (1,)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return self.ready

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.voices.append(voice)
        made = 0
        for step in self._plan:
            if isinstance(step, Exception):
                raise step
            for _ in range(step):
                if made and self.hold:
                    await self.hold.wait()
                yield AudioChunk(CHUNK, AudioFormat(24_000), Origin(self.name, voice.voice))
                made += 1


def alone(engine: str) -> PersonaLibrary:
    """One persona, who has this engine and no other."""
    return PersonaLibrary({"spark": Persona("spark", "Spark", "en", VoiceSpec(engine))})


class Cloner(Told):
    """Stands for the engine that clones: it takes the caller's clips, as that one does."""

    def __init__(self, *plan: int | Exception, ready: Readiness = READY) -> None:
        super().__init__("mlx", *plan, ready=ready)
        self.clips: CallerClips | None = None
        self.heard: list[Clip] = []

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        if self.clips and voice.model_voice:
            self.heard.append(await self.clips.clip_of(voice.model_voice))
        async with aclosing(super().speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                yield chunk


MODEL = "someone/Some-Base"
DESIGNED = VoiceSpec("mlx", "designed", model_voice=ModelVoice(MODEL, "key", instruct="calm", language="en"))


def cloning(engine: Cloner | None = None) -> tuple[PersonaLibrary, Mapping[str, Engine]]:
    """A persona with a model's voice, and the engine for it."""
    spark = Persona("spark", "Spark", "en", DESIGNED)
    return PersonaLibrary({"spark": spark}), {"mlx": engine or Cloner()}


def base64_clip(seconds: float = 10.0, **format: Any) -> str:
    return base64.b64encode(encoded(spoken(seconds), **format)).decode()


async def ask(gateway: RunningGateway, **fields: Any) -> Answer:
    """The request of a plain client: PCM of a short text unless told otherwise; a clip comes with consent."""
    if fields.get("ref_audio"):
        fields = {"consent": "whoever tests this", **fields}
    asked = {"model": "tts-1", "input": "Hello.", "voice": "spark", "response_format": "pcm"} | fields
    return await post(gateway, json.dumps(asked).encode())


async def post(gateway: RunningGateway, body: bytes | AsyncIterator[bytes], **headers: str) -> Answer:
    told = {"Content-Type": "application/json"} | {k.replace("_", "-"): v for k, v in headers.items()}
    data = io.BytesIO(body) if isinstance(body, bytes) else body
    return await gateway.ask("/v1/audio/speech", "POST", data=data, headers=told)


def refused(answer: Answer, status: int) -> tuple[str, str | None]:
    """Code and field of a refusal, which has OpenAI's shape and is sent only once."""
    error = answer.json["error"]
    assert answer.status == status, error
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    assert error["type"] == "invalid_request_error"
    assert answer.headers["x-should-retry"] == "false"
    assert answer.headers["x-request-id"]
    return error["code"], error["param"]


@asynccontextmanager
async def client_of(gateway: RunningGateway, **options: Any) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=str(gateway.url("/v1")), api_key="x", **options) as client:
        yield client


@asynccontextmanager
async def talking(
    personas: PersonaLibrary | None = None, engines: Mapping[str, Engine] | None = None
) -> AsyncIterator[tuple[RunningGateway, AsyncOpenAI]]:
    """A gateway and the official client of it, which asks once and no more."""
    async with running(personas, engines) as gateway, client_of(gateway, max_retries=0) as client:
        async with asyncio.timeout(SOON):
            while engines is None and (await gateway.ask("/readyz")).status != 200:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        yield gateway, client
