"""A child process of the player: every wait for it has an end, and nothing of it is left behind."""

import asyncio
import fcntl
import logging
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Self, cast

from edge_client.playback.lock_file import held
from speech.errors import PlayerFailed

log = logging.getLogger(__name__)

PIPE_BYTES = 16 * 1024
"""A third of a second of speech: so late we may be without a gap in it"""
_LAST_WORDS_LIMIT = 0.5
_REAP_LIMIT = 1.0
_STDERR_KEPT = 4096
_ALSA_SOURCE_LINE = re.compile(r"ALSA lib \S+\s+")


class ChildFailed(PlayerFailed):
    """A child did not do its work; `reason` is for a message that lists several."""

    def __init__(self, name: str, reason: str) -> None:
        what_to_do = "check the loudspeaker and the device setting, or write a file instead"
        super().__init__(f"{name}: {reason}; {what_to_do}")
        self.name, self.reason = name, reason

    @property
    def busy(self) -> bool:
        """Whether another program has the loudspeaker."""
        return "resource busy" in self.reason


class ChildProcess(asyncio.SubprocessProtocol):
    """Made by `start`, always to be closed. It leads a process group, so its own children end with it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stdin: asyncio.WriteTransport | None = None
        self._stderr = bytearray()
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
    ) -> Self:
        """Runs the program `name` of PATH; `write` needs `stdin=PIPE`. Raises ChildFailed.

        One that is written to is a player, and gets the lock that its task holds.
        """
        child = cls(name)
        run = asyncio.get_running_loop().subprocess_exec
        starting = asyncio.ensure_future(
            run(
                lambda: child,
                name,
                *arguments,
                stdin=stdin,
                stdout=DEVNULL,
                stderr=PIPE,
                env=environment,
                start_new_session=True,
                pass_fds=held.get() if stdin == PIPE else (),
            )
        )
        try:
            await asyncio.shield(starting)
        except OSError as error:
            raise ChildFailed(name, f"cannot be started ({error.strerror})") from error
        except asyncio.CancelledError:
            # asyncio itself would kill the child but not its children, and wait for those.
            await asyncio.wait({starting})
            if not starting.exception():
                await child.close()
            raise
        return child

    async def write(self, data: bytes, within: float) -> None:
        """Returns when the pipe holds all of it. Raises ChildFailed if that takes longer or nobody reads."""
        assert self._stdin is not None, "started without a pipe"
        self._stdin.write(data)
        try:
            async with asyncio.timeout(within):
                await self._writable.wait()
        except TimeoutError:
            raise ChildFailed(self._name, f"took no audio for {within:.1f} s") from None
        if self._stdin.is_closing():
            raise await self._ended()

    async def finish(self, within: float) -> None:
        """Closes its standard input and waits for a good end. Raises ChildFailed if there is none."""
        if self._stdin is not None:
            self._stdin.close()
        try:
            async with asyncio.timeout(within):
                await self._exited.wait()
        except TimeoutError:
            raise ChildFailed(self._name, f"did not end within {within:.1f} s") from None
        if self._transport.get_returncode() != 0:
            raise await self._ended()

    async def close(self) -> None:
        """Kills what still runs and waits until it is gone. May be called again."""
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

    async def _ended(self) -> ChildFailed:
        """Why it is gone: the first line it wrote to standard error, or how it ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_WORDS_LIMIT):
                await self._exited.wait()
                await self._stderr_closed.wait()
        status = self._transport.get_returncode()
        lines = self._stderr.decode(errors="replace").split("\n")
        line = next((each.strip() for each in lines if each.strip()), "")[:200]
        line = _ALSA_SOURCE_LINE.sub("", line.removeprefix(f"{self._name}: "))
        if status is None:
            how = "closed its standard input"
        elif status < 0:
            how = f"was ended by signal {-status}"
        else:
            how = f"ended early with status {status}"
        if line:
            how = line if status is not None and status > 0 else f"{how} ({line})"
        return ChildFailed(self._name, how)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.SubprocessTransport, transport)
        self._stdin = cast(asyncio.WriteTransport | None, self._transport.get_pipe_transport(0))
        if self._stdin is not None:
            # The pipe itself holds a part of a second of speech: no second buffer in front of it.
            self._stdin.set_write_buffer_limits(0)
            if not self._stdin.is_closing():
                _shorten(self._stdin.get_extra_info("pipe").fileno())

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._stderr += data[: _STDERR_KEPT - len(self._stderr)]

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        (self._writable if fd == 0 else self._stderr_closed).set()

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


async def run_child(name: str, arguments: Sequence[str], within: float) -> None:
    """Runs a program to its good end; kills it after `within` seconds. Raises ChildFailed."""
    child = await ChildProcess.start(name, arguments)
    try:
        await child.finish(within)
    finally:
        await child.close()
