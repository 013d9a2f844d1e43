"""An engine that speaks as it is told: what the fallback chain is tried with."""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TypeAlias

from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Sentence

Step: TypeAlias = int | float | BaseException | Callable[[], object]
"""A chunk of so many samples, a wait of so many seconds, what to raise, or what to call"""
Script: TypeAlias = Sequence[Step]

SPEAKS: Script = (10, 10)
SILENT: Script = ()
FOREVER = math.inf
DIES = EngineFailure("died", "it died")
BUSY = EngineUnavailable("busy", "it is busy")


class ScriptedEngine(EngineBase):
    """Follows one script a sentence, in their order; the last one again for every sentence after it."""

    def __init__(
        self,
        name: str,
        *scripts: Script,
        readiness: Readiness = READY,
        first_audio_cap: float = 10.0,
        start_estimate: float = 0.0,
        sample_rate: int = 24_000,
    ) -> None:
        self.name = name
        self.description = f"the scripted engine {name}"
        self.first_audio_cap = first_audio_cap
        self.ready = readiness
        self.factor = 0.0
        """Real-time factor"""
        self.asked: list[str] = []
        """The texts it was given"""
        self.given: list[Sentence] = []
        """The same with all that was said about them"""
        self.speaking = 0
        """Sentences that are neither finished nor closed"""
        self._scripts = scripts or (SPEAKS,)
        self._start_estimate = start_estimate
        self._format = AudioFormat(sample_rate)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return self.ready

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return self._start_estimate

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return self.factor

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Every sample holds the position of the sentence's script, so that no chunk passes for another's."""
        script = self._scripts[min(len(self.asked), len(self._scripts) - 1)]
        self.asked.append(sentence.text)
        self.given.append(sentence)
        sample = len(self.asked).to_bytes(2, "little")
        self.speaking += 1
        try:
            for step in script:
                if isinstance(step, BaseException):
                    raise step
                if isinstance(step, float):
                    await (asyncio.sleep(step) if step < math.inf else asyncio.Event().wait())
                elif callable(step):
                    step()
                else:
                    yield AudioChunk(sample * step, self._format, Origin(self.name, voice.voice))
        finally:
            self.speaking -= 1
