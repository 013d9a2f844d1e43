"""Between a command and its terminal: what is read, what is printed, and how signals end the work."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import Coroutine
from typing import Any, TextIO, TypeVar

T = TypeVar("T")

OK, BROKEN, BAD_INPUT, NOTHING_SPOKE, NOT_PLAYED, IN_PART, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""Exit codes"""

LARGEST_INPUT = 1_000_000
"""Characters read from standard input; far more than can be spoken, so that a message can say how many"""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Like asyncio.run, but SIGTERM ends the work as SIGINT does: with all it started."""

    async def until_told() -> T:
        task = asyncio.current_task()
        assert task is not None
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                asyncio.get_running_loop().add_signal_handler(number, task.cancel)
        return await work

    return asyncio.run(until_told())


def standard_input() -> str:
    if sys.stdin is None:  # it was closed by whoever started us
        return ""
    # Bytes that are no text cost a character each, not the whole sentence.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]  # a TextIOWrapper
    return sys.stdin.read(LARGEST_INPUT)


def decodable(text: str) -> str:
    """Without the stand-ins for bytes that are no text, which no program could read in the result."""
    return re.sub("[\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", text)


def show(text: str) -> int:
    """Writes to standard output; a reader that left early has seen enough. Returns the exit code."""
    problem = _write(text, sys.stdout)
    if problem is None or isinstance(problem, BrokenPipeError):
        return OK
    complain(f"robotvoice: the result cannot be written to standard output ({problem.strerror})")
    return NOT_PLAYED


def moment(seconds: float) -> str:
    """A time of the wall clock, for a person: with the date unless it is today's."""
    found = time.localtime(seconds)
    today = time.localtime()[:3] == found[:3]
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", found)


def complain(text: str) -> None:
    _write(text, sys.stderr)


def _write(text: str, stream: TextIO | None) -> OSError | None:
    """Returns why it could not be written."""
    if stream is None:  # it was closed by whoever started us
        return None
    try:
        stream.reconfigure(errors="backslashreplace")  # type: ignore[attr-defined]  # a TextIOWrapper
        print(text, file=stream, flush=True)
    except OSError as error:
        # At its end Python would try once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return error
    return None
