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

from edge_client.ground.loudspeaker_lock_path import default_path, held
from edge_client.playback import loudspeaker_lock
from edge_client.playback.devices.sound_cards import lock_holder
from edge_client.playback.loudspeaker_lock import STALLED, LoudspeakerLock
from robotvoice.ground.lock_file import locked
from tests.edge_client.playback.proc_rig import Proc
from tests.edge_client.rig import soon

HOLD = """
import asyncio, sys
from pathlib import Path
from edge_client.playback.loudspeaker_lock import LoudspeakerLock

async def hold():
    assert LoudspeakerLock(Path(sys.argv[1])).take()
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


def is_free(path: Path) -> bool:
    descriptor = locked(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is not None


def test_while_another_process_has_it_it_cannot_be_taken_and_who_has_it_is_known(path: Path) -> None:
    lock = LoudspeakerLock(path)
    with held_elsewhere(path) as holder:
        assert not lock.take()
        assert not is_free(path)
        assert lock_holder(path) == holder.pid
    assert lock.take()
    lock.close()


def test_a_holder_that_is_killed_frees_it(path: Path) -> None:
    with held_elsewhere(path) as holder:
        holder.kill()
        soon(lambda: is_free(path))


def test_it_is_free_when_it_is_given_back_and_can_be_taken_again(path: Path) -> None:
    lock = LoudspeakerLock(path)
    for _ in range(2):
        assert lock.take()
        assert not is_free(path)
        lock.give_back()
        assert is_free(path)
    lock.close()


def test_a_player_that_stays_open_has_it_as_often_as_it_is_taken(path: Path) -> None:
    """One that outlives us still sounds for a moment, in whichever text that was."""
    lock = LoudspeakerLock(path)
    assert lock.take()
    player = subprocess.Popen(["sleep", "60"], pass_fds=held.get())
    lock.give_back()
    assert is_free(path)
    assert lock.take()
    os.close(held.get()[0])  # as when we are killed
    assert not is_free(path)
    player.kill()
    player.wait()
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
    lock = LoudspeakerLock(path)
    assert lock.take()
    lock.give_back()
    path.unlink()
    with held_elsewhere(path):
        assert not lock.take()
    assert lock.take()
    assert not is_free(path)
    lock.close()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def waits(lock: LoudspeakerLock, clock: Clock, seconds: float) -> bool:
    """Whether it has it after so long, as the one who waits looks at it again and again."""
    for _ in range(round(seconds * 10)):
        if lock.take():
            return True
        clock.now += 0.1
    return lock.take()


@contextmanager
def kept_by_nobody_of_ours(path: Path, *command: str) -> "Iterator[subprocess.Popen[bytes]]":
    """As a shell script does it."""
    path.touch()
    process = subprocess.Popen(["flock", str(path), *(command or ("sleep", "60"))], start_new_session=True)
    try:
        soon(lambda: lock_holder(path))
        yield process
    finally:
        os.killpg(process.pid, 9)
        process.wait()


def test_a_holder_that_says_nothing_is_named_and_passed_after_five_seconds(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with kept_by_nobody_of_ours(path) as other:
        lock = LoudspeakerLock(path, clock=clock)
        assert not waits(lock, clock, STALLED - 0.5)
        assert waits(lock, clock, 1.0)
        assert held.get(), "its player keeps the second lock"
        assert f"process {other.pid} (flock of " in caplog.text
        assert "has kept the loudspeaker for 5 s and says nothing" in caplog.text
        lock.give_back()
        assert lock.take(), "and is not waited for again"
        assert caplog.text.count("says nothing") == 1
        lock.close()
    soon(lambda: is_free(path))


def test_past_a_stalled_holder_only_one_of_ours_speaks_and_also_when_it_is_gone(path: Path) -> None:
    clock = Clock()
    first, second = (LoudspeakerLock(path, clock=clock) for _ in range(2))
    with kept_by_nobody_of_ours(path):
        assert not (first.take() or second.take())
        clock.now += STALLED
        assert first.take()
        assert not second.take()
    assert not second.take(), "it is free now, but the first one still speaks"
    first.give_back()
    assert second.take()
    assert not first.take()
    first.close()
    second.close()


async def test_one_of_ours_is_never_passed_however_long_it_speaks(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudspeaker_lock, "SIGN_EVERY", 0.02)
    monkeypatch.setattr(loudspeaker_lock, "STALLED", 0.3)
    speaks, waiting = LoudspeakerLock(path), LoudspeakerLock(path)
    assert speaks.take()
    signs = asyncio.create_task(speaks.give_signs(lambda: None))
    for _ in range(50):
        assert not waiting.take()
        await asyncio.sleep(0.02)
    signs.cancel()
    await asyncio.wait({signs})
    assert not waiting.take()
    await asyncio.sleep(0.4)
    assert waiting.take(), "it gave no signs any more"
    waiting.close()
    speaks.close()


def test_a_program_that_plays_gives_no_signs_and_is_waited_for_all_the_same(path: Path) -> None:
    clock = Clock()
    with kept_by_nobody_of_ours(path) as other:
        proc = Proc(path.parent / "proc", "Device")
        (proc.path / "locks").write_text(Path("/proc/locks").read_text())
        proc.play(0, other.pid)
        lock = LoudspeakerLock(path, clock=clock, proc=proc.path)
        assert not waits(lock, clock, 3 * STALLED)


async def test_who_slept_and_was_passed_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loudspeaker_lock, "SIGN_EVERY", 0.05)
    clock, told = Clock(), list[bool]()
    sleeper, other = (LoudspeakerLock(path, clock=clock) for _ in range(2))
    assert sleeper.take()
    signs = asyncio.create_task(sleeper.give_signs(lambda: told.append(True)))
    await asyncio.sleep(0)
    assert not other.take()
    clock.now += STALLED + 1
    assert other.take()
    await asyncio.sleep(0.2)
    assert told == [True]
    signs.cancel()
    other.close()
    sleeper.close()


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
    lock = LoudspeakerLock(path)
    assert lock.take()
    lock.give_back()
    assert not precious.exists()
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert f"voices may overlap, as {path} cannot be locked" in caplog.text


def test_the_usual_place_is_one_where_every_user_may_make_a_file() -> None:
    folder = default_path().parent.resolve()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o1777
