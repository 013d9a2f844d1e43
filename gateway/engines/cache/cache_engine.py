"""What was spoken once is not made again: it is played."""

import asyncio
import datetime
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from gateway.engines.cache.audio_store import AudioKeys, AudioStore, cache_secret
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.settings.settings import Settings
from robotvoice.engines.base import Engine, EngineBase, legible_of
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Sentence

PIECE = 1 / 3
"""Seconds of audio in a chunk that is played"""
OF_MODELS = frozenset({"mlx"})
"""Engines whose sound is worth keeping"""
MEGABYTE = 1_000_000


class CacheEngine(EngineBase):
    """Plays what is held of a voice; needs no breaker, and is in a chain before the engine of that voice."""

    name = "cache"
    first_audio_cap = 2.0

    def __init__(
        self, store: AudioStore, keys: AudioKeys, makers: Mapping[str, Engine] = MappingProxyType({})
    ) -> None:
        """`makers` are the engines whose sound is kept, by name."""
        self._store = store
        self._makers = makers
        self._keys = keys
        self.opened = asyncio.Event()
        """Set once it is known whether there is a disk"""
        self.hits = self.misses = 0

    @property
    def description(self) -> str:
        return self._store.description

    async def start(self) -> None:
        try:
            await self._store.open()
        finally:
            self.opened.set()

    async def erase(self, voice: VoiceSpec) -> int:
        """All that is kept of a voice; how many sentences that was. Raises OSError."""
        made = voice.model_voice
        return await self._store.erase(self._keys.shelf(voice.engine, made)) if made else 0

    async def keep_only(self, voices: Iterable[VoiceSpec], *, at_once: bool = False) -> int:
        """What is kept of others goes within a day, or at once; how many sentences that was.

        Raises OSError.
        """
        return await self._store.keep_only(self._keys.shelves(voices), at_once=at_once)

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        """As the engine of the voice, whose sound it plays."""
        maker = self._makers.get(voice.engine)
        return legible_of(maker, text, voice) if maker else Legible(text)

    def holds(self, sentence: Sentence, voice: VoiceSpec) -> bool:
        """Whether it would be played. `sentence` is what the engine of the voice would be given."""
        key = self._keys.of(sentence, voice)
        return key is not None and self._store.holds(key)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """All of it or EngineUnavailable: what is damaged is noticed before the first chunk."""
        key = self._keys.of(sentence, voice)
        audio = await self._store.get(key) if key else None
        if audio is None:
            self.misses += 1
            raise EngineUnavailable("not_held", "this sentence was not spoken before")
        self.hits += 1
        origin = replace(audio.origin, stored=True)
        step = int(audio.format.sample_rate * PIECE) * audio.format.frame_bytes
        for start in range(0, len(audio.pcm), step):
            yield AudioChunk(audio.pcm[start : start + step], audio.format, origin)

    async def close(self) -> None:
        await self._store.close()


def cached(
    engines: Mapping[str, Engine],
    settings: Settings,
    revisions: Mapping[str, str] | None = None,
    today: Callable[[], datetime.date] = datetime.date.today,
) -> tuple[CacheEngine, dict[str, StoringEngine]]:
    """A cache, and in place of those of these engines that run a model ones that are kept by it.

    `revisions`: the commit of each model that is pinned; `today` says which consents have ended.
    """
    store = AudioStore(
        settings.state_dir / "audio",
        disk_bytes=settings.cache_disk_mb * MEGABYTE,
        memory_bytes=settings.cache_memory_mb * MEGABYTE,
    )
    keys = AudioKeys(cache_secret(settings.state_dir), revisions, today)
    storing = {name: StoringEngine(engines[name], store, keys) for name in engines.keys() & OF_MODELS}
    return CacheEngine(store, keys, storing), storing
