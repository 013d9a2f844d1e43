"""What a model makes is kept, also what came too late for the one who asked.

A clip that came with a single request leaves nothing behind.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from gateway.engines.cache.audio_store import AudioKeys, AudioStore, StoredAudio
from gateway.engines.cache.single_flight import SharedSynthesis
from robotvoice.engines.base import Engine
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Priority, RequestOptions, Sentence

log = logging.getLogger(__name__)

LATER = 2
"""Sentences that are made, or wait to be made, though nobody waits for them"""
FOR_LATER = RequestOptions(priority=Priority.BACKGROUND)
GOES = 4
"""How often one that had to give way is begun anew"""
BETWEEN_GOES = 1.0
"""Seconds"""


class StoringEngine(WrappedEngine):
    """An engine whose sentences are kept when they have come to their end.

    Who asks for what is being made just then listens to that, from its beginning.
    """

    def __init__(self, engine: Engine, store: AudioStore, keys: AudioKeys) -> None:
        super().__init__(engine)
        self._store = store
        self._keys = keys
        self._flights: dict[str, SharedSynthesis] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._later: set[asyncio.Task[None]] = set()

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        key = self._keys.of(sentence, voice)
        if key is None:
            speaking = self._engine.speak(sentence, voice)
        else:
            flight = self._flights.get(key)
            if flight is None or flight.priority > sentence.asked.priority:
                flight = self._take_off(key, sentence, voice)
            speaking = flight.listen()
        async with aclosing(speaking) as chunks:
            async for chunk in chunks:
                yield chunk

    def make_for_later(self, sentence: Sentence, voice: VoiceSpec) -> None:
        """Has it made when the engine has nothing else to do; few at a time, and what fails is let be."""
        key = self._keys.of(sentence, voice)
        if key is None or key in self._flights or self._store.holds(key) or len(self._later) >= LATER:
            return
        if self._engine.readiness(voice):
            self._begin_for_later(self._make_for_later(sentence, voice))

    async def close(self) -> None:
        for late in self._later:
            late.cancel()
        if self._later:
            await asyncio.wait(self._later)
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await super().close()

    def _take_off(self, key: str, sentence: Sentence, voice: VoiceSpec) -> SharedSynthesis:
        def forget() -> None:
            if self._flights.get(key) is flight:
                del self._flights[key]

        def goes_on(flight: SharedSynthesis) -> bool:
            room = len(self._later) < LATER
            if room:
                self._begin_for_later(self._see_through(flight, sentence, voice))
            return room

        flight = SharedSynthesis(self._engine, sentence, voice, forget, goes_on)
        self._flights[key] = flight
        flight.task = asyncio.create_task(self._fly(key, flight, voice), name="sentence to keep")
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        flight.task.add_done_callback(lambda _: flight.end())
        return flight

    def _begin_for_later(self, making: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(making, name="sentence for later")
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _see_through(self, flight: SharedSynthesis, sentence: Sentence, voice: VoiceSpec) -> None:
        """To its end, now that nobody waits for it."""
        assert flight.task is not None, "somebody listened to it"
        await asyncio.wait({flight.task})
        if _gave_way(flight.problem):
            await self._make_for_later(sentence, voice)

    async def _make_for_later(self, sentence: Sentence, voice: VoiceSpec) -> None:
        """Again, when it had to give way to somebody."""
        unhurried = replace(sentence, asked=FOR_LATER)
        for _ in range(GOES):
            try:
                async with aclosing(self.speak(unhurried, voice)) as chunks:
                    async for _ in chunks:
                        pass
                return
            except (EngineUnavailable, EngineFailure) as problem:
                log.info("a sentence was not made for later: %s", problem.reason)
                if not _gave_way(problem):
                    return
            await asyncio.sleep(BETWEEN_GOES)

    async def _fly(self, key: str, flight: SharedSynthesis, voice: VoiceSpec) -> None:
        await flight.run()
        # Nothing is awaited before it can be had: who asks from here on finds it.
        audio = _whole(flight.chunks, self._engine.name)
        if audio and not voice.has_ended(self._keys.today()):
            try:
                await self._store.put(key, audio)
            except Exception:
                log.exception("a sentence could not be kept")


def _gave_way(problem: Exception | None) -> bool:
    return isinstance(problem, EngineUnavailable) and problem.reason == "gave_way"


def _whole(chunks: list[AudioChunk], engine: str) -> StoredAudio | None:
    """The sentence in one piece; None if there is no sound, or it is not all this engine's."""
    sounding = [chunk for chunk in chunks if chunk.samples]
    if not sounding:
        return None
    first = sounding[0]
    if any((chunk.format, chunk.origin) != (first.format, first.origin) for chunk in sounding):
        return None
    if first.origin.engine != engine or first.origin.stored:
        return None
    return StoredAudio(b"".join(chunk.pcm for chunk in sounding), first.format, first.origin)
