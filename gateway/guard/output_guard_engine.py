"""An engine that is listened to: what cannot be the sentence it was given is told of, whatever made it."""

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import replace

from gateway.guard.output_guard import OutputGuard
from robotvoice.chain.voice_recovery import CANARIES
from robotvoice.engines.base import Engine
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.errors import ContentFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Priority, RequestOptions, Sentence

SILENT_FOR = 0.25
"""Seconds of silence before a sentence that would be too late by themselves"""
NEARLY = 0.2
"""Seconds; the next piece may come too late to be judged"""
CANARY_VOICES = 3
"""Voices that one canary tries at most"""
REMEMBERED = 8
"""Voices that spoke well"""


class OutputGuardEngine(WrappedEngine):
    """Models run on, stop early or fall silent, and say nothing of it."""

    def __init__(self, engine: Engine, *, any_language: bool = False) -> None:
        """`any_language`: it may speak others than models do."""
        super().__init__(engine)
        self._any_language = any_language
        self._proven: OrderedDict[tuple[str, str], VoiceSpec] = OrderedDict()
        """Voices of which a whole sentence was heard, the one whose last went well latest at the end"""
        self._suspect: set[tuple[str, str]] = set()
        """Those of them whose last sentence came out wrong"""
        self._canaries = itertools.count()

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """As the engine; also raises ContentFailure for what `OutputGuard` finds.

        Silence in front is held back until there is something to hear: it is not the first sound.
        """
        try:
            async with aclosing(self._heard(sentence, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ContentFailure:
            if voice.source in self._proven:
                self._suspect.add(voice.source)
            raise

    def forget(self, sources: Iterable[tuple[str, str]]) -> None:
        """No canary speaks with these voices any more."""
        for source in sources:
            self._proven.pop(source, None)
            self._suspect.discard(source)

    async def probe(self) -> None:
        """The engine's own canary, then one that is listened to: it hears what users would meet.

        The latter speaks with voices that have spoken well, first those that did so last, until one does
        again; each says something else. One that comes out wrong tells of that voice or of that text; it
        takes two to tell of the engine. Raises as `speak`.
        """
        await self._engine.probe()
        asked = RequestOptions(priority=Priority.BACKGROUND)
        wrong: list[ContentFailure] = []
        for voice in self._canary_voices():
            number = next(self._canaries)
            sentence = Sentence(0, CANARIES[number % len(CANARIES)], asked, take=number)
            try:
                sounded = False
                async with aclosing(self.speak(sentence, voice)) as chunks:
                    async for chunk in chunks:
                        sounded = sounded or chunk.samples > 0
                if sounded:
                    return
                wrong.append(ContentFailure("no_audio", f"{self.name} made no sound of a sentence"))
            except EngineUnavailable:
                continue
            except ContentFailure as failure:
                wrong.append(failure)
        if len(wrong) > 1:
            raise wrong[-1]

    async def _heard(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        guard: OutputGuard | None = None
        silence: list[AudioChunk] = []
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                if chunk.samples:
                    if guard is None:
                        rate = chunk.format.sample_rate
                        guard = OutputGuard(sentence.text, rate, any_language=self._any_language)
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
            self._spoke_well(voice)

    def _judge(self, silence: Sequence[AudioChunk], start_by: float) -> None:
        """Who has made nothing but silence when the time for the first sound is over was not merely slow."""
        seconds = sum(chunk.format.seconds(chunk.samples) for chunk in silence)
        if seconds >= SILENT_FOR and asyncio.get_running_loop().time() > start_by - NEARLY:
            raise ContentFailure("silent", f"{self.name} was silent for its first {seconds:.1f} s")

    def _spoke_well(self, voice: VoiceSpec) -> None:
        """The clip of a single request is soon gone, and no canary's."""
        if voice.ad_hoc:
            return
        self._suspect.discard(voice.source)
        self._proven[voice.source] = voice
        self._proven.move_to_end(voice.source)
        while len(self._proven) > REMEMBERED:
            source, _ = self._proven.popitem(last=False)
            self._suspect.discard(source)

    def _canary_voices(self) -> Sequence[VoiceSpec]:
        """Those that are not suspect first."""
        ready = [voice for voice in reversed(self._proven.values()) if self._engine.readiness(voice)]
        return sorted(ready, key=lambda voice: voice.source in self._suspect)[:CANARY_VOICES]
