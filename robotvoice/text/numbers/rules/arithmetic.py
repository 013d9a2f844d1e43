"""Signs of arithmetic between numbers: `2 + 2 = 4`, `5 - 3`, `10 / 2`."""

# ruff: noqa: RUF001 - signs as they are typed

import re

from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.units import unit_at

_OPERATION = re.compile(
    r"(?<=[\w)%°])(?P<before>[ \u00a0]?)(?P<sign>[-+−=×÷·⋅/*:])(?P<behind>[ \u00a0]?)(?=[-−+]?[^\W_]|\()"
)
_LEFT = re.compile(r"(?:(?P<digits>[0-9½¼¾]|[0-9½¼¾][)%°²³]{1,2})|(?<!\w)[0-9]{0,4}[^\W\d_]{1,2})$")
_RIGHT = re.compile(r"(?P<digits>[-−+]?[(]?[0-9.,]{1,20})(?P<equals> ?=)?|[^\W\d_]{1,2}(?!\w)")
"""A number, or the letter of something unknown"""
_NAMES = {
    "+": "plus", "-": "minus", "−": "minus", "=": "equals", "×": "times", "·": "times", "⋅": "times",
    "*": "times", "÷": "divided", "/": "divided", ":": "divided",
}  # fmt: skip
_SCIENTIFIC = re.compile(
    r"(?P<figure>[0-9]{1,9}(?:[.,][0-9]{1,15})?)[eE](?P<exponent>[+\-−]?[0-9]{1,3})(?!\w|\.[0-9])"
)


def operation(scan: Scan) -> Read | None:
    """A sign behind a number, or between a letter and a number. Not a hyphen without spaces."""
    found = scan.match(_OPERATION)
    if not found or bool(found["before"]) != bool(found["behind"]):
        return None
    sign, spaced = found["sign"], bool(found["before"])
    left, right = _LEFT.search(scan.before), _RIGHT.match(scan.text, found.end())
    if not left or not right or not (left["digits"] or right["digits"]):
        return None
    numbers = bool(left["digits"] and right["digits"])
    solved = numbers and right["equals"] is not None
    if sign in "-−/" and not (numbers and (spaced or solved)):
        return None
    if sign == ":" and not (spaced and solved):
        return None
    if not numbers and not (spaced or sign == "="):
        return None
    return Read(found.end(), f" {scan.tongue.words[_NAMES[sign]]} ")


def scientific(scan: Scan) -> Read | None:
    """`1e6`, `1.5e-3`."""
    found = scan.match(_SCIENTIFIC)
    if not found:
        return None
    tongue, words = scan.tongue, scan.tongue.words
    whole, _, fraction = found["figure"].replace(",", ".").partition(".")
    said = tongue.cardinal(int(whole)) + (f" {words['point']} {tongue.spell(fraction)}" if fraction else "")
    exponent = found["exponent"]
    less = f"{words['minus']} " if exponent[0] in "-−" else ""
    power = tongue.cardinal(int(exponent.lstrip("+-−")))
    said = f"{said} {words['times']} {tongue.cardinal(10)} {words['power']} {less}{power}"
    measured = unit_at(scan.text, found.end())
    noun = tongue.unit(measured[0]) if measured else None
    if measured and noun:
        below = tongue.per(measured[0].per) if measured[0].per else None
        return Read(measured[1], " ".join(filter(None, (said, noun.forms[-1], below))))
    return Read(found.end(), said)
