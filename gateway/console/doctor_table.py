"""What `doctor` found, as a table for a person and as JSON for a program."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from gateway.ground.command_output import show, show_json, width
from gateway.ground.problems import one_line
from robotvoice.console.tables import sheet

State = Literal["ok", "warn", "fail"]
NOTHING_FAILED, FAILED = 0, 1


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    state: State
    found: str
    todo: str = ""
    """What to do about it; empty if there is nothing to do"""
    figures: Mapping[str, object] = field(default_factory=dict)
    """What was measured, for programs: seconds and bytes"""


def told(checks: Sequence[Check], *, as_json: bool) -> int:
    """Prints them; returns the exit code."""
    if as_json:
        show_json([asdict(check) for check in checks])
    else:
        before = max(len(check.name) for check in checks)
        for check in checks:
            lines = [one_line(line) for line in check.found.splitlines()]
            lines += [f"-> {one_line(check.todo)}"] if check.todo else []
            names = [f"{check.state:<4}  {check.name:<{before}}", *[f"      {'':<{before}}"] * len(lines)]
            show(sheet(list(zip(names, lines, strict=False)), width()))
    return FAILED if any(check.state == "fail" for check in checks) else NOTHING_FAILED
