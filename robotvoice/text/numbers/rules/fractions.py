"""Fractions and what is written like them: `3½`, `1/2`, `2 1/4`, `7/10`, `24/7`, `2025/26`."""

import re
import unicodedata

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.units import unit_at

_VULGAR = "¼½¾⅐⅑⅒⅓⅔⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞"
_SIGNED = re.compile(rf"(?P<whole>[0-9]{{1,9}})?[ \u00a0\u2009]?(?P<vulgar>[{_VULGAR}])")
_MIXED = re.compile(
    r"(?P<whole>[1-9][0-9]{0,3})[ \u00a0]"
    r"(?P<above>[1-9][0-9]?)[/\u2044](?P<below>[1-9][0-9]{0,2})(?![\w/]|[.,][0-9])"
)
_SLASHED = re.compile(r"(?P<above>[0-9]{1,9})[/\u2044](?P<below>[0-9]{1,9})(?![0-9/]|[.,][0-9])")
_SAME = frozenset({2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 32, 64, 100, 1000})
"""Denominators of fractions; another one is no fraction that people say"""


def fraction(scan: Scan) -> Read | None:
    """With what is measured by it."""
    tongue = scan.tongue
    if found := scan.match(_SIGNED):
        above, below = map(int, unicodedata.normalize("NFKC", found["vulgar"]).split("\u2044"))
        return _of(scan, found.end(), found["whole"], above, below)
    if found := scan.match(_MIXED):
        above, below = int(found["above"]), int(found["below"])
        if above < below and below in _SAME:
            return _of(scan, found.end(), found["whole"], above, below)
    found = scan.match(_SLASHED)
    if not found:
        return None
    above, below, end = int(found["above"]), int(found["below"]), found.end()
    if special := tongue.slashed(scan, found["above"], found["below"], end):
        return special
    if found["above"][0] == "0" or found["below"][0] == "0":
        return None
    if len(found["above"]) == 4 and len(found["below"]) in (2, 4) and 1000 < above < 2200:
        second = tongue.year(below) if len(found["below"]) == 4 else tongue.cardinal(below)
        return Read(end, f"{tongue.year(above)} {tongue.words['to']} {second}")
    if above < below and below in _SAME and (read := _of(scan, end, None, above, below)):
        return read
    return Read(end, f"{tongue.cardinal(above)} {tongue.words['over']} {tongue.cardinal(below)}")


def _of(scan: Scan, end: int, whole: str | None, above: int, below: int) -> Read | None:
    tongue = scan.tongue
    words = tongue.mixed(whole, above, below) if whole else tongue.fraction(above, below)
    if words is None:
        return None
    if measured := unit_at(scan.text, end):
        unit, past = measured
        noun = tongue.unit(unit)
        if noun and not unit.per:
            return Read(past, tongue.part_of(words, noun, whole=whole is not None))
    return tongue.fraction_before(scan, Read(end, words))
