"""One line for each event on standard error: for services time, level, message, then `key=value` pairs.

Or in a file that stays small: launchd lets it grow, and newsyslog would need root.
"""

import logging
import os
import shutil
import sys
import traceback
from pathlib import Path
from types import TracebackType

from robotvoice.console.people_log import PLAIN, ForPeople
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidSettings

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", PLAIN}

LARGEST = 2_000_000
"""Bytes of a log file; what comes before is kept in a second one, FILE.1"""
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


def log_to_file(path: Path) -> None:
    """From here on standard output and error, of this process and its children, go to the end of the file.

    It is cut each time a line of the log makes it too large. Raises InvalidSettings.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise InvalidSettings(
            f"log_file: {path} cannot be written ({error.strerror}); name a file in a folder that is there"
        ) from error
    for standard in (1, 2):
        os.dup2(descriptor, standard)
    os.close(descriptor)
    logging.getLogger().addHandler(_SizeLimit(path))


class _SizeLimit(logging.Handler):
    """Writes nothing: it comes after the handler that does."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if os.fstat(2).st_size > LARGEST:
                # Copied and emptied, not renamed: children write into it as well, and all of them append.
                shutil.copyfile(self._path, f"{self._path}.1")
                os.ftruncate(2, 0)
        except OSError:
            self.handleError(record)


def _value(value: object) -> str:
    text = str(value)
    return one_line(repr(text) if any(character.isspace() for character in text) or not text else text)
