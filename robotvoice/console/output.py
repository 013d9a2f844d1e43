"""Between a program and whoever reads it: as wide as their terminal is, and quiet when they have left."""

import io
import json
import os
import sys
import time
from contextlib import suppress
from typing import Any, TextIO

from robotvoice.console.wrapping import folded
from robotvoice.errors import RobotVoiceError

USUAL = 80
"""Columns of a terminal that does not know"""
NARROWEST = 20


def columns(stream: TextIO | None) -> int | None:
    """How wide what is written there may be: as COLUMNS says, else as the terminal is.

    None: nobody's terminal, so programs read it, line by line.
    """
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return max(int(told), NARROWEST)
    with suppress(OSError, ValueError):
        if stream is not None and stream.isatty():
            return max(os.get_terminal_size(stream.fileno()).columns or USUAL, NARROWEST)
    return None


def write(text: str, stream: TextIO | None, *, fold: bool = True) -> OSError | None:
    """Writes whole lines, unless `fold` is False wrapped between words; returns why that was not possible.

    From then on nothing is written there. A stream that was closed by whoever started us is no problem.
    """
    if stream is None:
        return None
    try:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
        print(folded(text, columns(stream)) if fold else text, file=stream, flush=True)
    except OSError as error:
        # At its end Python would try once more, and complain.
        _send_nowhere(stream.fileno())
        return error
    return None


class NotShown(RobotVoiceError):
    """The result cannot be written to standard output; the message says why."""

    code = "not_shown"


def show(text: str, *, fold: bool = True) -> None:
    """On standard output; a reader that left early has seen enough. Raises NotShown.

    `fold`: whether long lines are wrapped on a terminal.
    """
    problem = write(text, sys.stdout, fold=fold)
    if problem and not isinstance(problem, BrokenPipeError):
        raise NotShown(f"the result cannot be written to standard output ({problem.strerror})")


def show_json(value: object, indent: int | None = None) -> None:
    """For a program; on one line, unless each level is to be indented. Raises NotShown."""
    show(json.dumps(value, indent=indent), fold=False)


def width() -> int | None:
    """Columns that a table on standard output may have; None: no terminal shows it."""
    return columns(sys.stdout)


def moment(seconds: float) -> str:
    """A time of the wall clock, for a person: with the date unless it is today's."""
    found = time.localtime(seconds)
    today = time.localtime()[:3] == found[:3]
    return time.strftime("%H:%M" if today else "%Y-%m-%d %H:%M", found)


def leave_readers_free_to_go() -> None:
    """For a program, once, first of all: from here on nobody meets an error because a reader has left.

    The rest of what is written is for nobody, and the work goes on to its end and its exit code. What was
    closed by whoever started us is opened on nothing, as the next file would get its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and stream is getattr(sys, f"__{name}__"):
            setattr(sys, name, _patient(stream))


class _Patient(io.FileIO):
    """A descriptor whose reader may leave."""

    def write(self, content: Any, /) -> int:
        try:
            return super().write(content)
        except BrokenPipeError:
            _send_nowhere(self.fileno())
            return memoryview(content).nbytes


def _patient(stream: io.TextIOWrapper) -> io.TextIOWrapper:
    """As the stream is, but for that."""
    raw = _Patient(stream.fileno(), "wb", closefd=False)
    return io.TextIOWrapper(
        # Nothing between them, as Python does it, where nothing is to be buffered.
        raw if stream.write_through else io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors=stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def _send_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def counted(number: int, what: str) -> str:
    """`1 text`, `2 texts`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
