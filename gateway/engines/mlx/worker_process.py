"""One worker process seen from outside: its start, its pipe, its end."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import gateway
from gateway.engines.mlx.worker_messages import (
    PREFIX,
    Answer,
    BrokenFrame,
    Request,
    frame,
    lengths,
    message_of,
)
from robotvoice.engines.child import spawn
from robotvoice.errors import EngineFailure
from robotvoice.ground.finishing import finished

log = logging.getLogger(__name__)

MODULE = "gateway.engines.mlx.worker"
ENDS_WITHIN = 1.0
"""Seconds from the end of its answers to its own"""
LAST_WORDS = 20
"""Lines of its standard error that are kept for the log"""


class WorkerProcess:
    """Owns the process and both ends of the conversation; one coroutine at a time sends and receives."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS)
        self._listening = asyncio.create_task(self._listen(), name="mlx worker's standard error")

    @classmethod
    @asynccontextmanager
    async def running(cls, model: str, revision: str | None) -> AsyncIterator["WorkerProcess"]:
        """A fresh process; when the block is left it is gone, with its pipes. Raises EngineFailure."""
        arguments = (model, revision) if revision else (model,)
        try:
            process = await spawn(
                # -P: a file called numpy.py where the gateway was started is not the library.
                *(sys.executable, "-P", "-m", MODULE, *arguments),
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": _import_path()},
            )
        except OSError as error:
            raise EngineFailure("died", f"the worker could not be started: {error.strerror}") from error
        worker = cls(process)
        try:
            yield worker
        finally:
            # Half an end leaves pipes open.
            await finished(worker._end())

    @property
    def pid(self) -> int:
        return self._process.pid

    def post(self, request: Request, body: bytes = b"") -> None:
        """Hands over a request without waiting."""
        assert self._process.stdin is not None
        self._process.stdin.write(frame(request, body))

    async def send(self, request: Request, body: bytes = b"") -> None:
        """Raises EngineFailure when the process is gone."""
        assert self._process.stdin is not None
        try:
            self.post(request, body)
            await self._process.stdin.drain()
        except ConnectionError:
            raise await self._died() from None

    async def receive(self) -> tuple[Answer, bytes]:
        """Raises EngineFailure when the process is gone or talks nonsense."""
        assert self._process.stdout is not None
        read = self._process.stdout.readexactly
        try:
            head, body = lengths(await read(PREFIX.size))
            answer: Answer = message_of(await read(head))
            return answer, await read(body)
        except asyncio.IncompleteReadError:
            raise await self._died() from None
        except BrokenFrame as error:
            raise EngineFailure("protocol", f"the worker sent {error}") from None

    async def ended(self) -> None:
        """Waits until the process is gone."""
        await self._process.wait()

    async def _died(self) -> EngineFailure:
        """The pipe is closed: what became of the process."""
        # Not killed at once: asyncio loses the status of a process that is killed while it ends by itself.
        try:
            async with asyncio.timeout(ENDS_WITHIN):
                status = await self._process.wait()
        except TimeoutError:
            self._kill()
            # wait() may wait for the end of the pipes too, and a full one that nobody reads has none.
            assert self._process.stdout is not None
            await self._process.stdout.read()
            status = await self._process.wait()
        how = signal.Signals(-status).name if status < 0 else f"exit status {status}"
        log.error("a worker ended: %s", how, extra={"pid": self.pid, "last_words": list(self._last_words)})
        return EngineFailure("died", f"the worker ended ({how})")

    async def _end(self) -> None:
        self._kill()
        self._listening.cancel()
        await asyncio.wait({self._listening})
        # Reads what is left in the pipes, closes them and reaps the process.
        await self._process.communicate()

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _listen(self) -> None:
        """Keeps the last of what the libraries print; nobody else reads it."""
        assert self._process.stderr is not None
        while part := await self._process.stderr.read(4096):
            for line in part.decode(errors="replace").splitlines():
                self._last_words.append(line)
                log.debug("worker %d: %s", self.pid, line)


def _import_path() -> str:
    """Where the worker finds this package, wherever it was started from."""
    ours = str(Path(gateway.__file__).parents[1])
    return os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))
