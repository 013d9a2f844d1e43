"""An engine that asks for leave: a voice whose consent has ended is not spoken with, from the next day on."""

import datetime
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from robotvoice.engines.base import Engine, Readiness
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

CONSENT_EXPIRED = "consent_expired"
Today = Callable[[], datetime.date]


class ConsentedEngine(WrappedEngine):
    """As the engine it is around, for voices that may be used today."""

    def __init__(self, engine: Engine, today: Today) -> None:
        super().__init__(engine)
        self._today = today

    def readiness(self, voice: VoiceSpec) -> Readiness:
        ended = why_ended(voice, self._today())
        return Readiness(ended) if ended else super().readiness(voice)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Raises EngineUnavailable too, for a voice whose consent has ended."""
        if ended := why_ended(voice, self._today()):
            raise EngineUnavailable(ended.code, ended.text)
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                yield chunk


def why_ended(voice: VoiceSpec, today: datetime.date) -> Reason | None:
    """None while it may be used."""
    if not voice.has_ended(today):
        return None
    return Reason(CONSENT_EXPIRED, f"the consent to this voice ended with {voice.until}")
