"""What a `doctor` found, on the robot or at the gateway: a table for a person, a row for a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from robotvoice.console.tables import sheet
from robotvoice.console.wrapping import one_line


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    todo: str = ""
    """What to do about it; empty if there is nothing to do"""
    figures: Mapping[str, object] = field(default_factory=dict)
    """What was measured, for programs: seconds and bytes"""


def any_failed(checks: Sequence[Check]) -> bool:
    return any(check.state == "fail" for check in checks)


def page(checks: Sequence[Check], width: int | None = None) -> str:
    """`width` is in columns of a terminal."""
    before = max(len(check.name) for check in checks)
    rows: list[tuple[str, str]] = []
    for check in checks:
        told = [one_line(line) for line in check.found.splitlines()]
        told += [f"-> {one_line(check.todo)}"] if check.todo else []
        names = [f"{check.state:<4}  {check.name:<{before}}", *[""] * len(told)]
        rows += zip(names, told, strict=False)
    return sheet(rows, width)
