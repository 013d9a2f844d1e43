"""English numbers. Those of en-GB and its like have their "and" and their dates day first."""

# ruff: noqa: RUF001, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.english.english_dates import DATE_OPENERS, decade, month_date, on_date
from robotvoice.text.numbers.english.english_places import feet, inches, lines, ordinal, roman, times
from robotvoice.text.numbers.english.english_words import MONTHS, EnglishWords
from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import Noun

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = (
    "thousand million billion trillion quadrillion quintillion sextillion septillion octillion nonillion "
    "decillion"
).split()
_IRREGULAR = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth",
    "nine": "ninth", "twelve": "twelfth",
}  # fmt: skip
_BEFORE_YEARS = frozenset(
    """
    in since until till before after year years from during circa anno by early late mid spring summer
    autumn fall winter christmas easter january february march april may june july august september october
    november december model class edition vintage born died copyright of back
    """.split()
)
_BEFORE_COUNTS = frozenset(
    """
    about over nearly almost around than exactly approximately roughly least most only another some up
    under below above nearly total just extra additional costs cost paid pay score scored first last next
    these those all other
    """.split()
)
_COUNTED = frozenset(
    "people men women children sheep fish feet teeth mice deer staff fans per in of square".split()
)
_NO_PLURALS = frozenset(
    """
    was is has does as his its this thus us hers yes always perhaps besides towards afterwards across plus
    unless versus whereas sees saw marks gives brings
    """.split()
)
_ARTICLES = frozenset("a an the this that each every another my your his her our their one".split())
_NO_NOUNS = frozenset(
    """
    a about above after against an and are around as at away back because before below but by down during each
    every for from had has if in into is it less long more most of off on only or out over per so than that
    the then there these they this to too until up via was we were when which while with within you
    """.split()
)
"""Words behind an amount that it does not describe"""
_RATED = frozenset("score scored scores rate rated rates rating got gave gets give".split())
_NUMBERED = frozenset("page step part slide question chapter episode day round week".split())
_LONE_A = re.compile(r"\bA (?=\w)")
_O_CLOCK = " o'clock"
_AMERICAN = frozenset({"", "US", "PH"})
"""Regions, and none, that write the month first"""


