"""What a run tells: how far it is, and when it is over percentiles and a file of its rows."""

import json
import math
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed (nearest rank); infinite of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)] if ordered else math.inf


def median(values: Iterable[float]) -> float:
    return percentile(values, 50)


def finite(value: object) -> object:
    """None in place of what JSON does not know."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def save(file: Path, rows: object) -> Path:
    """As JSON; returns the file. Its folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return file


class Progress:
    """Says on standard error what is being done: one line that changes on a terminal, else one a step."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._terminal = self._stream.isatty()
        self._step = ""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        if self._terminal:
            count = f" {done}/{total}" if total else ""
            print(f"\r\x1b[K{step}{count}", end="", file=self._stream, flush=True)
        elif step != self._step:
            print(step, file=self._stream, flush=True)
        self._step = step

    def stays(self, line: str) -> None:
        """In place of what changes."""
        self.clear()
        print(line, file=self._stream, flush=True)

    def clear(self) -> None:
        """Takes the line off the terminal."""
        if self._terminal:
            print("\r\x1b[K", end="", file=self._stream, flush=True)
