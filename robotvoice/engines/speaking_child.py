"""The inside of a child process that speaks for an engine: requests come in, frames go out, it ends in time.

Its program is run by itself, so this imports nothing but what such a program needs anyway. Requests are JSON
lines on standard input. Answers are frames of one type byte, a big-endian length and a payload; R: ready
(JSON), U: cannot be used here (JSON: reason, text), S: start (JSON), A: PCM_16, E: end, X: error text.
`robotvoice.engines.child_pool` is the other end.
"""

import ctypes
import json
import os
import signal
import struct
import sys
from collections.abc import Callable

TYPE_CHECKING = False
"""As typing's, which costs a child 5 ms"""
if TYPE_CHECKING:
    from typing import Any

Send = Callable[[bytes, bytes], None]
"""Type and payload of a frame"""
Speak = Callable[["dict[str, Any]"], None]
"""Sends S and A of one request; what it raises is told as X"""
SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)


class CannotBeUsed(Exception):
    """The engine is missing on this machine, or is not what it has to be: no failure, and it stays so."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


def serve(begin: "Callable[[Send], tuple[dict[str, object], Speak]]") -> None:
    """Speaks until standard input ends. `begin` loads the engine and tells what R says, and who speaks."""
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process itself
    answers = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not get between the frames

    def send(kind: bytes, payload: bytes) -> None:
        frame = memoryview(kind + struct.pack(">I", len(payload)) + payload)
        while frame:
            frame = frame[os.write(answers, frame) :]

    try:
        told, speak = begin(send)
    except CannotBeUsed as why:
        send(b"U", json.dumps({"reason": why.reason, "text": str(why)}).encode())
        return
    except Exception as error:
        send(b"X", str(error).encode("utf-8", "replace"))
        return
    send(b"R", json.dumps(told).encode())
    for line in sys.stdin.buffer:
        try:
            speak(json.loads(line))
        except Exception as error:
            send(b"X", str(error).encode("utf-8", "replace"))
        else:
            send(b"E", b"")


def end_with_parent() -> None:
    """Linux ends this process when its parent ends, even while it is stopped; elsewhere the closed pipe does.

    A parent that has ended before this line has closed the pipe.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
