"""What was found, for a person."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

COLUMNS = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warn", "fail"]
    found: str
    todo: str = ""
    """What to do about it; empty if there is nothing to do"""


def rows(findings: Sequence[Finding]) -> Iterator[str]:
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        yield from _wrapped(f"{finding.state:<4}  {finding.name:<{width}}  ", finding.found)
        if finding.todo:
            yield from _wrapped(" " * (width + 8) + "-> ", finding.todo)


def _wrapped(head: str, text: str) -> Iterator[str]:
    for number, line in enumerate(textwrap.wrap(text, COLUMNS - len(head), break_on_hyphens=False)):
        yield (" " * len(head) if number else head) + line
