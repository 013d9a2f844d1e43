"""Starting and ending child processes so that nothing of them is left, whenever the caller is cancelled."""

import asyncio
import contextlib
import errno
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from robotvoice.errors import EngineFailure, EngineUnavailable, MachineFull
from robotvoice.ground.finishing import finished, had

FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
"""What the kernel says when files, processes or memory are used up"""
READ_BYTES = 64 * 1024
USUAL_END = 0.1
"""Seconds after which a killed process that does not end is looked into"""


async def spawn(
    *command: str,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stderr: int = asyncio.subprocess.DEVNULL,
    group: bool = False,
) -> asyncio.subprocess.Process:
    """A process with pipes to and from it. Raises OSError when it cannot be started.

    asyncio leaves pipes open when it is cancelled while it starts a process. So the start is always finished;
    a cancelled caller's process is then ended. `group`: it leads one, which `end` is to be told as well.
    """
    starting = asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        cwd=cwd,
        env=env,
        start_new_session=group,
    )
    return await had(starting, partial(end, group=group))


def did_not_begin(problem: str, error: OSError, reason: str = "died") -> EngineFailure | EngineUnavailable:
    """What to raise when an engine's process, or a file for it, could not be had; `problem` names it."""
    told = f"{problem}: {error.strerror}"
    return MachineFull(told) if error.errno in FULL else EngineFailure(reason, told)


class Children:
    """The child processes of one engine. After `close` there are none, and none begins."""

    def __init__(
        self,
        engine: str,
        program: str = "",
        *,
        group: bool = False,
        stderr: int = asyncio.subprocess.DEVNULL,
    ) -> None:
        """As a person knows the engine, and what is started if that is called otherwise.

        `group`: each may start others, which end with it.
        """
        self._engine, self._program = engine, program or engine
        self._group, self._stderr = group, stderr
        self._running: set[asyncio.subprocess.Process] = set()
        self._closed = False

    async def begin(self, *command: str, cwd: Path | None = None) -> asyncio.subprocess.Process:
        """One more, for `end`. Raises EngineFailure, MachineFull, and EngineUnavailable after `close`."""
        self.must_be_open()
        try:
            process = await spawn(*command, cwd=cwd, stderr=self._stderr, group=self._group)
        except OSError as error:
            raise did_not_begin(f"{self._program} could not be started", error) from error
        self._running.add(process)
        if self._closed:
            await self.end(process)
        self.must_be_open()
        return process

    def must_be_open(self) -> None:
        """Raises EngineUnavailable after `close`: a child that began then would have nobody to end it."""
        if self._closed:
            raise EngineUnavailable("closed", f"{self._engine} was ended, as what used it is stopping")

    @asynccontextmanager
    async def one(self, *command: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """As `begin`; it is there as long as the context, at most."""
        process = await self.begin(*command)
        try:
            yield process
        finally:
            await self.end(process)

    async def end(self, process: asyncio.subprocess.Process) -> None:
        try:
            await end(process, group=self._group)
        finally:
            self._running.discard(process)

    async def close(self) -> None:
        """Ends every one, for good."""
        self._closed = True
        await asyncio.gather(*map(self.end, tuple(self._running)))


async def end(process: asyncio.subprocess.Process, *, group: bool = False) -> None:
    """Kills it, and with `group` all that it has started, and waits until it is gone, cancelled or not."""
    await finished(_end(process, group))


async def _end(process: asyncio.subprocess.Process, group: bool) -> None:
    # wait() returns at once for one that has ended before, whatever lies in its pipes.
    ended_before = process.returncode is not None
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(USUAL_END):
            await process.wait()
            if not ended_before:
                return
    # wait() also waits for the end of the pipes, which nobody reads any more when a listener was too slow.
    for pipe in (process.stdout, process.stderr):
        with contextlib.suppress(RuntimeError):  # somebody else reads, and will come to the end
            while pipe and await pipe.read(READ_BYTES):
                pass
    await process.wait()
