"""What Chinese, Japanese and Korean have in common: groups of four digits, and little or no space."""

import re
from collections.abc import Iterator, Mapping

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Currency, Noun

_LETTER = re.compile(r"[\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]")

_SPACE = re.compile(rf"(?<={_LETTER.pattern}) | (?={_LETTER.pattern})")


class Eastern(Tongue):
    """One of them."""

    mark = "."
    joint = ""
    comma = "、"
    parts_of = ""
    """Between the denominator of a fraction and its numerator"""
    speeds: Mapping[str, str] = {}
    """By unit of time, what stands before a speed"""

    def writes(self, letter: str) -> bool:
        return _LETTER.match(letter) is not None

    def tidy(self, words: str) -> str:
        return _SPACE.sub("", words.replace(", ", self.comma))

    def behind(self, scan: Scan, end: int) -> str:
        """What stands behind a place, as it was written."""
        return scan.written[end : end + 12]

    def ordinal(self, number: int) -> str:
        return f"{self.signs['#']}{self.cardinal(number)}"

    def fraction(self, numerator: int, denominator: int) -> str | None:
        return f"{self.cardinal(denominator)}{self.parts_of}{self.cardinal(numerator)}"

    def money(self, figure: Figure, currency: Currency, magnitude: str = "") -> str:
        fraction = figure.fraction.rstrip("0")
        return self.counted(Figure(figure.whole, fraction, figure.end, figure.grouped), currency.major)

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


def fours(number: int) -> Iterator[tuple[int, int]]:
    """Groups of four digits, the first one first, each with its place; the last has place 0."""
    for place in reversed(range((len(str(number)) + 3) // 4)):
        yield place, number // 10_000**place % 10_000
