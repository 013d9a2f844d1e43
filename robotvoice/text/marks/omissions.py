"""What of a text nobody is to hear, and why."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "thought", "tool call", "template", "code", "data", "markup", "link", "citation", "maths",
    "stage direction", "emoticon", "emoji", "decoration", "pause",
]  # fmt: skip
"""Why something is not spoken"""

MOST_OMISSIONS = 1000
"""Of one text that are written down"""


@dataclass(frozen=True, slots=True)
class Omission:
    """A part of a text that nobody is to hear."""

    kind: Kind
    text: str


class Omissions:
    """Writes down what is left out while a text is cleaned."""

    def __init__(self) -> None:
        self._found: list[Omission] = []

    @property
    def found(self) -> tuple[Omission, ...]:
        return tuple(self._found)

    def add(self, kind: Kind, text: str) -> str:
        """Returns nothing, to stand in the place of what is left out."""
        if len(self._found) < MOST_OMISSIONS and (text := " ".join(text.split())):
            self._found.append(Omission(kind, text))
        return ""
