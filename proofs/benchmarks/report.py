"""What every benchmark hands over: figures, shown as a table and kept as out/bench/NAME.json."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from robotvoice.console import tables

HEADINGS = ("FIGURE", "VALUE", "UNIT", "TARGET", "MET")
LOST = "lost"
"""The unit of a count of requests that got no good answer; any makes `python -m benchmarks` fail"""


class BenchmarkBroken(Exception):
    """Something could not be measured; the message is for a person."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number."""

    name: str
    value: float
    """Infinite where it falls on a lost request; null in JSON, which knows no infinity"""
    unit: str
    target: float | None = None
    """What `value` must stay below; 0: it must be 0; None: it is only shown"""

    @property
    def met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value < self.target or self.value == self.target == 0

    @property
    def tells_of_loss(self) -> bool:
        return self.unit == LOST and self.value > 0

    def as_json(self) -> dict[str, str | float | bool | None]:
        value = float(f"{self.value:.4g}") if math.isfinite(self.value) else None
        return {
            "name": self.name,
            "value": value,
            "unit": self.unit,
            "target": self.target,
            "met": self.met,
        }


def percentile(values: Iterable[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def median(values: Iterable[float]) -> float:
    return percentile(values, 50)


def lost(name: str, *latencies: Sequence[float]) -> Figure:
    """How many of these latencies are infinite, which is how a lost request is written down."""
    count = sum(math.isinf(latency) for several in latencies for latency in several)
    return Figure(f"{name}: lost of {sum(map(len, latencies))}", count, LOST, 0)


def table(figures: Sequence[Figure], width: int | None = None) -> str:
    """One line for each figure."""
    return tables.table([HEADINGS, *map(_cells, figures)], width, right={1})


def save(folder: Path, benchmark: str, figures: Sequence[Figure]) -> Path:
    """Writes the figures as a JSON list; returns the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{benchmark}.json"
    file.write_text(json.dumps([figure.as_json() for figure in figures], indent=1) + "\n", encoding="utf-8")
    return file


class Progress:
    """Says on standard error what is being measured: one line that counts on a terminal, else one a step."""

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._step = ""

    def __call__(self, step: str, done: int = 0, total: int = 0) -> None:
        if self._terminal:
            count = f" {done}/{total}" if total else ""
            print(f"\r\x1b[K{step}{count}", end="", file=self._stream, flush=True)
        elif step != self._step:
            print(step, file=self._stream, flush=True)
        self._step = step

    def clear(self) -> None:
        """Takes the line off the terminal."""
        if self._terminal:
            print("\r\x1b[K", end="", file=self._stream, flush=True)


def _cells(figure: Figure) -> tuple[str, ...]:
    target = "" if figure.target is None else f"< {figure.target:g}" if figure.target else "0"
    met = {True: "yes", False: "MISSED", None: ""}[figure.met]
    return (figure.name, _number(figure.value), figure.unit, target, met)


def _number(value: float) -> str:
    if not math.isfinite(value) or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
