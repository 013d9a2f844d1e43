"""What every engine around another one has in common: it is the other, but for how it speaks."""

from robotvoice.engines.base import Engine, Readiness, legible_of, takes_language
from robotvoice.persona import VoiceSpec
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Sentence


class WrappedEngine:
    """Passes on everything except `speak`, which its subclasses add."""

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

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return self._engine.start_estimate(sentence, voice)

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return self._engine.real_time_factor(voice)

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        return legible_of(self._engine, text, voice)

    def takes_language(self, voice: VoiceSpec) -> bool:
        return takes_language(self._engine, voice)

    async def probe(self) -> None:
        await self._engine.probe()

    async def close(self) -> None:
        await self._engine.close()
