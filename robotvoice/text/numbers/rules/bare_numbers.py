"""A number without a unit: a code that is read digit by digit, a version, a year, or how many."""

# ruff: noqa: SIM905 - lists would fill pages

import re

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Scan

_FLIGHT = re.compile(r"(?<![\w.-])(?P<code>[A-Z]{2})[ \u00a0]$")
_NO_FLIGHT = frozenset("AD AM BC CE EU IT NO OK PM TV UK UN US TO OF IN".split())
_EMERGENCY = frozenset("000 101 110 111 112 113 115 116 117 118 119 144 211 311 411 911 988 999".split())
"""Numbers of three digits that are called"""
_NAMELESS = re.compile(r"[.;!?,][\"')]*\s*$")
"""Behind such a mark a number belongs to no word before it"""


def read_plain(scan: Scan, figure: Figure, end: int, *, ranged: bool, signed: bool) -> str:
    """`ranged`: it is the end of a range; `signed`: a sign stands before it."""
    tongue = scan.tongue
    if figure.grouped or ranged or signed:
        return tongue.number(figure) if signed else tongue.counting(figure, scan, end)
    if not figure.fraction and len(figure.whole) >= 3 and is_code(scan, figure.whole, end):
        return tongue.row(figure.whole)
    if figure.fraction and scan.word_before() in tongue.parts:
        return f"{tongue.part(figure.whole)} {tongue.words['stop']} {tongue.part(figure.fraction)}"
    if not figure.fraction and len(figure.whole) in (2, 3, 4) and tongue.is_year(figure, scan):
        return tongue.year(figure.value)
    return tongue.counting(figure, scan, end)


def is_code(scan: Scan, digits: str, end: int) -> bool:
    """Whether it names something: a room, a flight, a PIN, a number to call."""
    tongue = scan.tongue
    if not 3 <= len(digits) <= 12:
        return False
    following = scan.word_after(end)
    counted = following[:1].islower() and tongue.is_counted(following)
    words = [word.lower().strip(".") for word in scan.words_before()[-4:]]
    if _NAMELESS.search(scan.before):
        words.clear()
    if words and words[-1] in tongue.dialling:
        return not counted
    if words and words[-1] in tongue.calling:
        return digits in _EMERGENCY or (len(digits) >= 5 and not counted)
    while words and words[-1] in tongue.fillers:
        words.pop()
        if words and words[-1] in tongue.dialling:
            return not following[:1].islower() or following in tongue.fillers
    flight = _FLIGHT.search(scan.before)
    if flight and flight["code"] not in _NO_FLIGHT and len(digits) <= 4 and not counted:
        return any(character.islower() for character in scan.text)
    return False
