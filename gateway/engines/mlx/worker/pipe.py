"""The worker's end of the pipe: standard input and output, taken out of the reach of libraries that print."""

import ctypes
import os
import queue
import signal
import sys
import threading
from typing import BinaryIO

from gateway.engines.mlx.worker_messages import (
    PREFIX,
    Answer,
    BrokenFrame,
    Cancel,
    Forget,
    Prepare,
    Speak,
    frame,
    lengths,
    message_of,
)

WAITING = 4
"""Requests read ahead; the other end sends one at a time."""
PROTOCOL_FAULT = 2
"""Exit status"""
PR_SET_PDEATHSIG = 1
"""Of <sys/prctl.h>: the signal at the end of the thread that started this process, the gateway's main one"""


class Pipe:
    """Requests in, answers out. When the other end is gone the process ends at once, whatever it does."""

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if sys.platform == "linux":
            # A process that was stopped never sees the end of its pipe; this kills it all the same.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        self._requests = os.fdopen(os.dup(0), "rb", buffering=0)
        self._answers = os.fdopen(os.dup(1), "wb", buffering=0)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123 (a device, not a path of ours)
            os.dup2(nothing.fileno(), 0)
        os.dup2(2, 1)
        sys.stdout = sys.stderr
        self._inbox: queue.Queue[tuple[Prepare | Speak | Forget, bytes]] = queue.Queue(WAITING)
        self._cancelled = -1
        threading.Thread(target=self._read, name="requests", daemon=True).start()

    def next(self) -> tuple[Prepare | Speak | Forget, bytes]:
        """The next request and its body; waits for it."""
        return self._inbox.get()

    def cancelled(self, speak: Speak) -> bool:
        return self._cancelled == speak.id

    def send(self, answer: Answer, body: bytes = b"") -> None:
        data = memoryview(frame(answer, body))
        try:
            while data:
                data = data[self._answers.write(data) or 0 :]
        except OSError:
            os._exit(0)

    def _read(self) -> None:
        # os._exit: the main thread may be inside a long computation, and nothing here needs to be put away.
        try:
            while True:
                head, body = lengths(_exactly(self._requests, PREFIX.size))
                message = message_of(_exactly(self._requests, head))
                content = _exactly(self._requests, body)
                if isinstance(message, Cancel):
                    self._cancelled = message.id
                else:
                    self._inbox.put((message, content))
        except EOFError:
            os._exit(0)
        except BrokenFrame as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(PROTOCOL_FAULT)


def _exactly(file: BinaryIO, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = file.read(size - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
