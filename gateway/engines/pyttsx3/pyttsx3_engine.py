"""The `pyttsx3` engine: the system's own voices, on a Mac those of macOS; meant as a persona's last entry."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

from gateway.engines.pyttsx3.pyttsx3_process import (
    LONGEST_WITHIN,
    PLACE_WITHIN,
    Pyttsx3Processes,
    SpeechToFile,
)
from gateway.engines.pyttsx3.pyttsx3_voices import ESPEAK, SystemVoices
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.engines.espeak.espeak_letters import letters_for
from robotvoice.errors import EngineFailure, EngineUnavailable, UnknownLanguage, UnknownVoice
from robotvoice.languages import CANNOT_SPEAK
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin, samples_of
from robotvoice.text.writing.scripts import Legible, legible
from robotvoice.utterance import Reason, RequestOptions, Sentence
from robotvoice.wire.speed import rate_at

log = logging.getLogger(__name__)

CHUNK_BYTES = 8192
START_ESTIMATE = 0.3
"""Seconds to the whole sentence, and so to its first sound, until one was spoken"""
REAL_TIME_FACTOR = 0.1
"""0.02 to 0.05 on Linux; a Mac was not measured"""
REMEMBERED = 8
"""Sentences that the estimate is made from"""
TRY_AGAIN = 60.0
"""Seconds to the next start after one that failed"""
PROBE_TEXT = "Hi."
USUAL_RATE, SLOWEST_RATE, FASTEST_RATE = 200, 80, 450
"""Words per minute: what its drivers begin with, and the bounds of a persona's `rate`"""
AUDIBLE = 328
"""Of 32,767: -40 dBFS, which no voice stays below for a whole word"""


class Pyttsx3Engine(EngineBase):
    """Speaks each sentence in a child process of its own, and sounds when the whole sentence is there."""

    name = "pyttsx3"
    # The first sound is the whole sentence, so this is for the longest; others have a deadline of their own.
    first_audio_cap = PLACE_WITHIN + LONGEST_WITHIN + 1

    def __init__(
        self,
        processes: Pyttsx3Processes | None = None,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._processes = processes or Pyttsx3Processes()
        self._sleep = sleep
        self._voices: SystemVoices | None = None
        self._not_ready = Reason("starting", "pyttsx3 is starting")
        self._starting = asyncio.Lock()
        self._restarting: asyncio.Task[None] | None = None
        self._closed = False
        self._took: deque[float] = deque(maxlen=REMEMBERED)

    @property
    def description(self) -> str:
        """Which voices speak, or why none does."""
        if self._voices is None:
            return self._not_ready.text
        return f"pyttsx3 ({self._voices.driver}, {len(self._voices.voices)} voices)"

    async def start(self) -> None:
        """Asks for the voices. If that breaks, it is tried again in the background, until `close`."""
        await self._find_voices()
        if self._voices is None and self._not_ready.code != "not_installed" and not self._closed:
            self._restarting = self._restarting or asyncio.create_task(self._restart(), name="start pyttsx3")

    def readiness(self, voice: VoiceSpec) -> Readiness:
        if self._voices is None:
            return Readiness(self._not_ready, TRY_AGAIN if self._restarting else None)
        try:
            self._voices.speaking(voice.voice, voice.language)
        except UnknownVoice as error:
            return Readiness(Reason(error.code, error.message))
        except UnknownLanguage as error:
            return Readiness(Reason(CANNOT_SPEAK, error.message))
        return READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        return True

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        """All of it as long as it is not known what the voices read."""
        voices = self._voices
        if voices is None:
            return Legible(text)
        try:
            id = voices.speaking(voice.voice, voice.language)
        except (UnknownVoice, UnknownLanguage):
            return Legible(text)
        scripts, language = voices.scripts(id), next(iter(voices.languages(id)), "")
        if not scripts:
            return Legible(text)
        found = legible(text, lambda run: run.scripts <= scripts, language)
        if voices.driver == ESPEAK:
            found = replace(found, text=letters_for(language.partition("-")[0], found.text))
        return found

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        """What the slowest of the last sentences took."""
        return max(self._took, default=START_ESTIMATE)

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        if self._voices is None:
            raise EngineUnavailable(self._not_ready.code, self._not_ready.text)
        ready = self.readiness(voice)
        if ready.reason:
            raise EngineUnavailable(ready.reason.code, ready.reason.text)
        identifier = self._voices.speaking(voice.voice, voice.language)
        clock = asyncio.get_running_loop().time
        began = clock()
        rate = _rate(voice, sentence.asked)
        request = SpeechToFile(sentence.text, identifier, rate, voice.volume)
        speech = await self._processes.speak(request)
        self._took.append(clock() - began)
        settings = {"rate": rate, "volume": voice.volume}
        given = {name: value for name, value in settings.items() if value is not None}
        origin = Origin(self.name, speech.voice or voice.voice, given)
        for at in range(0, len(speech.pcm), CHUNK_BYTES):
            yield AudioChunk(speech.pcm[at : at + CHUNK_BYTES], speech.format, origin)

    async def probe(self) -> None:
        """Speaks a word that must be heard; also finds a pyttsx3 that was installed since."""
        await self.start()
        if self._voices is None:
            raise EngineFailure(self._not_ready.code, self._not_ready.text)
        speech = await self._processes.speak(SpeechToFile(PROBE_TEXT))
        if max(map(abs, samples_of(speech.pcm))) < AUDIBLE:
            raise EngineFailure("silent", "pyttsx3 made silence of a word")

    async def close(self) -> None:
        self._closed = True
        if self._restarting:
            self._restarting.cancel()
            await asyncio.wait({self._restarting})
        await self._processes.close()

    async def _find_voices(self) -> None:
        async with self._starting:
            if self._voices is not None:
                return
            try:
                self._voices = await self._processes.voices()
            except (EngineFailure, EngineUnavailable) as problem:
                self._not_ready = Reason(problem.reason, problem.message)
                log.info("%s", self._not_ready.text, extra={"engine": self.name})

    async def _restart(self) -> None:
        while self._voices is None:
            await self._sleep(TRY_AGAIN)
            await self._find_voices()
        self._restarting = None


def _rate(voice: VoiceSpec, asked: RequestOptions) -> int | None:
    if asked.speed == 1:
        return voice.rate
    return rate_at(USUAL_RATE if voice.rate is None else voice.rate, asked, SLOWEST_RATE, FASTEST_RATE)
