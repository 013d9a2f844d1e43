"""`/v1/audio/speech`: that words are kept shows in the length of a WAV, so to the house alone."""

from pathlib import Path

import pytest

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.engine_parts import Parts
from gateway.security.credentials import KEYS_FILE, Credentials
from robotvoice.persona import Persona
from tests.gateway.engines.cache.parrot import VOICE, Parrot, pcm_for
from tests.gateway.in_process import library, named, running, soon

TELLING = {"Content-Length", "Transfer-Encoding", "X-Voice-Engine", "X-Voice-Substitute", "Content-Type"}


@pytest.mark.parametrize("key", [False, True])
async def test_a_kept_wav_has_a_length_for_the_house_alone(key: bool, tmp_path: Path) -> None:
    parrot = Parrot()
    store = AudioStore(tmp_path / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret")
    storing, cache = StoringEngine(parrot, store, keys), CacheEngine(store, keys)
    parts = Parts(named(cache, storing), cache=cache, storing={"mlx": storing})
    people = library(Persona("rook", "Rook", "en", VOICE))
    known = Credentials(tmp_path / KEYS_FILE)
    headers = {"Authorization": f"Bearer {known.new('agent')}"} if key else {}
    body = {"input": "I love you.", "response_format": "wav"}
    async with running(people, parts, from_network=key, state_dir=tmp_path) as gateway:
        await soon(lambda: "on disk" in store.description)
        first = await gateway.ask("/v1/audio/speech", "POST", json=body, headers=headers)
        again = await gateway.ask("/v1/audio/speech", "POST", json=body, headers=headers)
    assert parrot.begun == ["I love you."]
    assert pcm_for("I love you.", VOICE) in again.body
    told = [
        {name: value for name, value in each.headers.items() if name in TELLING} for each in (first, again)
    ]
    assert (told[0] == told[1]) == key
    assert "Content-Length" not in first.headers and ("Content-Length" in again.headers) == (not key)
