"""An engine that a test holds in its hand, and what listens to it."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from contextlib import aclosing

from robotvoice.engines.base import READY, Engine, EngineBase, Readiness
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Reason, Sentence

FORMAT = AudioFormat(24_000)
CHUNKS = 5
VOICE = VoiceSpec("mlx", model_voice=ModelVoice("a/model", "key of a"))
OTHER = VoiceSpec("mlx", model_voice=ModelVoice("a/model", "key of b"))


def pcm_for(text: str, voice: VoiceSpec) -> bytes:
    """What the parrot makes of a text: different for each text and voice."""
    seed = hashlib.sha256(f"{text}\0{voice.model_voice}".encode()).digest()
    return seed * 40 * CHUNKS


class Parrot(EngineBase):
    """Makes `pcm_for`, in chunks, when it is let."""

    description = "a parrot"
    first_audio_cap = 5.0

    def __init__(self, name: str = "mlx") -> None:
        self.name = name
        self.begun: list[str] = []
        self.voices: list[VoiceSpec] = []
        """With which it began them"""
        self.given_up = 0
        """Sentences whose listener left"""
        self.estimate = 0.0
        """Seconds to its first sound, as it says"""
        self.problem: Exception | None = None
        """Raised after two chunks"""
        self.not_ready: Reason | None = None
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return Readiness(self.not_ready) if self.not_ready else READY

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return self.estimate

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        self.begun.append(sentence.text)
        self.voices.append(voice)
        pcm = pcm_for(sentence.text, voice)
        step = len(pcm) // CHUNKS
        origin = Origin(self.name, "a voice", {"pitch": 50})
        try:
            yield AudioChunk(b"", FORMAT, origin)
            for number in range(CHUNKS):
                yield AudioChunk(pcm[number * step : (number + 1) * step], FORMAT, origin)
                if number == 1:
                    await self.may_go_on.wait()
                    if self.problem:
                        raise self.problem
                await asyncio.sleep(0)
        except (asyncio.CancelledError, GeneratorExit):
            self.given_up += 1
            raise


async def heard(engine: Engine, text: str, voice: VoiceSpec = VOICE) -> list[AudioChunk]:
    """All chunks with sound."""
    async with aclosing(engine.speak(Sentence(0, text), voice)) as chunks:
        return [chunk async for chunk in chunks if chunk.samples]


async def pcm_of(engine: Engine, text: str, voice: VoiceSpec = VOICE) -> bytes:
    return b"".join(chunk.pcm for chunk in await heard(engine, text, voice))
