"""What was spoken once is not made again: `CacheEngine` plays it, `StoringEngine` keeps it.

Only what a model makes is kept. A clip that came with a single request leaves nothing behind.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import replace

from gateway.audio_files import StoredAudio
from gateway.audio_store import AudioKeys, AudioStore, cache_secret
from gateway.engines.flight import Flight
from gateway.engines.wrapped import WrappedEngine
from gateway.settings import Settings
from speech.audio import AudioChunk
from speech.engines.base import READY, Engine, Readiness
from speech.errors import EngineUnavailable
from speech.persona import VoiceSpec
from speech.utterance import Sentence

log = logging.getLogger(__name__)

PIECE = 1 / 3
"""Seconds of audio in a chunk that is played"""
OF_MODELS = frozenset({"mlx"})
"""Engines whose sound is worth keeping"""
MEGABYTE = 1_000_000


class CacheEngine:
    """Plays what is held of a voice; needs no breaker, and is in a chain before the engine of that voice."""

    name = "cache"
    first_audio_cap = 2.0
    signs_of_life = False

    def __init__(self, store: AudioStore, keys: AudioKeys) -> None:
        self._store = store
        self._keys = keys

    @property
    def description(self) -> str:
        return self._store.description

    async def start(self) -> None:
        await self._store.open()

    def readiness(self, voice: VoiceSpec) -> Readiness:
        """Of a voice that a model makes, there may be something."""
        return READY

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return 0.0

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return 0.0

    def holds(self, sentence: Sentence, voice: VoiceSpec) -> bool:
        """Whether it would be played. `sentence` is what the engine of the voice would be given."""
        key = key_of(self._keys, sentence, voice)
        return key is not None and self._store.holds(key)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """All of it or EngineUnavailable: what is damaged is noticed before the first chunk."""
        key = key_of(self._keys, sentence, voice)
        audio = await self._store.get(key) if key else None
        if audio is None:
            raise EngineUnavailable("not_held", "this sentence was not spoken before")
        origin = replace(audio.origin, stored=True)
        step = int(audio.format.sample_rate * PIECE) * audio.format.frame_bytes
        for start in range(0, len(audio.pcm), step):
            yield AudioChunk(audio.pcm[start : start + step], audio.format, origin)

    async def probe(self) -> None:
        """Nothing to prove: what cannot be read is made again."""

    async def close(self) -> None:
        await self._store.close()


class StoringEngine(WrappedEngine):
    """An engine whose sentences are kept when they have come to their end.

    Who asks for what is being made just then listens to that, from its beginning.
    """

    def __init__(self, engine: Engine, store: AudioStore, keys: AudioKeys) -> None:
        super().__init__(engine)
        self._store = store
        self._keys = keys
        self._flights: dict[str, Flight] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        key = key_of(self._keys, sentence, voice)
        if key is None:
            speaking = self._engine.speak(sentence, voice)
        else:
            flight = self._flights.get(key) or self._take_off(key, sentence, voice)
            speaking = flight.listen()
        async with aclosing(speaking) as chunks:
            async for chunk in chunks:
                yield chunk

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await super().close()

    def _take_off(self, key: str, sentence: Sentence, voice: VoiceSpec) -> Flight:
        flight = Flight(self._engine, sentence, voice, lambda: self._flights.__delitem__(key))
        self._flights[key] = flight
        flight.task = asyncio.create_task(self._fly(key, flight), name="sentence to keep")
        self._tasks.add(flight.task)
        flight.task.add_done_callback(self._tasks.discard)
        flight.task.add_done_callback(lambda _: flight.end())
        return flight

    async def _fly(self, key: str, flight: Flight) -> None:
        await flight.run()
        # Nothing is awaited before it can be had: who asks from here on finds it.
        if audio := _whole(flight.chunks, self._engine.name):
            try:
                await self._store.put(key, audio)
            except Exception:
                log.exception("a sentence could not be kept")


def with_cache(
    engines: Mapping[str, Engine], settings: Settings, revisions: Mapping[str, str] | None = None
) -> dict[str, Engine]:
    """These engines, the ones that run a model kept by a cache, unless the settings have none.

    `revisions`: the commit of each model that is pinned.
    """
    if not settings.cache:
        return dict(engines)
    store = AudioStore(
        settings.state_dir / "audio",
        disk_bytes=settings.cache_disk_mb * MEGABYTE,
        memory_bytes=settings.cache_memory_mb * MEGABYTE,
    )
    keys = AudioKeys(cache_secret(settings.state_dir), revisions)
    kept: dict[str, Engine] = {
        name: StoringEngine(engine, store, keys) if name in OF_MODELS else engine
        for name, engine in engines.items()
    }
    return {CacheEngine.name: CacheEngine(store, keys)} | kept


def key_of(keys: AudioKeys, sentence: Sentence, voice: VoiceSpec) -> str | None:
    """None: not to be kept."""
    model_voice = voice.model_voice
    if model_voice is None or model_voice.ad_hoc:
        return None
    return keys.key(voice.engine, sentence.text, model_voice)


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
