"""One voice at a time: whoever holds the lock, and however the holder ends, nobody waits for ever."""

import asyncio
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge_client.playback.lock_file import default_path, locked
from edge_client.playback.voice_lock import alone
from speech.errors import PlayerFailed
from tests.edge_client.rig import soon

HOLD = """
import asyncio, sys
from pathlib import Path
from edge_client.playback.voice_lock import alone

async def hold():
    async with alone(Path(sys.argv[1])):
        print("held", flush=True)
        await asyncio.sleep(60)

asyncio.run(hold())
"""


@contextmanager
def held_elsewhere(path: Path) -> "Iterator[subprocess.Popen[str]]":
    """By another process."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "voice.lock"


async def spoken(path: Path) -> bool:
    async with alone(path):
        return True


def is_free(path: Path) -> bool:
    descriptor = locked(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


async def test_another_process_waits_and_is_told_when_it_takes_too_long(path: Path) -> None:
    with held_elsewhere(path):
        with pytest.raises(PlayerFailed, match="another program has been speaking for more than 0 s"):
            async with alone(path, within=0.1):
                pytest.fail("two at once")
        assert not is_free(path)


async def test_a_holder_that_is_killed_frees_it(path: Path) -> None:
    with held_elsewhere(path) as holder:
        holder.kill()
        soon(lambda: is_free(path))
    async with alone(path, within=0.0):
        pass


async def test_it_is_free_after_the_block_also_when_that_fails(path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        async with alone(path):
            assert not is_free(path)
            raise ZeroDivisionError
    assert is_free(path)


def test_every_user_may_take_it_whatever_the_first_ones_mask(path: Path) -> None:
    before = os.umask(0o077)
    try:
        assert is_free(path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666
    path.chmod(0o444)
    assert is_free(path)


def test_when_somebody_sweeps_the_folder_the_next_one_still_locks_what_others_see(path: Path) -> None:
    with held_elsewhere(path):
        path.unlink()
        with held_elsewhere(path):
            assert not is_free(path)


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "nowhere"])
def test_where_no_lock_can_be_had_the_robot_still_speaks_and_says_so(
    path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """No link is followed: what it points to is not touched."""
    precious = path.with_name("precious")
    match kind:
        case "link":
            path.symlink_to(precious)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "nowhere":
            path = path / "nowhere"
    assert asyncio.run(spoken(path))
    assert not precious.exists()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"voices may overlap, as {path} cannot be locked" in caplog.text


def test_the_usual_place_is_one_where_every_user_may_make_a_file() -> None:
    folder = default_path().parent.resolve()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
