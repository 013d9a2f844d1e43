"""One line for each event on standard error: time, level, message, then `key=value` pairs."""

import logging
import sys

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class KeyValueFormatter(logging.Formatter):
    """`12:04:05 WARNING breaker of espeak: open, was closed reason=died`"""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        extra = (f"{key}={_value(value)}" for key, value in record.__dict__.items() if key not in _STANDARD)
        return " ".join((super().formatMessage(record), *extra))


def log_to_stderr(level: str) -> None:
    """For programs, once, at their start."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValueFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _value(value: object) -> str:
    text = str(value)
    return repr(text) if any(character.isspace() for character in text) or not text else text
