"""A child process of the player: every wait for it has an end, and nothing of it is left behind."""

import asyncio
import fcntl
import logging
import os
import re
import signal
import socket
import stat
import sys
import termios
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self, cast

from edge_client.ground.loudspeaker_lock_path import held
from edge_client.playback.programs.child_failed import ChildFailed
from robotvoice.ground.changes import set_within
from robotvoice.ground.finishing import finished, had

log = logging.getLogger(__name__)

PIPE_BYTES = 16 * 1024
"""A third of a second of speech: so late we may be without a gap in it"""
_LAST_WORDS_LIMIT = 0.5
_REAP_LIMIT = 1.0
_KEPT, _OUTPUT_KEPT = 4096, 64 * 1024
"""Bytes of what a child says on standard error and standard output"""
_UNDERRUNS = re.compile(rb"underrun!!![^\n]*\n")
"""aplay tells of each; one that is kept open between lines has many, and they would hide what matters"""
_SOURCE_LINE = re.compile(r"ALSA lib \S+\s+|\w+:\d+: ")
"""Where in the source of ALSA or aplay a message comes from"""
_SAYS_LITTLE = "unable to open slave"
"""What ALSA's dmix says before somebody says why"""


class ChildProcess(asyncio.SubprocessProtocol):
    """Made by `start`, always to be closed. It leads a process group, so its own children end with it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stdin: asyncio.WriteTransport | None = None
        self._stdout, self._stderr = bytearray(), bytearray()
        self._writable, self._stderr_closed = asyncio.Event(), asyncio.Event()
        self._exited, self._closed = asyncio.Event(), asyncio.Event()
        self._writable.set()

    @classmethod
    async def start(
        cls,
        name: str,
        arguments: Sequence[str],
        stdin: int = DEVNULL,
        environment: Mapping[str, str] | None = None,
        stdout: int = DEVNULL,
    ) -> Self:
        """Runs the program `name` of PATH; `write` needs `stdin=PIPE`. Raises ChildFailed.

        One that is written to is a player, and gets the lock that its task holds.
        """
        child = cls(name)
        run = asyncio.get_running_loop().subprocess_exec
        starting = run(
            lambda: child,
            name,
            *arguments,
            stdin=stdin,
            stdout=stdout,
            stderr=PIPE,
            env=environment,
            start_new_session=True,
            pass_fds=held.get() if stdin == PIPE else (),
        )
        try:
            # asyncio itself would kill a cancelled caller's child but not its children, and wait for those.
            await had(starting, lambda _: child.close())
        except OSError as error:
            raise ChildFailed(name, f"cannot be started ({error.strerror})") from error
        return child

    @property
    def pid(self) -> int:
        return self._transport.get_pid()

    @property
    def output(self) -> str:
        """What it said on standard output; all of it after `close`."""
        return self._stdout.decode(errors="replace")

    @property
    def exited(self) -> bool:
        return self._exited.is_set()

    @property
    def has_unread(self) -> bool:
        """Whether something that was written has not been read by the child yet."""
        if self._stdin is None or self._stdin.is_closing():
            return False
        if self._stdin.get_write_buffer_size():
            return True
        pipe = self._stdin.get_extra_info("pipe").fileno()
        is_socket = stat.S_ISSOCK(os.fstat(pipe).st_mode)
        try:
            left = fcntl.ioctl(pipe, termios.TIOCOUTQ if is_socket else termios.FIONREAD, bytes(4))
        except OSError:  # not on this system; then nobody can know
            return False
        return any(left)

    async def write(self, data: bytes, within: float) -> None:
        """Returns when the pipe holds all of it. Raises ChildFailed if that takes longer or nobody reads."""
        assert self._stdin is not None, "started without a pipe"
        self._stdin.write(data)
        if not await set_within(self._writable, within):
            raise ChildFailed(self._name, f"took no audio for {within:.1f} s")
        if self._stdin.is_closing():
            raise await self.ended()

    async def lives_on(self, seconds: float) -> None:
        """Returns after so many seconds. Raises ChildFailed when it has ended by then."""
        if await set_within(self._exited, seconds):
            raise await self.ended()

    async def finish(self, within: float) -> None:
        """Closes its standard input and waits for a good end. Raises ChildFailed if there is none."""
        if self._stdin is not None:
            self._stdin.close()
        if not await set_within(self._exited, within):
            raise ChildFailed(self._name, f"did not end within {within:.1f} s")
        if self._transport.get_returncode() != 0:
            raise await self.ended()

    async def close(self) -> None:
        """Kills what still runs and waits until it is gone, cancelled or not. May be called again."""
        await finished(self._close())

    async def _close(self) -> None:
        if not self._exited.is_set():
            # Not SIGTERM: aplay ignores that while its standard input is open and idle.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
        try:
            async with asyncio.timeout(_REAP_LIMIT):
                # Closed any earlier, the transport would reap the child behind its watcher's back.
                await self._exited.wait()
                self._transport.close()
                await self._closed.wait()
        except TimeoutError:
            log.warning("%s cannot be killed, it is left to itself", self._name)
        finally:
            with suppress(PermissionError):
                self._transport.close()

    async def ended(self) -> ChildFailed:
        """Why it is gone: the first line of meaning that it wrote to standard error, or how it ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_LIMIT):
                await self._exited.wait()
                await self._stderr_closed.wait()
        status = self._transport.get_returncode()
        words = self._stderr.decode(errors="replace").strip()
        lines = [each.strip() for each in words.split("\n") if each.strip()]
        line = next((each for each in lines if _SAYS_LITTLE not in each), "".join(lines[:1]))[:200]
        line = _SOURCE_LINE.sub("", line.removeprefix(f"{self._name}: "), count=1)
        if status is None:
            how = "closed its standard input"
        elif status < 0:
            how = f"was ended by signal {-status}"
        else:
            how = f"ended early with status {status}"
        if line:
            how = line if status is not None and status > 0 else f"{how} ({line})"
        return ChildFailed(self._name, how, words)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._stdin = cast(asyncio.WriteTransport | None, self._transport.get_pipe_transport(0))
        if self._stdin is not None:
            # The pipe itself holds a part of a second of speech: no second buffer in front of it.
            self._stdin.set_write_buffer_limits(0)
            if not self._stdin.is_closing():
                _shorten(self._stdin.get_extra_info("pipe").fileno())

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self._stdout += data[: _OUTPUT_KEPT - len(self._stdout)]
        else:
            self._stderr = bytearray(_UNDERRUNS.sub(b"", self._stderr + data)[:_KEPT])

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        if fd == 0:
            self._writable.set()
        elif fd == 2:
            self._stderr_closed.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def process_exited(self) -> None:
        self._exited.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()


def _shorten(pipe: int) -> None:
    """What is in the pipe when we are killed is still played; by default that is more than a second."""
    if sys.platform != "linux":
        return
    with suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        return
    # Until Python 3.12 asyncio takes a socket for it, which counts the room for its own records as well.
    with suppress(OSError), socket.socket(fileno=os.dup(pipe)) as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, PIPE_BYTES)


def in_english() -> dict[str, str]:
    """For a child whose words are looked into: aplay and its like speak the user's language."""
    return {**os.environ, "LC_ALL": "C"}


async def run_child(
    name: str,
    arguments: Sequence[str],
    within: float,
    environment: Mapping[str, str] | None = None,
    stdout: int = DEVNULL,
) -> str:
    """Runs a program to its good end; kills it after `within` seconds. Raises ChildFailed."""
    child = await ChildProcess.start(name, arguments, environment=environment, stdout=stdout)
    try:
        await child.finish(within)
    finally:
        await child.close()
    return child.output


async def output_of(name: str, arguments: Sequence[str], within: float) -> str:
    """What a program says on standard output, in English. Raises ChildFailed as `run_child`."""
    return await run_child(name, arguments, within, in_english(), PIPE)
