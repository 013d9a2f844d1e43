"""An engine that is listened to: what cannot be the sentence it was given is its failure."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from gateway.output_guard import OutputGuard
from speech.audio import AudioChunk
from speech.engines.base import Engine
from speech.engines.wrapped import WrappedEngine
from speech.errors import EngineFailure, EngineUnavailable
from speech.persona import VoiceSpec
from speech.utterance import Asked, Priority, Sentence

SILENT_FOR = 0.25
"""Seconds of silence before a sentence that would be too late by themselves"""
NEARLY = 0.2
"""Seconds; the next piece may come too late to be judged"""
CANARY = Sentence(0, "Can you hear me now?", Asked(priority=Priority.BACKGROUND))
"""Long enough to miss something of it"""


class ListeningEngine(WrappedEngine):
    """Models run on, stop early or fall silent, and say nothing of it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._proven: VoiceSpec | None = None
        """The voice of which a whole sentence was heard last"""

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """As the engine; also raises EngineFailure for what `OutputGuard` finds.

        Silence in front is held back until there is something to hear: it is not the first sound.
        """
        guard: OutputGuard | None = None
        silence: list[AudioChunk] = []
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                if chunk.samples:
                    guard = guard or OutputGuard(sentence.text, chunk.format.sample_rate)
                    guard.feed(chunk.pcm)
                    silence.append(chunk)
                    if not guard.audible:
                        self._judge(silence, sentence.asked.start_by)
                        # A sign of life, which is not taken for sound.
                        yield replace(chunk, pcm=b"")
                        continue
                    while silence:
                        yield silence.pop(0)
                else:
                    yield chunk
        if guard:
            guard.finish()
            self._proven = voice

    def _judge(self, silence: Sequence[AudioChunk], start_by: float) -> None:
        """Who has made nothing but silence when the time for the first sound is over was not merely slow."""
        seconds = sum(chunk.format.seconds(chunk.samples) for chunk in silence)
        if seconds >= SILENT_FOR and asyncio.get_running_loop().time() > start_by - NEARLY:
            raise EngineFailure("silent", f"{self.name} was silent for its first {seconds:.1f} s")

    async def probe(self) -> None:
        """The engine's own canary, then one that is listened to: it hears what users would meet.

        Raises as `speak`.
        """
        await self._engine.probe()
        if self._proven is None or not self._engine.readiness(self._proven):
            return
        sounded = False
        try:
            async with aclosing(self.speak(CANARY, self._proven)) as chunks:
                async for chunk in chunks:
                    sounded = sounded or chunk.samples > 0
        except EngineUnavailable:
            return
        if not sounded:
            raise EngineFailure("no_audio", f"{self.name} made no sound of a sentence")
