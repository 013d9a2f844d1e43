"""An engine that is listened to: what cannot be the sentence it was given is its failure."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from gateway.engines.wrapped import WrappedEngine
from gateway.output_guard import OutputGuard
from speech.audio import AudioChunk
from speech.persona import VoiceSpec
from speech.utterance import Sentence


class ListeningEngine(WrappedEngine):
    """Models run on, stop early or fall silent, and say nothing of it."""

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
