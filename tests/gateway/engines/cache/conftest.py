"""A store on disk, an engine, and the two that are put around it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.engine_parts import Parts
from gateway.engines.guarded_engines import GuardedEngines
from robotvoice.engines.base import Engine
from tests.gateway.engines.cache.parrot import Parrot
from tests.gateway.in_process import named


@dataclass
class Kept:
    """An engine whose sentences are kept, and what plays them."""

    parrot: Parrot
    store: AudioStore
    keys: AudioKeys
    storing: StoringEngine
    cache: CacheEngine

    def engines(self, *others: Engine) -> GuardedEngines:
        """These two and others, as a gateway has them."""
        engines = named(self.cache, self.storing, *others)
        return GuardedEngines(Parts(engines, cache=self.cache, storing={"mlx": self.storing}))


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    parrot = Parrot()
    store = AudioStore(tmp_path / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret")
    kept = Kept(parrot, store, keys, StoringEngine(parrot, store, keys), CacheEngine(store, keys))
    await kept.cache.start()
    yield kept
    await kept.storing.close()
    await kept.cache.close()
