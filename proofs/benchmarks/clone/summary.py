"""What the race has shown: a table of all that was measured, and the targets."""

import math
import statistics
from dataclasses import dataclass

from proofs.benchmarks.clone.material import FIVE
from proofs.benchmarks.clone.plan import CACHED, GATEWAY, GENERATOR, GUIDE, KEPT, LIBRARY
from proofs.benchmarks.report import LOST, Figure
from proofs.rig.figures import median, percentile
from robotvoice.console import tables

HEADINGS = ("", "FIRST p50", "p95 ms", "AUDIO/s", "LOST", "WRONG", "OF", "RSS MB")
ADDED = 5.0
"""Milliseconds"""
SLOWER = 1 / 0.95
"""Wall time for the same audio"""
CACHED_FIRST = 2.0
"""Milliseconds"""


@dataclass(frozen=True, slots=True)
class Row:
    """One contestant, one text, so many clients at the same time."""

    letter: str
    name: str
    text: str
    clients: int
    first: tuple[float, ...]
    """Milliseconds to the first sound; infinite where the answer was lost"""
    made: tuple[float, ...]
    """Seconds of audio in a second, of each run"""
    lost: int
    wrong: int
    rss: int
    """Bytes, after the last run"""

    @property
    def throughput(self) -> float:
        """Seconds of audio in a second: the median of the runs."""
        return statistics.median(self.made)

    def figures(self) -> list[Figure]:
        where = f"{self.letter} {self.name}, {self.text}, clients: {self.clients}"
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
    """Those of the same trial stand together"""
    warnings: tuple[str, ...] = ()
    """The gateway's own: why an answer was lost or wrong"""

    def figures(self) -> list[Figure]:
        return [*self.targets(), *(figure for row in self.rows for figure in row.figures())]

    def targets(self) -> list[Figure]:
        """What the gateway promises, and what is shown beside it."""
        asked = list(dict.fromkeys((row.text, row.clients) for row in self.rows))
        figures = [figure for text, clients in asked for figure in self._firsts(text, clients)]
        figures += [figure for text, clients in asked for figure in self._speeds(text, clients)]
        figures += [
            Figure(f"{row.letter} {row.name}: first byte, p50", median(row.first), "ms", CACHED_FIRST)
            for row in self.rows
            if row.letter == CACHED
        ]
        ours = [row for row in self.rows if row.letter in (GATEWAY, CACHED)]
        of = sum(len(row.first) for row in ours)
        figures.append(Figure(f"b, b': lost of {of}", sum(row.lost for row in ours), LOST, 0))
        figures.append(Figure(f"b, b': wrong of {of}", sum(row.wrong for row in ours), LOST, 0))
        return figures

    def table(self, width: int | None = None) -> str:
        """One line for each row, trial by trial."""
        lines: list[tuple[str, ...]] = [HEADINGS]
        before = None
        for row in self.rows:
            if (row.text, row.clients) != before:
                before = (row.text, row.clients)
                lines.append((f"{row.text}, clients: {row.clients}", *[""] * (len(HEADINGS) - 1)))
            lines.append(_cells(row))
        return tables.table(lines, width, right=range(1, len(HEADINGS)))

    def _firsts(self, text: str, clients: int) -> list[Figure]:
        """The gateway's first audio beside that of the others who were there."""
        first = {row.letter: median(row.first) for row in self._of(text, clients)}
        ours = first.get(GATEWAY, math.inf)
        where = f"{text}, clients: {clients}: b"
        figures = []
        if clients == 1:
            for letter, target in ((GENERATOR, ADDED), (KEPT, None)):
                if letter in first:
                    name = f"{where} - {letter}, first audio"
                    figures.append(Figure(name, ours - first[letter], "ms", target))
        for letter, target in _shares(text, clients):
            if letter in first:
                name = f"{where} / {letter}, first audio"
                figures.append(Figure(name, _ratio(ours, first[letter]), "", target))
        return figures

    def _speeds(self, text: str, clients: int) -> list[Figure]:
        made = {row.letter: row.throughput for row in self._of(text, clients)}
        return [
            Figure(
                f"{text}, clients: {clients}: b / {letter}, time for the same audio",
                _ratio(made[letter], made.get(GATEWAY, 0.0)),
                "",
                target,
            )
            for letter, target in ((GENERATOR, SLOWER), (KEPT, None))
            if letter in made
        ]

    def _of(self, text: str, clients: int) -> list[Row]:
        return [row for row in self.rows if (row.text, row.clients) == (text, clients)]


def _shares(text: str, clients: int) -> list[tuple[str, float | None]]:
    """Of whose time to the first audio the gateway may need how much; None: it is only shown."""
    if clients > 1:
        return [(LIBRARY, None), (GUIDE, 1 / 4)]
    if text == FIVE.name:
        return [(LIBRARY, 1 / 3), (GUIDE, 1 / 10)]
    return [(LIBRARY, None), (GUIDE, None)]


def _ratio(one: float, other: float) -> float:
    """Infinite where there is nothing to compare, which meets no target."""
    return one / other if other and math.isfinite(other) else math.inf


def _cells(row: Row) -> tuple[str, ...]:
    return (
        f"  {row.letter:2} {row.name}",
        f"{median(row.first):.0f}",
        f"{percentile(row.first, 95):.0f}",
        f"{row.throughput:.2f}",
        f"{row.lost}",
        f"{row.wrong}",
        f"{len(row.first)}",
        f"{row.rss / 1e6:.0f}",
    )
