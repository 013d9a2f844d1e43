"""A place in a text where a number may be, and what reads it there."""

# ruff: noqa: RUF001 - signs as they are typed

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from robotvoice.text.numbers.grammar.tongue import Tongue

_NEAR = 60
"""Characters before and behind a number that are looked at"""
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?|\d+")


class Read(NamedTuple):
    """Where what was read ends, and the words for it."""

    end: int
    words: str


@dataclass(slots=True)
class Scan:
    """Goes through one text in one language."""

    text: str
    """As the rules see it: see `Tongue.shadow`"""
    tongue: "Tongue"
    at: int = 0
    """Where a number may begin"""
    written: str = ""
    """As it was written; as long as `text`"""
    ending: str = ""
    """Of the ordinal before, for languages that inflect it: `der 21. und 22. Mai`"""

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at)

    def moved(self, at: int) -> "Scan":
        """Another one, at another place of the text."""
        return Scan(self.text, self.tongue, at, self.written)

    @property
    def before(self) -> str:
        """What stands near before this place."""
        return self.text[max(0, self.at - _NEAR) : self.at]

    def after(self, end: int) -> str:
        """What stands near behind `end`."""
        return self.text[end : end + _NEAR]

    def words_before(self) -> list[str]:
        """The last words before this place, the nearest last, as they are written."""
        return _WORD.findall(self.before)

    def word_before(self) -> str:
        """The word right before this place, in small letters, without a full stop; "" behind a mark."""
        words = re.search(r"([^\W\d_]+(?:[-'’][^\W\d_]+)*)[.:]?\s*[\"'“„(]?$", self.before)
        return words[1].lower() if words else ""

    def word_after(self, end: int) -> str:
        """The word right behind `end`, as it is written; "" if a mark is between."""
        found = re.match(r"[ \u00a0]([^\W\d_]+)", self.after(end))
        return found[1] if found else ""


Rule: TypeAlias = Callable[[Scan], Read | None]
"""Reads what is at the place of a scan, if it is of its kind"""
