"""What `doctor` found, as a table for a person and as JSON for a program."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal

from gateway.problems import one_line

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
        print(json.dumps([asdict(check) for check in checks], indent=1))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print(f"{check.state:<4}  {check.name:<{width}}  {one_line(check.found)}")
            if check.todo:
                print(f"      {'':<{width}}  -> {one_line(check.todo)}")
    return FAILED if any(check.state == "fail" for check in checks) else NOTHING_FAILED
