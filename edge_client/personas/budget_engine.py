"""The gateway as one persona wants it: given as long to its first sound as that persona's budget says."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from robotvoice.chain.guarded import FirstAudio, GuardedEngine
from robotvoice.engines.base import Engine
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence


class BudgetedEngine(WrappedEngine):
    """Tells the engine until when its sound is of use, and waits for it until then."""

    def __init__(self, engine: Engine, seconds: float) -> None:
        super().__init__(engine)
        self._seconds = seconds

    @property
    def first_audio_cap(self) -> float:
        return self._seconds

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        by = min(sentence.asked.start_by, asyncio.get_running_loop().time() + self._seconds)
        given = replace(sentence, asked=replace(sentence.asked, start_by=by))
        async with aclosing(self._engine.speak(given, voice)) as chunks:
            async for chunk in chunks:
                yield chunk


def budgeted(guarded: GuardedEngine, seconds: float) -> GuardedEngine:
    """The same, behind the same breaker.

    What it took for other sentences and personas, many of them kept over there, is no measure for this one.
    """
    return replace(guarded, engine=BudgetedEngine(guarded.engine, seconds), first_audio=FirstAudio())
