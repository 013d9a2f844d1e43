"""Between a command and its terminal: what is read, what is printed, and how signals end the work."""

import asyncio
import logging
import re
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from robotvoice.console.output import write

T = TypeVar("T")

OK, BROKEN, BAD_INPUT, NOTHING_SPOKE, NOT_PLAYED, IN_PART, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
"""Exit codes"""
USUAL = {
    BROKEN: "something broke that should not have",
    BAD_INPUT: "the command line or a setting cannot be used",
    INTERRUPTED: "interrupted or told to end",
}
"""What those mean that most commands have"""

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


class Complaints(logging.Handler):
    """What a command has to say of what went wrong beside its work, a line each."""

    def emit(self, record: logging.LogRecord) -> None:
        write_error(f"robotvoice: {self.format(record)}")


def tell_waiting(text: str) -> None:
    """For whoever sits at the terminal; a program that reads gets nothing of it."""
    if sys.stderr is not None and sys.stderr.isatty():
        write_error(text)


def write_error(text: str) -> None:
    write(text, sys.stderr)
