"""What is told of a recording, a transcript or a voice: one sentence each, and how much it matters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["problem", "warning", "remark"]
"""It cannot be used · it can, and sounds worse for it · nothing has to be done"""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found and what to do about it."""

    code: str
    level: Level
    text: str


def of_level(findings: Iterable[Finding], level: Level) -> tuple[str, ...]:
    """Their sentences."""
    return tuple(finding.text for finding in findings if finding.level == level)
