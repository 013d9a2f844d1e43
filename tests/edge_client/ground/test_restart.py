"""Work goes on whatever breaks in it, and ends when it is told to."""

import asyncio
import logging

import pytest

from edge_client.ground import restart as module
from edge_client.ground.restart import until_done


class Work:
    """Breaks as often as it is told, then goes on until it is done."""

    def __init__(self, *breaks: BaseException) -> None:
        self.breaks = [*breaks]
        self.begun = 0
        self.goes_on, self.done = asyncio.Event(), asyncio.Event()

    async def __call__(self) -> None:
        self.begun += 1
        if self.breaks:
            raise self.breaks.pop(0)
        self.goes_on.set()
        await self.done.wait()


async def test_what_breaks_begins_anew_and_is_logged(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when it waited for something that somebody else cancelled, which looks like an end of its own."""
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
    work = Work(OSError("the disk"), asyncio.CancelledError(), KeyError("x"))
    task = asyncio.create_task(until_done(work, "listening"))
    async with asyncio.timeout(5):
        await work.goes_on.wait()
        work.done.set()
        await task
    assert work.begun == 4
    told = [each.getMessage() for each in caplog.records if each.levelno == logging.ERROR]
    assert told == ["listening broke, and begins anew"] * 3


async def test_it_ends_when_it_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    """While it works, and between two tries."""
    for work in (Work(), Work(OSError())):
        monkeypatch.setattr(module, "FIRST_PAUSE", 60.0)
        task = asyncio.create_task(until_done(work, "listening"))
        while not work.begun:  # noqa: ASYNC110 - the work knows nothing of events
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
