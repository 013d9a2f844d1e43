"""A child process of the player: every wait for it ends, and nothing of it is left."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import ChildProcess, run_child


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = psutil.Process().children(recursive=True)
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child not in before] == []


@asynccontextmanager
async def shell(script: str) -> AsyncGenerator[ChildProcess, None]:
    child = await ChildProcess.start("sh", ["-c", script], stdin=PIPE)
    try:
        yield child
    finally:
        await child.close()


async def write_until_it_fails(child: ChildProcess) -> str:
    with pytest.raises(ChildFailed) as failed:
        while True:
            await child.write(bytes(1000), within=5)
            await asyncio.sleep(0)
    return failed.value.reason


async def test_all_that_is_written_arrives(tmp_path: Path) -> None:
    data = bytes(range(256)) * 4000
    async with shell(f"cat > {tmp_path}/arrived") as child:
        await child.write(data, within=5)
        await child.finish(within=5)
    assert (tmp_path / "arrived").read_bytes() == data


async def test_a_write_that_nobody_reads_ends() -> None:
    async with shell("sleep 60") as child:
        with pytest.raises(ChildFailed, match=r"sh: took no audio for 0\.2 s"):
            await child.write(bytes(100_000), within=0.2)


async def test_an_end_that_does_not_come_is_not_waited_for() -> None:
    async with shell("sleep 60") as child:
        with pytest.raises(ChildFailed, match=r"sh: did not end within 0\.2 s"):
            await child.finish(within=0.2)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'sh: no device' >&2; echo more >&2; exit 1", "no device"),
        ("echo 'ALSA lib a.c:1:(f) no card' >&2; exit 1", "no card"),
        ("printf '\\n\\377\\n' >&2; exit 1", "\N{REPLACEMENT CHARACTER}"),
        ("exit 3", "ended early with status 3"),
        ("exit 0", "ended early with status 0"),
        ("echo underrun >&2; kill -9 $$", "was ended by signal 9 (underrun)"),
        ("exec <&-; sleep 60", "closed its standard input"),
    ],
)
async def test_who_stops_reading_is_asked_why(script: str, reason: str) -> None:
    async with shell(script) as child:
        assert await write_until_it_fails(child) == reason


async def test_a_bad_end_after_everything_was_read_is_told() -> None:
    async with shell("cat > /dev/null; echo unplugged >&2; exit 1") as child:
        await child.write(bytes(1000), within=5)
        with pytest.raises(ChildFailed, match="sh: unplugged; check the loudspeaker"):
            await child.finish(within=5)


async def test_chatter_on_standard_error_blocks_nothing_and_is_not_kept(tmp_path: Path) -> None:
    async with shell(f"seq 100000 >&2; cat > {tmp_path}/arrived; exit 1") as child:
        await child.write(bytes(1000), within=5)
        with pytest.raises(ChildFailed, match="sh: 1;"):
            await child.finish(within=5)
        assert len(child._stderr) <= 4096
    assert (tmp_path / "arrived").stat().st_size == 1000


async def test_a_child_that_never_stops_talking_ends_with_close() -> None:
    async with shell("yes >&2") as child:
        await child.write(b"x", within=5)


def wait_until_dead(process: psutil.Process) -> bool:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        # One whose parent is gone is reaped by whoever adopts it, if at all.
        if not process.is_running() or process.status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False


async def test_the_childs_own_children_end_with_it(tmp_path: Path) -> None:
    async with shell(f"sleep 60 & echo $! > {tmp_path}/pid; cat > /dev/null") as child:
        # More than a pipe holds: once it is taken, cat runs.
        await child.write(bytes(200_000), within=5)
        grandchild = psutil.Process(int((tmp_path / "pid").read_text()))
    assert await asyncio.to_thread(wait_until_dead, grandchild)


async def test_what_a_child_leaves_running_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    await run_child("sh", ["-c", f"sleep 60 & echo $! > {tmp_path}/pid"], within=5)
    daemon = psutil.Process(int((tmp_path / "pid").read_text()))
    assert daemon.is_running()
    daemon.kill()


async def test_a_child_may_be_closed_again() -> None:
    async with shell("sleep 60") as child:
        await child.close()


@pytest.mark.parametrize("times", [1, 3])
async def test_a_start_and_an_end_that_are_cancelled_leave_nothing(times: int, nothing_left: None) -> None:
    """At whatever step, and again while it is ended."""
    for steps in range(24):
        playing = asyncio.create_task(run_child("sh", ["-c", "sleep 60 & wait"], within=5))
        for turns in (steps, *[2] * (times - 1)):
            for _ in range(turns):
                await asyncio.sleep(0)
            playing.cancel()
        await asyncio.wait({playing})
        assert playing.cancelled()


async def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    (tmp_path / "player").write_text("not a program")
    with pytest.raises(ChildFailed, match=r"cannot be started \(Permission denied\)"):
        await run_child(str(tmp_path / "player"), [], within=5)
    with pytest.raises(ChildFailed, match=r"cannot be started \(No such file"):
        await run_child("/nonexistent/player", [], within=5)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is played through a pipe")
async def test_a_pipe_holds_a_part_of_a_second_only() -> None:
    """So much is still played when we are killed."""
    async with shell("sleep 60") as child:
        taken = 0
        with pytest.raises(ChildFailed, match="took no audio"):
            while taken < 1_000_000:
                await child.write(bytes(2048), within=0.3)
                taken += 2048
    assert 2048 < taken < 40_000


async def test_a_child_that_is_gone_before_it_is_looked_at_is_no_problem(
    caplog: pytest.LogCaptureFixture,
) -> None:
    for _ in range(40):
        starting = asyncio.create_task(ChildProcess.start("true", [], stdin=PIPE))
        await asyncio.sleep(0)
        time.sleep(0.005)  # noqa: ASYNC251 - the loop is to be late
        child = await starting
        await write_until_it_fails(child)
        await child.close()
    assert not caplog.records
