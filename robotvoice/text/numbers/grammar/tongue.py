"""What a language must say of numbers so that the rules, which are the same for all, can read them in it."""

import re
from collections.abc import Mapping, Sequence

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Rule, Scan
from robotvoice.text.numbers.grammar.units import Unit
from robotvoice.text.numbers.grammar.vocabulary import Currency, Noun, in_groups

_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff"
    r"\uac00-\ud7a3\uf900-\ufaff]"
)
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese, and Korean, whose particles follow a number"""


class Tongue:
    """One language. Numbers are those of `Figure`; all words are small but what the language writes large."""

    code = ""
    mark = ","
    """The decimal mark"""
    joint = " "
    """Between two words"""
    day_first = True
    """Whether 3/4/2026 is in April"""
    ones: Sequence[str] = ()
    """Digits, each by itself"""
    words: Mapping[str, str] = {}
    """minus, plus, point, to, times, by, equals, over, divided, dot, number, per, degree"""
    magnitudes: Mapping[str, Noun] = {}
    """By what is written behind a number for thousand, million and more"""
    units: Mapping[str, Noun] = {}
    """By symbol without a prefix"""
    prefixes: Mapping[str, str] = {}
    square, cubic = "", ""
    """Before a unit: `Quadrat`"""
    raised_seconds = False
    """Whether `m/s²` is meters per second squared, not per square second"""
    currencies: Mapping[str, Currency] = {}
    """By sign and by code of ISO 4217"""
    dialling: frozenset[str] = frozenset()
    """What is named by a number that is read digit by digit: code, room; in small letters, as all of these"""
    calling: frozenset[str] = frozenset()
    """Verbs before the number of a telephone"""
    fillers: frozenset[str] = frozenset()
    """What may stand between such a word and its number: is, number"""
    parts: frozenset[str] = frozenset()
    """Words before a number whose parts are set apart by full stops: versions, sections"""
    scoring: frozenset[str] = frozenset()
    """Words near which `3:10` and `3-2` are a ratio or a score"""
    before_times: frozenset[str] = frozenset()
    """Words before a time of day, such as `at`"""
    after_clock = re.compile(r"(?!)")
    """What belongs to a time and stands behind it: `pm`, `Uhr`"""
    hours = re.compile(r"(?!)")
    """A time that is an hour only, or a range of them"""
    labels: Mapping[str, str] = {}
    """By abbreviation, without its full stop: what stands before a number, such as `p`"""
    bare_labels: frozenset[str] = frozenset()
    """Those that need no full stop"""
    signs: Mapping[str, str] = {}
    """By sign before a number: `#`"""
    rules: Sequence[Rule] = ()
    """Tried before those that are common to all"""
    openers = ""
    """A pattern: what may stand before a number and is read with it"""

    def __init__(self, region: str = "") -> None:
        """`region` as in a tag, in capitals, or empty."""
        self.region = region

    def writes(self, letter: str) -> bool:
        """Whether a letter that is not Latin belongs to it."""
        return False

    def shadow(self, text: str) -> str:
        """The text as the rules are to see it, which is as long: without letters that have no spaces between.

        Beside one of those a number begins and ends as beside a mark.
        """
        return _UNSPACED.sub("、", text)

    def tidy(self, words: str) -> str:
        """As it is written in this language."""
        return words

    # Numbers

    def cardinal(self, number: int, gender: str = "") -> str:
        """Of any number below 10 ** 36. `gender` is that of what is counted; empty: the number alone."""
        raise NotImplementedError

    def ordinal(self, number: int) -> str:
        raise NotImplementedError

    def spell(self, digits: str) -> str:
        """Digit by digit."""
        return self.joint.join(self.ones[int(digit)] for digit in digits)

    def group(self, digits: str) -> str:
        """One group of a telephone number."""
        return self.spell(digits)

    def number(self, figure: Figure, gender: str = "") -> str:
        """With its fraction digit by digit."""
        if figure.by_digit:
            return self.row(figure.whole) + self._fraction(figure)
        return self.cardinal(figure.value, "" if figure.fraction else gender) + self._fraction(figure)

    def _fraction(self, figure: Figure) -> str:
        if not figure.fraction:
            return ""
        return f"{self.joint}{self.words['point']}{self.joint}{self.spell(figure.fraction)}"

    def row(self, digits: str) -> str:
        """A long row of digits, with a pause after every three or four."""
        return ", ".join(self.spell(group) for group in in_groups(digits))

    def is_counted(self, word: str) -> bool:
        """Whether the word behind a number looks like what there are several of."""
        return False

    def counting(self, figure: Figure, scan: Scan, end: int) -> str:
        """A number without a unit that ends at `end`; the next word may be what is counted."""
        return self.number(figure)

    def is_year(self, figure: Figure, scan: Scan) -> bool:
        """Whether a number without a unit is read in another way because it is a year."""
        return False

    def year(self, number: int) -> str:
        return self.cardinal(number)

    def size(self, figure: Figure) -> str:
        """One of the numbers of a size, such as 1920x1080."""
        return self.number(figure)

    def part(self, digits: str) -> str:
        """Between the full stops of a version."""
        leading = len(digits) > 1 and digits[0] == "0"
        return self.spell(digits) if leading or len(digits) > 3 else self.cardinal(int(digits))

    def is_item(self, mark: str, following: str) -> bool:
        """Whether a number at the beginning, with a full stop or a bracket, counts the items of a list."""
        return True

    # What is counted

    def form(self, figure: Figure, noun: Noun) -> str:
        """The form of a noun behind a number."""
        return noun.forms[0] if figure.is_one else noun.forms[-1]

    def counted(self, figure: Figure, noun: Noun) -> str:
        return f"{self.number(figure, noun.gender)}{self.joint}{self.form(figure, noun)}"

    def unit(self, unit: Unit) -> Noun | None:
        """None: this language has no word for it here."""
        noun = self.units.get(unit.base)
        if noun is None or (unit.prefix and unit.prefix not in self.prefixes):
            return None
        if unit.prefix:
            noun = self.prefixed(self.prefixes[unit.prefix], noun)
        if unit.power > 1:
            noun = self.powered(noun, unit.power)
        return noun

    def prefixed(self, prefix: str, noun: Noun) -> Noun:
        return Noun(tuple(prefix + form for form in noun.forms), noun.gender)

    def powered(self, noun: Noun, power: int) -> Noun:
        """Square, or cubic."""
        return self.prefixed(self.square if power == 2 else self.cubic, noun)

    def per(self, unit: Unit, *, hundred: bool = False) -> str | None:
        """`per hour`; None: this language has no word for it here."""
        if unit.base == "s" and unit.power > 1 and self.raised_seconds:
            raised = self.words["squared" if unit.power == 2 else "cubed"]
            return f"{self.per(Unit(unit.base))} {raised}"
        noun = self.unit(unit)
        if noun is None:
            return None
        below = self.counted(Figure("100"), noun) if hundred else noun.forms[0]
        return f"{self.words['per']}{self.joint}{below}"

    def describes(self, scan: Scan, end: int) -> bool:
        """Whether an amount that ends at `end` describes a word behind it: `a five dollar bill`."""
        return False

    def measured(self, figure: Figure, unit: Unit) -> str | None:
        """None: this language has no word for the unit."""
        noun, below = self.unit(unit), unit.per and self.per(unit.per, hundred=unit.hundred)
        if noun is None or (unit.per and below is None):
            return None
        return self.counted(figure, noun) + (f"{self.joint}{below}" if below else "")

    def magnitude(self, figure: Figure, written: str) -> str:
        """`5 million` of `5M`."""
        return self.counted(figure, self.magnitudes[written])

    def money(self, figure: Figure, currency: Currency, magnitude: str = "") -> str:
        """`five dollars fifty`."""
        major, minor = currency.major, currency.minor
        if magnitude:
            return self.millions(self.magnitude(figure, magnitude), major)
        if not minor or len(figure.fraction) != 2:
            return self.counted(figure, major)
        cents = Figure(str(int(figure.fraction)))
        if not cents.value:
            return self.counted(Figure(figure.whole, "", figure.end, figure.grouped), major)
        if not int(figure.whole):
            return self.counted(cents, minor)
        return self.with_cents(self.counted(Figure(figure.whole), major), cents, minor)

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        return f"{major}{self.joint}{self.number(cents)}"

    def millions(self, amount: str, major: Noun) -> str:
        """Of money."""
        return f"{amount}{self.joint}{major.forms[-1]}"

    # Time

    def clock(self, hour: int, minute: int, second: int | None) -> str:
        said = self.hour_and_minute(hour, minute, exact=second is None)
        if not second:
            return said
        return f"{said} {self.words['and']} {self.counted(Figure(str(second)), self.units['s'])}"

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        """A time of day; not `exact`: seconds were written behind it."""
        raise NotImplementedError

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        """Of a date in figures."""
        raise NotImplementedError

    def is_time(self, scan: Scan, mark: str) -> bool:
        """Whether figures with another mark than a colon are a time: `14.30`, `7h05`."""
        return False

    def with_suffix(self, words: str, suffix: re.Match[str], hour: int, minute: int) -> str:
        """A time with what `after_clock` has found."""
        return words

    def read_hours(self, found: re.Match[str]) -> Read | None:
        """What `hours` has found."""
        return None

    def listed(self, parts: Sequence[str]) -> str:
        """Parts of a duration."""
        return self.joint.join(parts)

    # Fractions

    def fraction(self, numerator: int, denominator: int) -> str | None:
        """None: it is read as one number over the other."""
        return None

    def mixed(self, whole: str, numerator: int, denominator: int) -> str | None:
        """Behind a whole number; None: it cannot be read so."""
        fraction = self.fraction(numerator, denominator)
        return (
            f"{self.cardinal(int(whole))}{self.joint}{self.words['and']}{self.joint}{fraction}"
            if fraction
            else None
        )

    def part_of(self, words: str, noun: Noun, *, whole: bool) -> str:
        """A fraction of something, or a number with a fraction."""
        return f"{words}{self.joint}{noun.forms[-1] if whole else noun.forms[0]}"

    def fraction_before(self, scan: Scan, read: Read) -> Read:
        """A fraction with what stands behind it."""
        return read

    def slashed(self, scan: Scan, above: str, below: str, end: int) -> Read | None:
        """What is no fraction though it is written like one: `24/7`, `8/10 points`."""
        return None

    def first_of_range(self, figure: Figure) -> str:
        """Where the unit stands behind the second number only."""
        return self.number(figure)
