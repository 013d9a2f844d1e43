"""However much a worker still had to say, and whenever its owner is cancelled: nothing of it is left."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from gateway.engines.mlx import worker_process
from gateway.engines.mlx.worker_messages import Cancel
from gateway.engines.mlx.worker_process import WorkerProcess
from robotvoice.errors import EngineFailure
from tests.gateway.in_process import SOON

CHATTERER = """
import os, sys

if sys.argv[1] == "deaf":
    os.close(0)
print("x" * 100_000, file=sys.stderr)
while True:
    os.write(1, bytes(65536))
"""
MORE_THAN_A_PIPE_HOLDS = bytes(4_000_000)


@pytest_asyncio.fixture(autouse=True)
async def _nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """In place of the worker runs one that fills its pipes and never asks whether anybody reads them."""
    (tmp_path / "chatterer.py").write_text(CHATTERER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(worker_process, "MODULE", "chatterer")
    process, tasks = psutil.Process(), asyncio.all_tasks()
    before = process.num_fds(), process.children()
    yield
    assert (process.num_fds(), process.children()) == before
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}


async def full(worker: WorkerProcess) -> psutil.Process:
    """Its pipes hold what they can: it sleeps until somebody reads."""
    process = psutil.Process(worker.pid)
    written = -1
    async with asyncio.timeout(SOON):
        while written != (now := process.io_counters().write_chars) or now < 65536:
            written = now
            await asyncio.sleep(0.2)
    return process


@pytest.mark.parametrize("by", [None, signal.SIGKILL, signal.SIGSTOP])
async def test_one_whose_pipes_are_full_is_ended(by: signal.Signals | None) -> None:
    """Whether it runs, is dead already or stands still."""
    async with asyncio.timeout(3 * SOON):
        async with WorkerProcess.running("hears", None) as worker:
            process = await full(worker)
            if by:
                os.kill(worker.pid, by)
                await asyncio.sleep(0.1)
    assert not process.is_running()


async def test_one_that_is_fed_while_it_stands_still_is_ended() -> None:
    async with asyncio.timeout(3 * SOON):
        async with WorkerProcess.running("hears", None) as worker:
            os.kill(worker.pid, signal.SIGSTOP)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await worker.send(Cancel(1), MORE_THAN_A_PIPE_HOLDS)


async def test_one_that_does_not_listen_any_more_is_found_out() -> None:
    """Its full pipe must not hold up who asks what became of it."""
    async with asyncio.timeout(3 * SOON):
        async with WorkerProcess.running("deaf", None) as worker:
            await full(worker)
            with pytest.raises(EngineFailure) as failure:
                await worker.send(Cancel(1), MORE_THAN_A_PIPE_HOLDS)
    assert failure.value.reason == "died"
    assert "SIGKILL" in failure.value.message


@pytest.mark.parametrize("leaves", [False, True])
async def test_an_owner_that_is_cancelled_at_whatever_step_leaves_nothing(leaves: bool) -> None:
    """Of the start, or, for one who leaves by himself, of the end."""
    left = asyncio.Event()

    async def owner() -> None:
        async with WorkerProcess.running("hears", None) as worker:
            if not leaves:
                await worker.ended()
            left.set()

    for steps in range(16):
        owning = asyncio.create_task(owner())
        if leaves:
            await left.wait()
            left.clear()
        for _ in range(steps):
            await asyncio.sleep(0)
        owning.cancel()
        async with asyncio.timeout(SOON):
            await asyncio.wait({owning})
