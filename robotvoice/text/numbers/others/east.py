"""What Chinese, Japanese and Korean have in common: groups of four digits, and little or no space."""

import re
from collections.abc import Mapping

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Noun

_LETTER = re.compile(r"[\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")

_SPACE = re.compile(rf"(?<={_LETTER.pattern}) | (?={_LETTER.pattern})")


class Eastern(Tongue):
    """One of them."""

    mark = "."
    joint = ""

    def writes(self, letter: str) -> bool:
        return _LETTER.match(letter) is not None

    def sticks(self, letter: str) -> bool:
        return self.writes(letter)

    comma = "、"

    def tidy(self, words: str) -> str:
        return _SPACE.sub("", words.replace(", ", self.comma))

    def behind(self, scan: Scan, end: int) -> str:
        """What stands behind a place, as it was written."""
        return scan.written[end : end + 12]

    def form(self, figure: Figure, noun: Noun) -> str:
        return noun.forms[0]

    def row(self, digits: str) -> str:
        return self.spell(digits)

    def measured(self, figure: Figure, unit: Unit) -> str | None:
        """Speeds are told with their time first: `時速五キロ`."""
        noun = self.unit(Unit(unit.base, unit.prefix, unit.power))
        if noun is None:
            return None
        amount = self.counted(figure, noun)
        if not unit.per:
            return amount
        first = self.speeds.get(unit.per.base) if unit.per.power == 1 and not unit.hundred else None
        return f"{first}{amount}" if first else None

    speeds: Mapping[str, str] = {}
    """By unit of time, what stands before a speed"""


def fours(number: int) -> list[int]:
    """Groups of four digits, the last one first."""
    found = []
    while number:
        number, rest = divmod(number, 10_000)
        found.append(rest)
    return found or [0]
