"""A log for whoever watches it in a terminal: one short line for each thing that happened."""

import logging
import sys
import time
from collections.abc import Callable
from types import TracebackType

from robotvoice.console.output import write

PLAIN = "plain"
"""What a record may carry in place of its message: a sentence for people; an empty one: nothing for them"""
NOT_TOLD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", PLAIN}

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class ForPeople(logging.Handler):
    """`12:04 gremlin, 1.5 s, eSpeak`, on standard error and wrapped between words."""

    def __init__(self, exception: Callable[[ExceptionInfo], str] | None = None) -> None:
        """`exception` makes the text of one; not every program may tell its message."""
        super().__init__()
        self._exception = exception or logging.Formatter().formatException

    def emit(self, record: logging.LogRecord) -> None:
        plain = getattr(record, PLAIN, None)
        if plain == "":
            return
        level = f"{record.levelname.lower()}: " if record.levelno >= logging.WARNING else ""
        told = plain or record.getMessage() + _more(record)
        printable = "".join(each if each.isprintable() else "?" for each in told)
        write(f"{time.strftime('%H:%M', time.localtime(record.created))} {level}{printable}", sys.stderr)
        if record.exc_info:
            write(self._exception(record.exc_info), sys.stderr, fold=False)


def _more(record: logging.LogRecord) -> str:
    more = [f"{name}: {value}" for name, value in record.__dict__.items() if name not in NOT_TOLD]
    return f" ({', '.join(more)})" if more else ""
