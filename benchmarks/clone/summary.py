"""What the race has shown: a table of all that was measured, and the targets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.report import LOST, Figure, median, percentile
from speech.audio import WIRE_FORMAT

GENERATOR, KEPT, GATEWAY, LIBRARY, GUIDE = "a", "a'", "b", "c", "d"
"""How the names of the contestants begin"""
HEADINGS = ("", "FIRST p50", "p95 ms", "AUDIO/s", "LOST", "WRONG", "OF", "RSS MB")
ADDED = 5.0
"""Milliseconds"""
SLOWER = 1 / 0.95
CACHED_FIRST = 2.0
"""Milliseconds"""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant, one text, so many clients at the same time."""

    name: str
    text: str
    clients: int
    first: tuple[float, ...]
    """Milliseconds to the first sound; infinite where the answer was lost"""
    samples: int
    wall: float
    """Seconds"""
    lost: int
    wrong: int
    rss: int
    """Bytes, after the last run"""

    @property
    def letter(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def throughput(self) -> float:
        """Seconds of audio in a second."""
        return self.samples / WIRE_FORMAT.sample_rate / self.wall

    def figures(self) -> list[Figure]:
        where = f"{self.name}, {self.text}, clients: {self.clients}"
        return [
            Figure(f"{where}: first audio, p50", median(self.first), "ms"),
            Figure(f"{where}: first audio, p95", percentile(self.first, 95), "ms"),
            Figure(f"{where}: audio made", self.throughput, "s per second"),
            Figure(f"{where}: lost of {len(self.first)}", self.lost, "answers"),
            Figure(f"{where}: wrong of {len(self.first)}", self.wrong, "answers"),
            Figure(f"{where}: memory", self.rss / 1e6, "MB"),
        ]


@dataclass(frozen=True, slots=True)
class Race:
    """All that was measured."""

    rows: tuple[Row, ...]
    cached: tuple[float, ...]
    """Milliseconds to the first byte of an answer that is played from the cache"""

    def figures(self) -> list[Figure]:
        return [*self.targets(), *(figure for row in self.rows for figure in row.figures())]

    def targets(self) -> list[Figure]:
        """What the gateway promises."""
        asked = sorted({(row.text, row.clients) for row in self.rows})
        figures = [figure for text, clients in asked for figure in self._firsts(text, clients)]
        figures += [
            Figure(f"{text}, clients: {clients}: a / b, audio made", self._slower(text, clients), "", SLOWER)
            for text, clients in asked
        ]
        figures.append(Figure("b from its cache: first byte, p50", median(self.cached), "ms", CACHED_FIRST))
        ours = [row for row in self.rows if row.letter == GATEWAY]
        of = sum(len(row.first) for row in ours) + len(self.cached)
        lost = sum(row.lost for row in ours) + sum(first == math.inf for first in self.cached)
        figures.append(Figure(f"b: lost of {of}", lost, LOST, 0))
        figures.append(Figure(f"b: wrong of {of}", sum(row.wrong for row in ours), LOST, 0))
        return figures

    def table(self) -> str:
        """One line for each row, trial by trial."""
        lines: list[tuple[str, ...]] = [HEADINGS]
        before = None
        for row in self.rows:
            if (row.text, row.clients) != before:
                before = (row.text, row.clients)
                lines.append((f"{row.text}, clients: {row.clients}",))
            lines.append(_cells(row))
        widths = [max(len(line[i]) for line in lines if len(line) > 1) for i in range(len(HEADINGS))]
        return "\n".join(_line(line, widths) for line in lines)

    def _firsts(self, text: str, clients: int) -> list[Figure]:
        """Of the gateway beside the others."""
        a, kept, b, c, d = (
            self._first(letter, text, clients) for letter in (GENERATOR, KEPT, GATEWAY, LIBRARY, GUIDE)
        )
        where = f"{text}, clients: {clients}"
        if clients > 1:
            return [Figure(f"{where}: b / d, first audio", _ratio(b, d), "", 1 / 4)]
        figures = [
            Figure(f"{where}: b - a, first audio", b - a, "ms", ADDED),
            Figure(f"{where}: b - a', first audio", b - kept, "ms"),
        ]
        if not text.startswith("1 "):
            figures.append(Figure(f"{where}: b / c, first audio", _ratio(b, c), "", 1 / 3))
            figures.append(Figure(f"{where}: b / d, first audio", _ratio(b, d), "", 1 / 10))
        return figures

    def _first(self, letter: str, text: str, clients: int) -> float:
        return median(self._row(letter, text, clients).first)

    def _slower(self, text: str, clients: int) -> float:
        a, b = (self._row(letter, text, clients).throughput for letter in (GENERATOR, GATEWAY))
        return _ratio(a, b)

    def _row(self, letter: str, text: str, clients: int) -> Row:
        wanted = (letter, text, clients)
        return next(row for row in self.rows if (row.letter, row.text, row.clients) == wanted)


def _ratio(one: float, other: float) -> float:
    """Infinite where there is nothing to compare, which meets no target."""
    return one / other if other and math.isfinite(other) else math.inf


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"  {row.name}",
        f"{median(row.first):.0f}",
        f"{percentile(row.first, 95):.0f}",
        f"{row.throughput:.2f}",
        f"{row.lost}",
        f"{row.wrong}",
        f"{len(row.first)}",
        f"{row.rss / 1e6:.0f}",
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = zip(cells, widths, strict=False)
    return "  ".join(
        cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(padded)
    ).rstrip()
