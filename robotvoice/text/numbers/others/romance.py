"""What Spanish, French, Italian and Portuguese have in common."""

# ruff: noqa: RUF001 - signs as they are typed

import re
from collections.abc import Mapping, Sequence

from robotvoice.text.numbers.grammar.figures import Figure, value_of
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
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
    halves = "", ""
    """One half, and the same of what is feminine"""
    stressed: Mapping[str, str] = {}
    """By the last vowel of a prefix, what it is before `metro`"""
    hour_mark = ""
    """Between hour and minute, besides the colon"""
    signed_ordinal = re.compile(r"(?!)")
    """Which one in a row, with a sign behind the number: `1º`, `2ª`; from 20 on `°` is meant for degrees"""
    feminine = re.compile(r"(?!)")
    """How feminine nouns end"""
    no_nouns: frozenset[str] = frozenset()
    """Words behind a number that are not what it counts"""
    centuries: frozenset[str] = frozenset()
    """Words before a Roman numeral: `siglo XXI`"""
    openers = r"[IVX]{1,6}(?:e|er|ème)?(?!\w)"

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.rules = (*self.rules, _with_sign, century)

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        following = scan.word_after(end)
        if not following or following[0].isupper() or figure.fraction or following in self.no_nouns:
            return self.number(figure)
        return self.number(figure, "f" if self.feminine.search(following) else "m")

    def prefixed(self, prefix: str, noun: Noun) -> Noun:
        if noun.forms[0] == "metro":
            prefix = prefix[:-1] + self.stressed.get(prefix[-1], prefix[-1])
        return super().prefixed(prefix, noun)

    def powered(self, noun: Noun, power: int) -> Noun:
        """With what stands behind each of its forms: `cuadrado cuadrados`."""
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

    def is_time(self, scan: Scan, mark: str) -> bool:
        return mark == self.hour_mark

    def read_hours(self, found: re.Match[str]) -> Read | None:
        return Read(found.end(), self.clock(int(found["hour"]), int(found["minute"] or 0), None))

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator == 2:
            return self.halves[0] if numerator == 1 else None
        name = self.share(denominator)
        if name is None:
            return None
        return (
            f"{self.cardinal(1, 'm')} {name}"
            if numerator == 1
            else f"{self.cardinal(numerator)} {self.several(name)}"
        )

    def share(self, denominator: int) -> str | None:
        """`tercio`; None: it has no such name."""
        return self.ordinal(denominator)

    def several(self, name: str) -> str:
        """Of those."""
        return f"{name}s"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        masculine, feminine = self.halves
        following = scan.word_after(read.end)
        if read.words == masculine and following and self.feminine.search(following):
            return Read(read.end, feminine)
        return read

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


def _with_sign(scan: Scan) -> Read | None:
    tongue = scan.tongue
    assert isinstance(tongue, Romance)
    found = scan.match(tongue.signed_ordinal)
    if not found or (found["end"] == "°" and int(found["number"]) >= 20):
        return None
    words = tongue.ordinal(int(found["number"]))
    if found["end"] == "ª":
        words = " ".join(f"{word[:-1]}a" for word in words.split())
    return Read(found.end(), words)
