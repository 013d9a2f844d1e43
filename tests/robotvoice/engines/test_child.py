"""A child process is started whole or not at all, and ended however much it still had to say."""

import asyncio
import sys

import psutil
import pytest

from robotvoice.engines.child import end, spawn

CHATTER = "import os\nwhile True: os.write(1, bytes(65536))"
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


async def test_a_start_that_is_cancelled_leaves_nothing(nothing_left: None) -> None:
    """At whatever step of it; the fixture looks for processes, tasks and open pipes."""
    for steps in range(20):
        starting = asyncio.create_task(spawn(sys.executable, "-c", "import time; time.sleep(60)"))
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait({starting})
        if not starting.cancelled():
            await end(starting.result())


async def test_what_cannot_be_started_is_told() -> None:
    with pytest.raises(FileNotFoundError):
        await spawn("no-such-program-anywhere")
