"""An engine that is listened to: what cannot be the sentence it was given is its failure."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from gateway.output_guard import OutputGuard
from speech.audio import AudioChunk
from speech.engines.base import Engine, Readiness
from speech.persona import VoiceSpec
from speech.utterance import Sentence


class ListeningEngine:
    """Models run on, stop early or fall silent, and say nothing of it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def description(self) -> str:
        return self._engine.description

    @property
    def first_audio_cap(self) -> float:
        return self._engine.first_audio_cap

    @property
    def signs_of_life(self) -> bool:
        return self._engine.signs_of_life

    async def start(self) -> None:
        await self._engine.start()

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return self._engine.readiness(voice)

    def start_estimate(self, sentence: Sentence) -> float:
        return self._engine.start_estimate(sentence)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """As the engine; also raises EngineFailure for what `OutputGuard` finds."""
        guard: OutputGuard | None = None
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                if chunk.samples:
                    guard = guard or OutputGuard(sentence.text, chunk.format.sample_rate)
                    guard.feed(chunk.pcm)
                yield chunk
        if guard:
            guard.finish()

    async def probe(self) -> None:
        await self._engine.probe()

    async def close(self) -> None:
        await self._engine.close()
