"""What Spanish, French, Italian and Portuguese have in common."""

# ruff: noqa: RUF001 - signs as they are typed

import re
from collections.abc import Sequence

from robotvoice.text.numbers.grammar.figures import Figure, value_of
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Noun

_NUMERAL = re.compile(r"(?P<numeral>[IVX]{1,6})(?P<end>er|e|ème)?(?![\w'’])")


class Romance(Tongue):
    """One of them."""

    months: Sequence[str] = ()
    of = "de"
    """Between millions and what they are of"""
    of_month = "de"
    """Around the name of a month; empty: nothing"""
    first_of_month = ""
    """Empty: the first day is no ordinal"""
    and_cents = ""
    """Between euros and cents"""
    square, cubic = "", ""
    """Behind a unit, for each of its forms: `cuadrado cuadrados`"""
    feminine = re.compile(r"(?!)")
    """How feminine nouns end"""
    no_nouns: frozenset[str] = frozenset()
    """Words behind a number that are not what it counts"""
    centuries: frozenset[str] = frozenset()
    """Words before a Roman numeral: `siglo XXI`"""
    openers = r"[IVX]{1,6}(?:e|er|ème)?(?!\w)"

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.rules = (*self.rules, century)

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        following = scan.word_after(end)
        if not following or following[0].isupper() or figure.fraction or following in self.no_nouns:
            return self.number(figure)
        return self.number(figure, "f" if self.feminine.search(following) else "m")

    def prefixed(self, prefix: str, noun: Noun) -> Noun:
        """Before `metro` the last vowel of the prefix is stressed in some of them."""
        return Noun(tuple(self.joined(prefix, form) for form in noun.forms), noun.gender)

    def joined(self, prefix: str, form: str) -> str:
        return prefix + form

    def powered(self, noun: Noun, power: int) -> Noun:
        endings = (self.square if power == 2 else self.cubic).split()
        return Noun(
            tuple(f"{form} {end}" for form, end in zip(noun.forms, endings, strict=True)), noun.gender
        )

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        between = f" {self.and_cents} " if self.and_cents else " "
        return f"{major}{between}{self.number(cents)}"

    def millions(self, amount: str, major: Noun) -> str:
        return f"{amount} {self.of} {major.forms[-1]}"

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        number = self.first_of_month if day == 1 and self.first_of_month else self.cardinal(day)
        of = f" {self.of_month} " if self.of_month else " "
        return f"{number}{of}{self.months[month - 1]}" + (f"{of}{self.year(year)}" if year else "")

    def read_century(self, number: int) -> str:
        """The number of a century."""
        return self.cardinal(number)


def century(scan: Scan) -> Read | None:
    """`siglo XXI`, `XXIe siècle`."""
    found = scan.match(_NUMERAL)
    if not found or not (number := value_of(found["numeral"])):
        return None
    tongue = scan.tongue
    assert isinstance(tongue, Romance)
    if scan.word_before() in tongue.centuries or scan.word_after(found.end()) in tongue.centuries:
        return Read(found.end(), tongue.read_century(number))
    return None


def per_second(tongue: Romance, unit: Unit) -> str | None:
    """`por segundo cuadrado`; None: it is none of those."""
    if unit.base != "s" or unit.power == 1:
        return None
    return f"{tongue.words['per']} {tongue.powered(tongue.units['s'], unit.power).forms[0]}"
