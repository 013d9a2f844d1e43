"""One line for each event on standard error: for services time, level, message, then `key=value` pairs."""

import logging
import sys
import traceback
from types import TracebackType

from robotvoice.console.people_log import PLAIN, ForPeople
from robotvoice.console.wrapping import one_line

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", PLAIN}

QUIET = {"watchfiles": logging.WARNING, "zeroconf": logging.ERROR}
"""Libraries that tell of every change of a file or a network, and the least of theirs that is worth a line"""


class KeyValueFormatter(logging.Formatter):
    """`12:04:05 WARNING breaker of espeak: open, was closed reason=died`

    An exception is shown by its type and its place. Its message is not: it may hold what was to be spoken.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        extra = (f"{key}={_value(value)}" for key, value in record.__dict__.items() if key not in _STANDARD)
        return " ".join((one_line(super().formatMessage(record)), *extra))

    def format(self, record: logging.LogRecord) -> str:
        record = logging.makeLogRecord(record.__dict__)
        record.exc_text = None  # what another handler made of the exception
        return super().format(record)

    def formatException(self, ei: _ExceptionInfo) -> str:
        lines: list[str] = []
        error, seen = ei[1], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            where = "".join(traceback.format_tb(error.__traceback__))
            lines.insert(0, f"{where}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def log_to_stderr(level: str, *, for_people: bool = False) -> None:
    """For programs, once, at their start; `for_people`: in short sentences."""
    handler: logging.Handler = ForPeople(KeyValueFormatter().formatException)
    if not for_people:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(KeyValueFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for library, least in QUIET.items():
        logging.getLogger(library).setLevel(least)


def _value(value: object) -> str:
    text = str(value)
    return one_line(repr(text) if any(character.isspace() for character in text) or not text else text)
