"""Dates in figures: `2026-11-21`, `21.11.2026`, `11/21/2026`; in the order of the language and its region."""

# ruff: noqa: RUF001 - signs as they are typed

import re
from collections.abc import Iterable

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.vocabulary import alternatives
from robotvoice.text.numbers.rules.clock import clock

_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/.])(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})(?=T[0-9]{2}:|(?!\w|[-/.][0-9]))"
)
_AMERICAN_OR_NOT = re.compile(
    r"(?P<first>[0-3]?[0-9])(?P<mark>[-/.])(?P<second>[0-3]?[0-9])(?P=mark)(?P<year>[0-9]{4}|[0-9]{2})(?!\w|[-/.][0-9])"
)
_TIMED = re.compile(r"T(?=[0-9]{2}:[0-9]{2})")
SOME_YEAR = r"(?P<year>1[0-9]{3}|20[0-9]{2}|21[0-9]{2})(?![\w]|[-–.,:/][0-9])"
"""A pattern for one behind a date"""
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def some_month(names: Iterable[str], shorter: Iterable[str]) -> str:
    """A pattern for a month in letters; a full stop is the short name's, unless the sentence ends there."""
    full, short = (r"(?:" + alternatives({*each}) + r")(?![^\W\d_])" for each in (names, shorter))
    return rf"(?P<month>{full}|{short}(?:\.(?=[ \u00a0]?[^\W_]|,))?)"


def date(scan: Scan) -> Read | None:
    """With a year."""
    if found := scan.match(_ISO):
        day, month = int(found["day"]), int(found["month"])
        if not is_day(day, month):
            return None
        words = scan.tongue.date(day, month, int(found["year"]), scan)
        return _with_time(scan, Read(found.end(), words))
    found = scan.match(_AMERICAN_OR_NOT)
    if not found or (len(found["year"]) == 2 and not _is_short_date(scan, found)):
        return None
    first, second = int(found["first"]), int(found["second"])
    day_first = scan.tongue.day_first or found["mark"] == "."
    day, month = (first, second) if day_first else (second, first)
    if not is_day(day, month):
        day, month = month, day
    if not is_day(day, month):
        return None
    year = int(found["year"])
    if len(found["year"]) == 2:
        year += 2000 if year < 70 else 1900
    return Read(found.end(), scan.tongue.date(day, month, year, scan))


def _with_time(scan: Scan, read: Read) -> Read:
    """Of a date and time that are one word."""
    timed = _TIMED.match(scan.text, read.end)
    if not timed:
        return read
    time = clock(scan.moved(timed.end()))
    return Read(time.end, f"{read.words}, {time.words}") if time else read


def is_day(day: int, month: int) -> bool:
    """Whether a month has such a day, in a leap year."""
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def _is_short_date(scan: Scan, found: re.Match[str]) -> bool:
    """Whether a year of two digits belongs to a date: no version, no row of numbers."""
    if found["mark"] == "-" or (found["mark"] == "." and scan.tongue.mark == "."):
        return False
    return scan.word_before() not in scan.tongue.parts