class English(EnglishWords):
    """English of any region."""

    code = "en"
    mark = "."
    square, cubic = "square ", "cubic "
    raised_seconds = True
    ones = _ONES[:10]
    fillers = frozenset("is was the number no code it's of are : to be with - a your my our new".split())
    before_times = frozenset("at by until till from since before after around about between to and".split())
    after_clock = re.compile(
        r"[ \u00a0]?(?P<half>[aApP])\.?[ ]?[mM](?!\w)\.?|[ ]o'clock|[ ]?(?P<hours>hrs?|h|hours)(?!\w)"
    )
    hours = re.compile(
        r"(?P<first>1[0-2]|0?[1-9])"
        r"(?:[ ]?[-–][ ]?(?P<second>1[0-2]|0?[1-9])(?::(?P<minute>[0-5][0-9]))?)?"
        r"[ \u00a0]?(?P<half>[aApP])(?:\.[ ]?[mM]\b\.?|[mM]\b)"
        r"|(?P<military>(?:[01][0-9]|2[0-4])[0-5][0-9])[ ](?:hours|hrs)\b"
    )
    rules = (month_date, on_date, decade, ordinal, roman, feet, inches, times, lines)
    openers = rf"{DATE_OPENERS}|[IVX]{{1,6}}(?!\w)"

    def __init__(self, region: str = "") -> None:
        super().__init__(region)
        self.day_first = region not in _AMERICAN
        self.american = region in ("US", "PH")
        self.joins_with_and = self.day_first and region != "CA"

    def tidy(self, words: str) -> str:
        """A lone A before another word would be read as the article."""
        return _LONE_A.sub("A-", words)

    # Numbers

    def cardinal(self, number: int, gender: str = "") -> str:
        if number < 100:
            return _below_hundred(number)
        said: list[str] = []
        for scale, word in reversed([*enumerate(["", *_SCALES])]):
            group = number // 1000**scale % 1000
            if group:
                said.append(f"{self._below_thousand(group)} {word}".strip())
        if self.joins_with_and and len(said) > 1 and 0 < number % 1000 < 100:
            said[-1] = f"and {said[-1]}"
        return " ".join(said)

    def _below_thousand(self, number: int) -> str:
        hundreds, rest = divmod(number, 100)
        if not hundreds:
            return _below_hundred(rest)
        more = f" {'and ' if self.joins_with_and else ''}{_below_hundred(rest)}" if rest else ""
        return f"{_ONES[hundreds]} hundred{more}"

    def ordinal(self, number: int) -> str:
        words = self.cardinal(number)
        cut = max(words.rfind(" "), words.rfind("-")) + 1
        head, last = words[:cut], words[cut:]
        if last in _IRREGULAR:
            return head + _IRREGULAR[last]
        return head + (f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th")

    def year(self, number: int) -> str:
        century, rest = divmod(number, 100)
        if number < 1000 or number >= 10000 or (century % 10 == 0 and rest < 10):
            return self.cardinal(number)
        if not rest:
            return f"{_below_hundred(century)} hundred"
        return f"{_below_hundred(century)} {'oh ' if rest < 10 else ''}{_below_hundred(rest)}"

    def size(self, figure: Figure) -> str:
        """`nineteen twenty by ten eighty`."""
        pairs = len(figure.whole) == 4 and not figure.fraction and not figure.grouped
        return self.year(figure.value) if pairs else self.number(figure)

    def is_year(self, figure: Figure, scan: Scan) -> bool:
        """Four digits that no unit follows, and nothing that would be counted."""
        if len(figure.whole) != 4:
            return False
        before, following = scan.word_before(), scan.word_after(figure.end)
        counted = self.is_counted(following)
        if before in _BEFORE_YEARS and not counted:
            return 1000 <= figure.value < 2200
        if before in _BEFORE_COUNTS or counted:
            return False
        if following in ("AD", "BC", "BCE", "CE"):
            return True
        return 1100 <= figure.value < 2000 or 2010 <= figure.value < 2100

    def is_counted(self, word: str) -> bool:
        if word.lower() in _COUNTED:
            return True
        return word[:1].islower() and word.endswith("s") and len(word) > 2 and word not in _NO_PLURALS

    def describes(self, scan: Scan, end: int) -> bool:
        following = scan.word_after(end)
        if scan.word_before() not in _ARTICLES or not following[:1].islower() or self.is_counted(following):
            return False
        return following not in _NO_NOUNS

    # Money and measures

    def with_cents(self, major: str, cents: Figure, minor: Noun) -> str:
        if cents.value < 10:
            return f"{major} and {self.counted(cents, minor)}"
        return f"{major} {self.number(cents)}"

    # Time

    def hour_and_minute(self, hour: int, minute: int, *, exact: bool) -> str:
        if not minute:
            if hour == 0:
                return "midnight" if exact else "zero hundred"
            return f"{_below_hundred(hour)}{_O_CLOCK}" if hour <= 12 else f"{_below_hundred(hour)} hundred"
        return f"{_below_hundred(hour)} {'oh ' if minute < 10 else ''}{_below_hundred(minute)}"

    def with_suffix(self, words: str, suffix: re.Match[str], hour: int, minute: int) -> str:
        if suffix["half"]:
            return f"{words.removesuffix(_O_CLOCK)} {suffix['half'].upper()}M{_stop(suffix, suffix.end())}"
        return f"{words.removesuffix(_O_CLOCK)} hours" if suffix["hours"] else words

    def read_hours(self, found: re.Match[str]) -> Read | None:
        if found["military"]:
            hour, minute = int(found["military"][:2]), int(found["military"][2:])
            said = "oh " * (hour < 10) + _below_hundred(hour)
            rest = "hundred" if not minute else ("oh " * (minute < 10)) + _below_hundred(minute)
            return Read(found.end(), f"{said} {rest} hours")
        said = self.cardinal(int(found["first"]))
        if found["second"]:
            minute = int(found["minute"] or 0)
            second = self.cardinal(int(found["second"]))
            said += f" to {second}" + (f" {'oh ' * (minute < 10)}{_below_hundred(minute)}" if minute else "")
        return Read(found.end(), f"{said} {found['half'].upper()}M{_stop(found, found.end())}")

    def date(self, day: int, month: int, year: int | None, scan: Scan) -> str:
        name = MONTHS[month - 1]
        if self.american:
            return f"{name} {self.ordinal(day)}" + (f", {self.year(year)}" if year else "")
        the = "" if scan.word_before() == "the" else "the "
        return f"{the}{self.ordinal(day)} of {name}" + (f" {self.year(year)}" if year else "")

    # Fractions

    def fraction(self, numerator: int, denominator: int) -> str | None:
        if denominator == 2:
            name = "half"
        elif denominator == 4:
            name = "quarter"
        else:
            name = self.ordinal(denominator)
        return f"{self.cardinal(numerator)} {name}{'s' if numerator > 1 else ''}"

    def mixed(self, whole: str, numerator: int, denominator: int) -> str | None:
        part = self.fraction(numerator, denominator)
        said = f"a {(part or '').partition(' ')[2]}" if numerator == 1 else part
        return f"{self.cardinal(int(whole))} and {said}"

    def part_of(self, words: str, noun: Noun, *, whole: bool) -> str:
        if whole:
            return f"{words} {noun.forms[-1]}"
        if words == "one half":
            return f"half a {noun.forms[0]}"
        words = re.sub("^one ", "a ", words)
        return f"{words} of a{'n' if noun.forms[0][0] in 'aeiou' else ''} {noun.forms[0]}"

    def slashed(self, scan: Scan, above: str, below: str, end: int) -> Read | None:
        before, following = scan.word_before(), scan.word_after(end).lower()
        if (above, below) in (("24", "7"), ("9", "11")):
            return Read(end, f"{self.cardinal(int(above))} {self.cardinal(int(below))}")
        if above == below:
            word = "out of" if below in ("5", "10", "100") else ""
            return Read(end, " ".join(filter(None, (self.part(above), word, self.part(below)))))
        if before in _NUMBERED:
            return Read(end, f"{self.part(above)} of {self.part(below)}")
        rated = before in _RATED or following in ("stars", "points", "rating")
        rated = rated or (below in ("10", "100") and above != "1")
        if rated and int(above) < int(below) <= 1000:
            return Read(end, f"{self.part(above)} out of {self.part(below)}")
        if int(above) > int(below) and int(above) + int(below) == 100:
            return Read(end, f"{self.part(above)} {self.part(below)}")
        return None


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def _stop(found: re.Match[str], end: int) -> str:
    """The full stop of `p.m.` is that of the sentence, too, where that ends."""
    return "." if found[0].endswith(".") and not found.string[end:].strip("\"')”’ ") else ""


TONGUE = English
