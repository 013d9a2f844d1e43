"""What comes out of the store is what went in, and it stays within its bounds."""

import asyncio
import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.engines.cache.audio_store import AudioKeys, AudioStore, StoredAudio, cache_secret
from robotvoice.persona import ModelVoice
from robotvoice.sound.pcm import AudioFormat, Origin
from tests.gateway.engines.cache.parrot import FORMAT

ORIGIN = Origin("mlx", "a voice", {"pitch": 3})


def audio(size: int, seed: int = 0) -> StoredAudio:
    return StoredAudio(random.Random(seed).randbytes(size), FORMAT, ORIGIN)


def key(number: int) -> str:
    return f"a-shelf/{number:064x}"


async def opened(folder: Path, disk: int = 1_000_000, memory: int = 0) -> AudioStore:
    """One that remembers nothing but what is on disk, unless told otherwise."""
    store = AudioStore(folder, disk_bytes=disk, memory_bytes=memory)
    await store.open()
    return store


def on_disk(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*.audio"))


Step = st.tuples(st.sampled_from(["put", "get", "restart"]), st.integers(0, 5), st.integers(0, 1500))


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(Step, max_size=30))
def test_whatever_happens_what_comes_out_went_in_and_the_bounds_hold(
    steps: list[tuple[str, int, int]],
) -> None:
    async def walk(folder: Path) -> None:
        went_in: dict[int, StoredAudio] = {}
        store = await opened(folder, disk=4000, memory=2500)
        for action, number, size in steps:
            if action == "put":
                went_in[number] = audio(2 * size, seed=size)
                await store.put(key(number), went_in[number])
            elif action == "get":
                held = store.holds(key(number))
                out = await store.get(key(number))
                assert (out is not None) == held
                assert out is None or out == went_in[number]
            else:
                await store.close()
                store = await opened(folder, disk=4000, memory=2500)
            assert store._memory_bytes <= 2500
            assert store._files.total == on_disk(folder) <= 4000
        await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(walk(Path(folder)))


async def test_it_is_all_there_after_a_restart(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    odd = StoredAudio(b"\n\0{}\n" * 100, AudioFormat(22_050, 2), Origin("mlx", 'vo"ice\n', {}))
    await store.put(key(1), audio(1000))
    await store.put(key(2), odd)
    await store.close()
    store = await opened(tmp_path)
    assert await store.get(key(1)) == audio(1000)
    assert await store.get(key(2)) == odd
    assert await store.get(key(3)) is None
    await store.close()


async def test_the_one_unused_for_longest_goes_first_after_a_restart_too(tmp_path: Path) -> None:
    store = await opened(tmp_path, disk=3600)
    for number in (1, 2, 3):
        await store.put(key(number), audio(1000))
        os.utime(tmp_path / f"{key(number)}.audio", (number, number))
    assert await store.get(key(1))
    await store.close()
    store = await opened(tmp_path, disk=3600)
    await store.put(key(4), audio(1000))
    assert [number for number in (1, 2, 3, 4) if store.holds(key(number))] == [1, 3, 4]
    await store.close()


async def test_a_smaller_bound_is_kept_from_the_start(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    for number in range(5):
        await store.put(key(number), audio(1000))
    await store.close()
    store = await opened(tmp_path, disk=2500)
    assert on_disk(tmp_path) <= 2500
    assert store.holds(key(4))
    await store.close()


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "audio"
    store = await opened(folder)
    await store.put(key(1), audio(10))
    await store.close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o077 for file in folder.rglob("*.audio")} == {0}


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = cache_secret(tmp_path / "state")
    file = tmp_path / "state" / "cache-secret"
    file.chmod(0o644)
    assert cache_secret(tmp_path / "state") == secret == file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"short")
    assert cache_secret(tmp_path / "state") == file.read_bytes() != b"short"


def test_without_a_place_for_the_secret_there_is_still_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "state").write_text("not a folder")
    assert len(cache_secret(tmp_path / "state")) == 32
    assert "cannot be kept" in caplog.text


BASE = ModelVoice("a/model", "key")


@pytest.mark.parametrize(
    "voice",
    [
        ModelVoice("b/model", "key"),
        ModelVoice("a/model", "other"),
        ModelVoice("a/model", "key", language="de"),
        ModelVoice("a/model", "key", seed=1),
        ModelVoice("a/model", "key", instruct="softly"),
        ModelVoice("a/model", "key", speaker="ryan"),
    ],
)
def test_all_that_changes_the_sound_changes_the_key(voice: ModelVoice) -> None:
    keys = AudioKeys(b"secret")
    assert keys.key("mlx", "Hi.", BASE) == AudioKeys(b"secret").key(
        "mlx", "Hi.", ModelVoice("a/model", "key")
    )
    others = {
        keys.key("mlx", "Hi.", voice),
        keys.key("mlx", "Ho.", BASE),
        keys.key("upstream", "Hi.", BASE),
        AudioKeys(b"secret", {"a/model": "commit"}).key("mlx", "Hi.", BASE),
        AudioKeys(b"another").key("mlx", "Hi.", BASE),
    }
    assert len(others | {keys.key("mlx", "Hi.", BASE)}) == 6
