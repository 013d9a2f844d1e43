"""A child process is started whole or not at all, and ended however much it still had to say."""

import asyncio
import sys
from typing import Any

import psutil
import pytest

from robotvoice.engines.child import Children, end, spawn
from robotvoice.errors import EngineFailure, EngineUnavailable

CHATTER = "import os\nwhile True: os.write(1, bytes(65536))"
SLEEPER = (sys.executable, "-c", "import time; time.sleep(60)")
SOON = 10.0


async def test_one_that_nobody_listens_to_is_ended(nothing_left: None) -> None:
    """Its pipe is full and no longer read, which must not hold up its end."""
    process = await spawn(sys.executable, "-c", CHATTER)
    assert process.stdout is not None
    await process.stdout.readexactly(300_000)
    await asyncio.sleep(0.2)
    async with asyncio.timeout(SOON):
        await end(process)
    assert not psutil.pid_exists(process.pid)


async def test_one_that_died_with_a_full_pipe_leaves_nothing(nothing_left: None) -> None:
    process = await spawn(sys.executable, "-c", CHATTER)
    assert process.stdout is not None
    await process.stdout.readexactly(300_000)
    await asyncio.sleep(0.2)
    process.kill()
    async with asyncio.timeout(SOON):
        while process.returncode is None:  # noqa: ASYNC110 - wait() would not return: that is what this is about
            await asyncio.sleep(0.01)
        await end(process)


async def test_one_that_somebody_still_listens_to_is_ended(nothing_left: None) -> None:
    process = await spawn(sys.executable, "-c", "import time; time.sleep(60)")
    assert process.stdout is not None
    listening = asyncio.create_task(process.stdout.read(1))
    await asyncio.sleep(0)
    async with asyncio.timeout(SOON):
        await end(process)
    assert await listening == b""


@pytest.mark.parametrize("times", [1, 2, 4])
async def test_a_start_that_is_cancelled_leaves_nothing(times: int, nothing_left: None) -> None:
    """At whatever step of it, and again while it is ended; the fixture looks for what is left."""
    for steps in range(20):
        starting = asyncio.create_task(spawn(sys.executable, "-c", "import time; time.sleep(60)"))
        await cancelled(starting, steps, times)
        if not starting.cancelled():
            await end(starting.result())


@pytest.mark.parametrize("times", [1, 3])
async def test_an_end_that_is_cancelled_is_one_all_the_same(times: int, nothing_left: None) -> None:
    for steps in range(1, 6):
        process = await spawn(sys.executable, "-c", "import time; time.sleep(60)")
        await cancelled(asyncio.create_task(end(process)), steps, times)
        assert process.returncode is not None


async def test_the_end_of_a_group_is_that_of_all_in_it(nothing_left: None) -> None:
    script = "import subprocess; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); p.wait()"
    process = await spawn(sys.executable, "-c", script, group=True)
    assert process.stdout is not None
    child = psutil.Process(int(await process.stdout.readline()))
    async with asyncio.timeout(SOON):
        await end(process, group=True)
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)


async def test_what_cannot_be_started_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        await spawn("no-such-program-anywhere")


async def test_closing_ends_every_child_and_none_begins_any_more(nothing_left: None) -> None:
    children = Children("the voice")
    processes = [await children.begin(*SLEEPER) for _ in range(3)]
    await children.close()
    assert not any(psutil.pid_exists(process.pid) for process in processes)
    with pytest.raises(EngineUnavailable, match="the voice was ended") as refused:
        await children.begin(*SLEEPER)
    assert refused.value.reason == "closed"


@pytest.mark.parametrize("turns", [1, 2, 4, 8, 16, 32])
async def test_a_child_that_begins_while_all_are_closed_is_ended_too(turns: int, nothing_left: None) -> None:
    children = Children("the voice")
    beginning = asyncio.create_task(children.begin(*SLEEPER))
    for _ in range(turns):
        await asyncio.sleep(0)
    await children.close()
    await asyncio.wait({beginning})
    begun = beginning.exception() is None
    assert not begun or not psutil.pid_exists(beginning.result().pid)


async def test_a_child_that_cannot_be_started_is_called_by_its_program(nothing_left: None) -> None:
    with pytest.raises(EngineFailure, match="no-such-program could not be started: No such file"):
        await Children("the voice", "no-such-program").begin("no-such-program-anywhere")


async def cancelled(task: "asyncio.Task[Any]", steps: int, times: int) -> None:
    """After so many turns of the loop, and again after every second one; returns when it has ended."""
    for turns in (steps, *[2] * (times - 1)):
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
    await asyncio.wait({task})
