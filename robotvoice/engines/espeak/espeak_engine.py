"""The `espeak` engine: eSpeak NG, small and always there, in a child process of its own."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Literal

from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.engines.espeak.espeak_backend import EspeakBackend, EspeakRequest
from robotvoice.engines.espeak.espeak_command import EspeakCommandBackend
from robotvoice.engines.espeak.espeak_languages import EspeakReader, stand_in, voice_in
from robotvoice.engines.espeak.espeak_library import EspeakLibraryBackend, installed_libraries
from robotvoice.engines.espeak.espeak_voices import Catalogue
from robotvoice.errors import EngineFailure, EngineUnavailable, MachineFull, UnknownLanguage, UnknownVoice
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK, language_of
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence
from robotvoice.wire.speed import rate_at

log = logging.getLogger(__name__)

BackendChoice = Literal["auto", "library", "command"]
DEFAULT_VOICE = "en"
DEFAULT_PITCH, DEFAULT_RATE, DEFAULT_VOLUME = 50, 175, 100
SLOWEST_RATE, FASTEST_RATE = 80, 450
"""Words per minute: espeakRATE_MINIMUM and espeakRATE_MAXIMUM of its speak_lib.h"""
START_ESTIMATE = 0.02
"""Seconds to the first sound of a warm child."""
REAL_TIME_FACTOR = 0.05
PROBE_TEXT = "Hi."
HOW_TO_INSTALL = "install it with: sudo apt install espeak-ng (or pip install 'robotvoice[espeak]')"
NOT_INSTALLED = Reason("not_installed", f"eSpeak NG does not run here; {HOW_TO_INSTALL}")


class EspeakEngine(EngineBase):
    """Speaks with the first eSpeak NG that works: a library, else the command."""

    name = "espeak"
    first_audio_cap = 2.0

    def __init__(self, backends: Sequence[EspeakBackend], *, on_demand: bool = False) -> None:
        """With `on_demand` it counts as ready from the first moment and starts with the first sentence."""
        self._on_demand = on_demand
        self._tried = False
        self._full: MachineFull | None = None
        self._backends = tuple(backends)
        self._backend: EspeakBackend | None = None
        self._catalogue: Catalogue | None = None
        self._not_ready = Reason("starting", "eSpeak NG is starting")
        self._starting = asyncio.Lock()

    @classmethod
    def installed(cls, choice: BackendChoice = "auto", *, on_demand: bool = False) -> "EspeakEngine":
        """The engine around whatever this machine has."""
        backends: list[EspeakBackend] = []
        if choice != "command":
            backends += map(EspeakLibraryBackend, installed_libraries())
        if choice != "library":
            backends.append(EspeakCommandBackend())
        return cls(backends, on_demand=on_demand)

    @property
    def description(self) -> str:
        """Which eSpeak NG speaks, or why none does."""
        if self._backend is None or self._catalogue is None:
            return self._not_ready.text
        return f"eSpeak NG {self._catalogue.version} ({self._backend.description})"

    async def start(self) -> None:
        """Finds an eSpeak NG that runs, once; `readiness` tells when there is none."""
        async with self._starting:
            if self._backend is not None:
                return
            problems: list[EngineFailure | EngineUnavailable] = []
            for backend in self._backends:
                try:
                    self._catalogue = await backend.start()
                except (EngineFailure, EngineUnavailable) as problem:
                    problems.append(problem)
                    continue
                self._backend = backend
                return
            self._full = next((each for each in problems if isinstance(each, MachineFull)), None)
            # On a full machine it may well be installed: who starts on demand is asked again.
            self._tried = self._full is None
            before, self._not_ready = self._not_ready, NOT_INSTALLED
            if self._full:
                self._not_ready = Reason(self._full.reason, self._full.message)
            if self._not_ready != before:
                tried = "; ".join(each.message for each in problems)
                log.warning("%s (tried: %s)", self._not_ready.text, tried)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        if self._catalogue is None:
            return READY if self._on_demand and not self._tried else Readiness(self._not_ready)
        try:
            self._reader(self._catalogue, voice)
        except UnknownVoice as error:
            return Readiness(Reason(error.code, error.message))
        except UnknownLanguage as error:
            return Readiness(Reason(CANNOT_SPEAK, error.message))
        return READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        return True

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        """All of it as long as it is not known which voices there are."""
        try:
            return self._reader(self._catalogue, voice).legible(text) if self._catalogue else Legible(text)
        except (UnknownVoice, UnknownLanguage):
            return Legible(text)

    def voice_for(self, language: str) -> tuple[str, bool]:
        """(what reads a language, a tag, best; whether it is a voice of that language).

        The language itself as long as it is not known which voices there are.
        """
        code, catalogue = language_of(language).code, self._catalogue
        if catalogue is None:
            return code, True
        own = voice_in(catalogue, "", language)
        if own and catalogue.has(code) and catalogue.resolve(code) == catalogue.resolve(own):
            own = code
        return own or stand_in(catalogue, language), own is not None

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return START_ESTIMATE

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        if self._on_demand:
            await self.start()
        if self._backend is None or self._catalogue is None:
            if self._full:
                raise MachineFull(self._full.message)
            raise EngineUnavailable(self._not_ready.code, self._not_ready.text)
        ready = self.readiness(voice)
        if ready.reason:
            raise EngineUnavailable(ready.reason.code, ready.reason.text)
        reader = self._reader(self._catalogue, voice)
        pieces = list(reader.pieces(sentence.text))
        if not pieces:
            raise EngineUnavailable(CANNOT_READ, "no voice of eSpeak NG can read any of the sentence")
        usual = DEFAULT_RATE if voice.rate is None else voice.rate
        for number, (name, text) in enumerate(pieces, 1):
            request = EspeakRequest(
                text=text,
                voice=reader.voice,
                identifier=self._catalogue.resolve(name),
                pitch=DEFAULT_PITCH if voice.pitch is None else voice.pitch,
                rate=rate_at(usual, sentence.asked, SLOWEST_RATE, FASTEST_RATE),
                volume=DEFAULT_VOLUME if voice.volume is None else voice.volume,
                last=number == len(pieces),
            )
            async with aclosing(self._backend.speak(request)) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def probe(self) -> None:
        """Speaks a word; also finds an eSpeak NG that was installed since."""
        await self.start()
        if self._backend is None:
            raise EngineFailure(self._not_ready.code, self._not_ready.text)
        heard = False
        # To its end: a child that is left in the middle of a sentence is ended.
        async with aclosing(self.speak(Sentence(0, PROBE_TEXT), VoiceSpec("espeak"))) as chunks:
            async for chunk in chunks:
                heard = heard or chunk.samples > 0
        if not heard:
            raise EngineFailure("no_audio", "eSpeak NG made no audio of a word")

    @staticmethod
    def _reader(catalogue: Catalogue, voice: VoiceSpec) -> EspeakReader:
        """Raises UnknownVoice, and UnknownLanguage for what a request asks for and no voice speaks.

        Without a voice's name any one will do: whatever reads the language best.
        """
        name, language = voice.voice, voice.language
        if name and language:
            found = voice_in(catalogue, name, language)
            if found is None:
                raise UnknownLanguage(f"eSpeak NG has no voice for {language_of(language).name}")
            name = found
        elif not name:
            name = stand_in(catalogue, language) if language else DEFAULT_VOICE
        catalogue.resolve(name)
        return EspeakReader(catalogue, name)

    async def close(self) -> None:
        for backend in self._backends:
            await backend.close()
