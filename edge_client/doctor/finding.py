"""What was found, for a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from robotvoice.console.tables import sheet


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    todo: str = ""
    """What to do about it; empty if there is nothing to do"""


def page(findings: Sequence[Finding], width: int | None = None) -> str:
    """`width` is in columns of a terminal."""
    before = max(len(finding.name) for finding in findings)
    lines: list[tuple[str, str]] = []
    for finding in findings:
        lines.append((f"{finding.state:<4}  {finding.name:<{before}}", finding.found))
        lines += [("", f"-> {finding.todo}")] if finding.todo else []
    return sheet(lines, width)
