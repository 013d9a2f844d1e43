"""What every benchmark hands over: figures, shown as a table and kept as out/bench/NAME.json."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from proofs.rig.figures import finite
from robotvoice.console import tables

HEADINGS = ("FIGURE", "VALUE", "UNIT", "TARGET", "MET")
LOST = "lost"
"""The unit of a count of requests that got no good answer; any makes `python -m proofs.benchmarks` fail"""


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

    def as_json(self) -> dict[str, object]:
        value = finite(float(f"{self.value:.4g}"))
        return {"name": self.name, "value": value, "unit": self.unit, "target": self.target, "met": self.met}


def lost(name: str, *latencies: Sequence[float]) -> Figure:
    """How many of these latencies are infinite, which is how a lost request is written down."""
    count = sum(math.isinf(latency) for several in latencies for latency in several)
    return Figure(f"{name}: lost of {sum(map(len, latencies))}", count, LOST, 0)


def table(figures: Sequence[Figure], width: int | None = None) -> str:
    """One line for each figure."""
    return tables.table([HEADINGS, *map(_cells, figures)], width, right={1})


def _cells(figure: Figure) -> tuple[str, ...]:
    target = "" if figure.target is None else f"< {figure.target:g}" if figure.target else "0"
    met = {True: "yes", False: "MISSED", None: ""}[figure.met]
    return (figure.name, _number(figure.value), figure.unit, target, met)


def _number(value: float) -> str:
    if not math.isfinite(value) or value == int(value):
        return f"{value:.0f}"
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"
