"""German numbers, those of Austria and Switzerland among them."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.german.endings import ending_of, is_feminine, is_neuter
from robotvoice.text.numbers.german.german_dates import DATE_OPENERS, day_and_month, decade, month_date
from robotvoice.text.numbers.german.german_places import (
    ORDERED,
    STREETS,
    before_number,
    compound,
    ordinal,
    roman,
    times,
)
from robotvoice.text.numbers.german.german_words import MONTHS, GermanWords
from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun, large_groups

_ONES = (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn "
    "sechzehn siebzehn achtzehn neunzehn"
).split()
_TENS = "null zehn zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
_SCALES = (
    "Million Milliarde Billion Billiarde Trillion Trilliarde Quadrillion Quadrilliarde Quintillion "
    "Quintilliarde"
).split()
_FIRST = {"eins": "erst", "drei": "dritt", "sieben": "siebt", "acht": "acht"}
_DATIVE = frozenset("mit nach vor seit aus bei von zu in binnen ab gegenüber".split())
_BEFORE_COUNTS = frozenset(
    "etwa über fast rund circa ca ungefähr mindestens höchstens nur noch genau weitere".split()
)
_RATED = frozenset(
    """
    note bewertung wertung gab gibt gebe bewertet bewerte punktzahl seite schritt teil folie frage kapitel
    folge tag runde
    """.split()
)
"""Before 3/4 that is three of four"""
_STARS = frozenset("Punkte Punkten Sterne Sternen".split())


class German(GermanWords):
    """German of any region."""

    code = "de"
    square, cubic = "Quadrat", "Kubik"
    ones = _ONES[:10]
    before_times = frozenset("um ab bis gegen seit von vor nach uhr".split())
    after_clock = re.compile(r"[ \u00a0]?(?P<clock>Uhr)(?!\w)|[ \u00a0]?(?P<hour>h)(?!\w)")
    hours = re.compile(
        r"(?P<first>2[0-4]|[01]?[0-9])(?:[ ]?[-–][ ]?(?P<second>2[0-4]|[01]?[0-9]))?[ \u00a0]?Uhr(?!\w)"
    )
    rules = (month_date, day_and_month, before_number, decade, ordinal, roman, times, compound)
    openers = rf"{DATE_OPENERS}|{STREETS}|[IVX]{{1,6}}(?!\w)"

    # Numbers

    def cardinal(self, number: int, gender: str = "") -> str:
        """Below a million in one word."""
        said = [
            f"eine {name}" if group == 1 else f"{_below_thousand(group)} {name.removesuffix('e')}en"
            for group, name in large_groups(number, _SCALES)
        ]
        rest = number % 1_000_000
        if rest or not said:
            said.append(_below_million(rest, gender))
        return " ".join(said)

    def ordinal(self, number: int) -> str:
        """Without its ending: `dritt`."""
        words = self.cardinal(number)
        if number % 1_000_000 == 0 and number:
            return words.lower().replace(" ", "").removesuffix("en").removesuffix("e") + "st"
        head, space, last = words.rpartition(" ")
        rest = number % 100
        if rest == 0 or rest >= 20:
            return f"{head}{space}{last}st"
        word = _ONES[rest]
        stem = last.removesuffix(word) if rest else last
        return f"{head}{space}{stem}{_FIRST.get(word, f'{word}t')}"

    def year(self, number: int) -> str:
        if 1100 <= number < 2000:
            hundreds, rest = divmod(number, 100)
            return f"{_below_hundred(hundreds)}hundert{_below_hundred(rest) if rest else ''}"
        return self.cardinal(number)

    def is_year(self, figure: Figure, scan: Scan) -> bool:
        if not 1100 <= figure.value < 2000 or len(figure.whole) != 4:
            return False
        following = scan.word_after(figure.end)
        return scan.word_before() not in _BEFORE_COUNTS and not following[:1].isupper()

    def is_counted(self, word: str) -> bool:
        return word[:1].isupper()

    def is_item(self, mark: str, following: str) -> bool:
        """`1. Mai` and `3. Stock` tell which one."""
        return mark == ")" or following.lower() not in ORDERED | {"und", "oder", "bis"}

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        """`1 Tasse` is `eine Tasse`."""
        following = scan.word_after(end)
        if not figure.is_one or not following[:1].isupper():
            return self.number(figure)
        if following in ("Uhr", "Prozent"):
            return "ein"
        feminine = is_feminine(following)
        if scan.word_before() in _DATIVE:
            return "einer" if feminine else "einem"
        return "eine" if feminine else "ein"

    def first_of_range(self, figure: Figure) -> str:
        return "ein" if figure.is_one else self.number(figure)

    # Money and measures

    def prefixed(self, prefix: str, noun: Noun) -> Noun:
        return Noun(tuple(prefix + form[0].lower() + form[1:] for form in noun.forms), noun.gender)

    # Time

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        return f"{self.cardinal(hour, 'm')} Uhr" + (f" {self.cardinal(minute)}" if minute else "")

    def is_time(self, scan: Scan, mark: str) -> bool:
        return mark == "." and scan.word_before() in ("um", "gegen")

    def read_hours(self, found: re.Match[str]) -> Read | None:
        first = self.cardinal(int(found["first"]), "m")
        if not found["second"]:
            return Read(found.end(), f"{first} Uhr")
        return Read(found.end(), f"{first} bis {self.cardinal(int(found['second']), 'm')} Uhr")

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        said = f"{self.ordinal(day)}{ending_of(scan, MONTHS[month - 1])} {MONTHS[month - 1]}"
        return said + (f" {self.year(year)}" if year else "")

    # Fractions

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator == 2:
            return "einhalb" if numerator == 1 else f"{self.cardinal(numerator)} Halbe"
        name = f"{self.ordinal(denominator)}el".capitalize()
        return f"{'ein' if numerator == 1 else self.cardinal(numerator)} {name}"

    def mixed(self, whole: str, numerator: int, denominator: int) -> str | None:
        amount = self.cardinal(int(whole))
        if (numerator, denominator) == (1, 2):
            return f"{amount.removesuffix('s') if amount.endswith('eins') else amount}einhalb"
        return f"{amount} {self.fraction(numerator, denominator)}"

    def part_of(self, words: str, noun: Noun, *, whole: bool) -> str:
        if words == "einhalb":
            return {"f": "eine halbe", "m": "ein halber", "n": "ein halbes"}[
                noun.gender or "n"
            ] + f" {noun.forms[0]}"
        return f"{words} {noun.forms[-1] if whole else noun.forms[0]}"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        """`1/2 Stunde` is `eine halbe Stunde`."""
        following = scan.word_after(read.end)
        if read.words != "einhalb" or not following[:1].isupper():
            return read
        if is_feminine(following):
            return Read(read.end, "einer halben" if scan.word_before() in _DATIVE else "eine halbe")
        if scan.word_before() in _DATIVE:
            return Read(read.end, "einem halben")
        return Read(read.end, "ein halbes" if is_neuter(following) else "einen halben")

    def slashed(self, scan: Scan, above: str, below: str, end: int) -> Read | None:
        if (above, below) == ("24", "7"):
            return Read(end, "vierundzwanzig sieben")
        if above == below:
            middle = " von " if below in ("5", "10", "100") else " "
            return Read(end, f"{self.part(above)}{middle}{self.part(below)}")
        told = scan.word_before() in _RATED or scan.word_after(end) in _STARS
        if int(above) < int(below) and ((below in ("10", "100") and above != "1") or told):
            return Read(end, f"{self.part(above)} von {self.part(below)}")
        return None


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    unit = "ein" if ones == 1 else _ONES[ones]
    return f"{unit}und{_TENS[tens]}" if ones else _TENS[tens]


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    head = f"{'ein' if hundreds == 1 else _ONES[hundreds]}hundert" if hundreds else ""
    return head + (_below_hundred(rest) if rest or not hundreds else "")


def _below_million(number: int, gender: str) -> str:
    if number == 1 and gender:
        return "eine" if gender == "f" else "ein"
    thousands, rest = divmod(number, 1000)
    head = _below_thousand(thousands) if thousands else ""
    if head.endswith("eins"):
        head = head.removesuffix("s")
    said = f"{head}tausend" if thousands else ""
    return said + (_below_thousand(rest) if rest or not thousands else "")


TONGUE = German
