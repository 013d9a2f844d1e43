"""English dates with the month in letters, and decades."""

# ruff: noqa: RUF001, RUF002, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.english.english_words import MONTHS, WEEKDAYS
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.rules.dates import SOME_YEAR, is_day, some_month

_SHORT = {month[:3]: month for month in MONTHS} | {month: month for month in MONTHS} | {"Sept": "September"}
_DAYS = {day[:3]: day for day in WEEKDAYS}
_DAYS |= {"Tues": "Tuesday", "Thur": "Thursday", "Thurs": "Thursday", "Weds": "Wednesday"}
_MONTH = some_month(MONTHS, _SHORT)
_DAY = r"(?P<day>[0-3]?[0-9])(?P<suffix>st|nd|rd|th)?(?![\w]|[.,:/][0-9])"
_TO = r"(?:[ ]?[-–—][ ]?(?P<last>[0-3]?[0-9])(?:st|nd|rd|th)?(?![\w]|[.,:/][0-9]))?"
_YEAR = rf"(?:,?[ \u00a0]{SOME_YEAR}(?![ ][0-9]))?"
_MONTH_FIRST = re.compile(rf"{_MONTH}[ \u00a0]{_DAY}{_TO}{_YEAR}")
_DAY_FIRST = re.compile(rf"{_DAY}{_TO}[ \u00a0](?P<of>of )?{_MONTH}{_YEAR}")
_MONTH_ONLY = re.compile(rf"{_MONTH},?[ \u00a0]{SOME_YEAR}")
_WEEKDAY = re.compile(
    rf"(?P<weekday>{'|'.join(sorted(_DAYS, key=len, reverse=True))})(?![^\W\d_])\.?(?P<mark>,?)[ ]"
    rf"(?=(?:the )?[0-3]?[0-9](?:st|nd|rd|th)?[ ](?:of )?(?:{'|'.join(_SHORT)})"
    rf"|(?:{'|'.join(_SHORT)})\.? [0-9]|[0-9]{{1,2}}[:/][0-9])"
)
_SLASHED = re.compile(r"(?P<first>[01]?[0-9]|[0-3]?[0-9])/(?P<second>[0-3]?[0-9])(?![\w/]|[.,:/][0-9])")
_DECADE = re.compile(r"(?P<quote>['’‘])?(?P<century>1[0-9]|20|21)?(?P<tens>[0-9]0)['’]?s(?!\w)")
DATE_OPENERS = (
    rf"(?:{'|'.join(sorted({*_SHORT}, key=len, reverse=True))})\.?,?[ \u00a0][0-9]"
    rf"|(?:{'|'.join(_DAYS)})\.?,?[ ]"
)
_ON = frozenset("on by since until till due before after dated from between".split())
_OF_AGES = frozenset("the his her their my our your early mid late roaring in".split())
_WORDS_TOO = frozenset({"May", "March", "Mar"})
"""Months that are words, too"""


def month_date(scan: Scan) -> Read | None:
    """`Nov 21, 2026`, `21 Nov 2026`, `Nov 21–23`, `May 2026`, and the day of the week before one."""
    if found := scan.match(_WEEKDAY):
        return Read(found.end(), f"{_DAYS[found['weekday']]}{found['mark']} ")
    tongue = scan.tongue
    found = scan.match(_MONTH_FIRST)
    if (
        found
        and _is_date(found)
        and not (found["month"].rstrip(".") in _WORDS_TOO and _is_counted(scan, found))
    ):
        said = f"{_SHORT[found['month'].rstrip('.')]} {tongue.ordinal(int(found['day']))}"
        said += f" to {tongue.ordinal(int(found['last']))}" if found["last"] else ""
        said += f", {tongue.year(int(found['year']))}" if found["year"] else ""
        return Read(found.end(), said)
    found = scan.match(_DAY_FIRST)
    if (
        found
        and _is_date(found)
        and not (found["month"].rstrip(".") in _WORDS_TOO and not _is_capital_month(scan, found))
    ):
        before = scan.word_before()
        the = (
            ""
            if before in ("the", "this", "every", "that", "each", "and", "to")
            and (before != "and" or found["suffix"])
            else "the "
        )
        if found["suffix"] and found["of"] and not found["last"]:
            the = ""
        said = the + tongue.ordinal(int(found["day"]))
        said += f" to the {tongue.ordinal(int(found['last']))}" if found["last"] else ""
        said += f" of {_SHORT[found['month'].rstrip('.')]}"
        said += f" {tongue.year(int(found['year']))}" if found["year"] else ""
        return Read(found.end(), said)
    if found := scan.match(_MONTH_ONLY):
        return Read(found.end(), f"{_SHORT[found['month'].rstrip('.')]} {tongue.year(int(found['year']))}")
    return None


def on_date(scan: Scan) -> Read | None:
    """`on 11/21`: without a year only behind such a word."""
    found = scan.match(_SLASHED)
    if not found or scan.word_before() not in _ON or found[0] == "9/11":
        return None
    first, second = int(found["first"]), int(found["second"])
    day, month = (first, second) if scan.tongue.day_first else (second, first)
    day, month = (day, month) if is_day(day, month) else (month, day)
    return Read(found.end(), scan.tongue.date(day, month, None, scan)) if is_day(day, month) else None


def decade(scan: Scan) -> Read | None:
    """`1990s`, `'90s`, `the 20s`; `20s` by itself is seconds."""
    found = scan.match(_DECADE)
    if not found:
        return None
    century, tens = found["century"], int(found["tens"])
    if not century and not found["quote"] and scan.word_before() not in _OF_AGES and scan.before[-1:] != "-":
        return None
    if not century:
        if tens < 20:
            return None
        return Read(found.end(), _several(scan.tongue.cardinal(tens)))
    if not tens:
        return Read(found.end(), f"{scan.tongue.year(int(century) * 100)}s")
    return Read(found.end(), f"{scan.tongue.cardinal(int(century))} {_several(scan.tongue.cardinal(tens))}")


def _several(tens: str) -> str:
    return f"{tens[:-1]}ies" if tens.endswith("y") else f"{tens}s"


def _is_date(found: re.Match[str]) -> bool:
    month = MONTHS.index(_SHORT[found["month"].rstrip(".")]) + 1
    return is_day(int(found["day"]), month) and (not found["last"] or is_day(int(found["last"]), month))


def _is_counted(scan: Scan, found: re.Match[str]) -> bool:
    """`May 3 people come?`"""
    following = scan.word_after(found.end())
    return (
        not found["year"]
        and following[:1].islower()
        and (following.endswith("s") or following == "people")
        and following not in ("is", "was", "as", "has")
    )


def _is_capital_month(scan: Scan, found: re.Match[str]) -> bool:
    """`21 May`, not `21 May I`."""
    return scan.word_after(found.end()) not in ("I", "we", "you", "he", "she", "they", "it")
