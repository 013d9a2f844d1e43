"""A disk that is full, a file that was changed, a process that dies while it writes, another gateway."""

import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from robotvoice.ground.state_files import UNFINISHED
from tests.gateway.engines.cache.test_store import audio, key, opened

WRITER = """
import asyncio, sys
from pathlib import Path
from tests.gateway.engines.cache.test_store import audio, key, opened

async def write():
    store = await opened(Path(sys.argv[1]), 10**9)
    for number in range(10**6):
        await store.put(key(number % 40), audio(1_000_000, seed=number % 40))
        print(number, flush=True)

asyncio.run(write())
"""


@contextmanager
def writer(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another gateway's process, that writes without end."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[4],
    )
    assert process.stdout
    try:
        assert process.stdout.readline() == "0\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """A disk that is full, as far as a process can tell."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def unfinished(folder: Path) -> bool:
    return any(name.startswith(UNFINISHED) for name in names(folder))


@pytest.mark.parametrize("position", [0, 10, 50, 100, 1000, -1])
async def test_a_changed_byte_is_noticed_and_the_file_dropped(
    tmp_path: Path, position: int, caplog: pytest.LogCaptureFixture
) -> None:
    store = await opened(tmp_path)
    await store.put(key(1), audio(2000))
    file = tmp_path / f"{key(1)}.audio"
    content = bytearray(file.read_bytes())
    content[position] ^= 1
    file.write_bytes(content)
    assert await store.get(key(1)) is None
    assert not file.exists()
    assert store._files.total == 0
    assert "damaged" in caplog.text
    await store.put(key(1), audio(2000))
    assert await store.get(key(1)) == audio(2000)
    await store.close()


@pytest.mark.parametrize("size", [0, 3, 36, 500])
async def test_a_file_that_was_cut_is_dropped(tmp_path: Path, size: int) -> None:
    store = await opened(tmp_path)
    await store.put(key(1), audio(2000))
    with (tmp_path / f"{key(1)}.audio").open("r+b") as file:
        file.truncate(size)
    assert await store.get(key(1)) is None
    await store.close()


async def test_a_file_under_another_name_is_not_taken_for_that(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.put(key(1), audio(2000))
    await store.close()
    (tmp_path / f"{key(1)}.audio").rename(tmp_path / f"{key(2)}.audio")
    store = await opened(tmp_path)
    assert await store.get(key(2)) is None
    await store.close()


async def test_a_file_that_somebody_removed_is_simply_not_held(tmp_path: Path) -> None:
    store = await opened(tmp_path)
    await store.put(key(1), audio(2000))
    (tmp_path / f"{key(1)}.audio").unlink()
    assert await store.get(key(1)) is None
    assert not store.holds(key(1))
    await store.close()


async def test_a_full_disk_is_told_once_and_memory_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await opened(tmp_path, disk=10_000_000, memory=5_000_000)
    with no_file_larger_than(100_000):
        for number in (1, 2):
            await store.put(key(number), audio(300_000, seed=number))
    assert await store.get(key(2)) == audio(300_000, seed=2)
    assert names(tmp_path) == ["lock"]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "File too large" in caplog.text
    await store.put(key(3), audio(300_000))
    assert (tmp_path / f"{key(3)}.audio").exists()
    await store.close()


async def test_where_nothing_can_be_written_memory_serves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "audio").write_text("not a folder")
    store = await opened(tmp_path / "audio", memory=5000)
    await store.put(key(1), audio(2000))
    assert await store.get(key(1)) == audio(2000)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    await store.close()


async def test_a_folder_belongs_to_one_gateway_and_another_keeps_in_memory(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with writer(tmp_path):
        store = await opened(tmp_path, memory=5000)
        assert "another gateway" in caplog.text
        await store.put(key(99), audio(2000))
        assert await store.get(key(99)) == audio(2000)
        assert not (tmp_path / f"{key(99)}.audio").exists()
        await store.close()
    store = await opened(tmp_path)
    await store.put(key(99), audio(2000))
    assert (tmp_path / f"{key(99)}.audio").exists()
    await store.close()


async def test_killed_while_it_writes_it_leaves_whole_files_only(tmp_path: Path) -> None:
    for attempt in range(3):
        with writer(tmp_path) as process:
            deadline = time.monotonic() + 10
            # A moment when a file is being written, as far as one can be met.
            while not unfinished(tmp_path) and time.monotonic() < deadline:
                pass
            time.sleep(random.Random(attempt).random() / 500)  # noqa: ASYNC251 (nothing else runs here)
            process.send_signal(signal.SIGKILL)
            process.wait()
    store = await opened(tmp_path, disk=10**9)
    assert not unfinished(tmp_path)
    held = [number for number in range(40) if store.holds(key(number))]
    assert held
    for number in held:
        assert await store.get(key(number)) == audio(1_000_000, seed=number)
    await store.close()
