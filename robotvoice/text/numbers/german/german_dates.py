"""German dates with the month in letters or without a year, and decades."""

# ruff: noqa: RUF001, RUF002, SIM905 - signs as they are typed, lists would fill pages

import re

from robotvoice.text.numbers.german.endings import ending_of
from robotvoice.text.numbers.german.german_words import MONTHS
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.rules.dates import SOME_YEAR, is_day, some_month

_SHORT = {month: month for month in MONTHS} | {
    "Jan": "Januar", "Jän": "Januar", "Jänner": "Jänner", "Feb": "Februar", "Feber": "Feber", "Mär": "März",
    "Mrz": "März", "Apr": "April", "Jun": "Juni", "Jul": "Juli", "Aug": "August", "Sep": "September",
    "Sept": "September", "Okt": "Oktober", "Nov": "November", "Dez": "Dezember",
}  # fmt: skip
_NUMBERS = {
    name: MONTHS.index({"Jänner": "Januar", "Feber": "Februar"}.get(name, name)) + 1
    for name in set(_SHORT.values())
}
_MONTH = some_month(_SHORT.values(), _SHORT)
_YEAR = rf"(?:,?[ \u00a0]{SOME_YEAR})?"
_DATE = re.compile(
    r"(?P<day>[0-3]?[0-9])\.(?:[ \u00a0]?(?P<to>[-–—]|und|bis|/)[ \u00a0]?(?P<last>[0-3]?[0-9])\.)?"
    rf"[ \u00a0]?{_MONTH}{_YEAR}"
)
_MONTH_ONLY = re.compile(rf"{_MONTH}[ \u00a0]{SOME_YEAR}")
_DAY_AND_MONTH = re.compile(
    r"(?P<day>[0-3]?[0-9])\.[ \u00a0]?(?P<month>[01]?[0-9])\."
    r"(?:[ \u00a0]?[-–][ \u00a0]?(?P<last>[0-3]?[0-9])\.[ \u00a0]?(?P<until>[01]?[0-9])\.)?(?![0-9])"
)
_SPACED = re.compile(r"(?P<day>[0-3]?[0-9])\. (?P<month>[01]?[0-9])\. (?P<year>[12][0-9]{3})(?![\w])")
_DECADE = re.compile(r"(?P<quote>['’])?(?P<century>1[0-9]|20)?(?P<tens>[0-9]0)er(?P<rest>n)?(?![^\W\d_])")
_GOES_ON = re.compile(r"[,;)]| [a-zäöüß]")
"""Behind a full stop that ends no sentence"""
_DAYS = {
    "Mo": "Montag", "Di": "Dienstag", "Mi": "Mittwoch", "Do": "Donnerstag", "Fr": "Freitag",
    "Sa": "Samstag", "So": "Sonntag",
}  # fmt: skip
_WEEKDAY = re.compile(
    rf"(?P<day>{'|'.join(_DAYS)})(?P<mark>\.,?|,)[ \u00a0]"
    r"(?=(?:de[nmr] )?[0-3]?[0-9]\.[ ]?(?:[01]?[0-9]\.|[A-Z][a-zä]{2}))"
)
DATE_OPENERS = (
    rf"(?:{'|'.join(_DAYS)})[.,]"
    rf"|(?:{'|'.join(sorted(_SHORT, key=len, reverse=True))})\.?[ \u00a0][12][0-9]{{3}}"
)
_BEFORE_DAYS = frozenset(
    """
    am vom zum bis ab seit dem den der und oder montag dienstag mittwoch donnerstag freitag samstag
    sonntag
    """.split()
)


def month_date(scan: Scan) -> Read | None:
    """`3. Mai 2026`, `21.–23. November`, `Nov. 2026`, and the day of the week before one."""
    tongue = scan.tongue
    if found := scan.match(_WEEKDAY):
        return Read(found.end(), f"{_DAYS[found['day']]}{found['mark'].lstrip('.')} ")
    found = scan.match(_DATE)
    if found and is_day(int(found["day"]), _NUMBERS[_SHORT[found["month"].rstrip(".")]]):
        month = _SHORT[found["month"].rstrip(".")]
        ending = ending_of(scan, month)
        said = f"{tongue.ordinal(int(found['day']))}{ending}"
        if found["last"]:
            word = {"und": "und", "/": "und"}.get(found["to"], "bis")
            said += f" {word} {tongue.ordinal(int(found['last']))}{ending}"
        said += f" {month}" + (f" {tongue.year(int(found['year']))}" if found["year"] else "")
        return Read(found.end(), said)
    if found := scan.match(_MONTH_ONLY):
        return Read(found.end(), f"{_SHORT[found['month'].rstrip('.')]} {tongue.year(int(found['year']))}")
    return None


def day_and_month(scan: Scan) -> Read | None:
    """`am 3.5.`, `vom 3.5. bis 7.5.`, `3. 5. 2026`."""
    if (found := scan.match(_SPACED)) and is_day(int(found["day"]), int(found["month"])):
        return Read(
            found.end(), scan.tongue.date(int(found["day"]), int(found["month"]), int(found["year"]), scan)
        )
    found = scan.match(_DAY_AND_MONTH)
    if not found or not is_day(int(found["day"]), int(found["month"])):
        return None
    goes_on = scan.text[found.end() :].strip() != ""
    dated = scan.word_before() in _BEFORE_DAYS or (goes_on and not scan.before.strip()) or found["last"]
    if not dated and not _GOES_ON.match(scan.text, found.end()):
        return None
    said = scan.tongue.date(int(found["day"]), int(found["month"]), None, scan)
    if found["last"] and is_day(int(found["last"]), int(found["until"])):
        second = Scan(scan.text, scan.tongue, scan.at, scan.written, scan.ending)
        said += f" bis {scan.tongue.date(int(found['last']), int(found['until']), None, second)}"
    return Read(found.end(), said + ("" if goes_on else "."))


def decade(scan: Scan) -> Read | None:
    """`1990er`, `die 90er`."""
    found = scan.match(_DECADE)
    if not found:
        return None
    tens = int(found["tens"])
    if not found["century"]:
        said = scan.tongue.cardinal(tens)
    else:
        said = scan.tongue.year(int(found["century"]) * 100 + tens)
    return Read(found.end(), f"{said}er{found['rest'] or ''}")
