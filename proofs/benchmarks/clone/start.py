"""A process of the benchmark's own: its start, what it takes, its end."""

import asyncio
import contextlib
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from proofs.benchmarks.clone.child import READY
from proofs.benchmarks.processes import ROOT, environment
from proofs.benchmarks.report import BenchmarkBroken

START_WITHIN = 120.0
STOP_WITHIN = 10.0


@dataclass
class Child:
    """A process of the benchmark's own that has said it is ready."""

    process: asyncio.subprocess.Process
    url: str
    log: Path

    def last_words(self) -> str:
        return _last_words(self.log)

    def warnings(self) -> tuple[str, ...]:
        """What it had to complain of."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return tuple(line for line in lines if " WARNING " in line or " ERROR " in line)

    def rss(self) -> int:
        """Bytes, those of its own children too."""
        parent = psutil.Process(self.process.pid)
        total = 0
        for process in (parent, *parent.children(recursive=True)):
            with contextlib.suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total


@asynccontextmanager
async def started(
    folder: Path, name: str, arguments: Sequence[str], variables: Mapping[str, str]
) -> AsyncIterator[Child]:
    """A module that is run as a process, until the block is left. Raises BenchmarkBroken."""
    log = folder / f"{name}.log"
    # On a CPU each would have a C++ compiler run for each kernel, for seconds each.
    compiler = {"MLX_DISABLE_COMPILE": "1"} if sys.platform == "linux" else {}
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *arguments),
            cwd=ROOT,
            env={**environment(folder / name), "HF_HUB_OFFLINE": "1", **compiler, **variables},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        yield Child(process, await _url(process, log), log)
    finally:
        await _end(process)


async def _url(process: asyncio.subprocess.Process, log: Path) -> str:
    """Where it says it is, "" if only that it is ready; what libraries print before is passed over."""
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_WITHIN):
            while line := await process.stdout.readline():
                if line == READY:
                    return ""
                if address := re.search(rb"http://[\d.:]+", line):
                    return address[0].decode()
            # asyncio loses the status of a process that is signalled while it ends by itself.
            await process.wait()
    except TimeoutError:
        pass
    raise BenchmarkBroken(f"{log.stem} did not start:\n{_last_words(log)}")


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
