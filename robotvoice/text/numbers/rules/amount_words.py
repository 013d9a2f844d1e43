"""Amounts by themselves, and what joins several: a range, a score, the directions of a size."""

# ruff: noqa: RUF001, RUF002 - signs as they are typed

import re
from dataclasses import replace

from robotvoice.text.numbers.grammar.figures import Figure
from robotvoice.text.numbers.grammar.scan import Read, Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.units import unit_at
from robotvoice.text.numbers.grammar.vocabulary import Noun
from robotvoice.text.numbers.rules.amount_forms import Amount, amount_at
from robotvoice.text.numbers.rules.bare_numbers import read_plain

_JOINED = re.compile(
    r"(?P<tight>[-–—‒−]|\.\.\.?|…)(?=[^\w\s]?\$?[.,]?[0-9])"
    r"|[ \u00a0](?P<loose>[-–—‒−])[ \u00a0](?=\$?[€£¥]?[0-9])"
)
_BY = re.compile(r"[ \u00a0]?[x×X✕][ \u00a0]?(?=[0-9])")
_GOES_ON = re.compile(r"[-/:–][0-9]")
"""Behind a number that is a part of something else"""
_POWER = re.compile(r"⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6}")
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_PER = re.compile(r" ?/ ?(?P<word>[^\W\d_¹²³½¼¾⅐-⅞]{3,16}(?![\w/]))?")
_PLUS = re.compile(r"\+(?![\w+])")
_EQUALS = re.compile(r"\s?=")
_SUM = re.compile(r"\s?[=+*×÷]")
_IN_SUM = re.compile(r"[=+*×÷]\s?$")
_LETTERS = re.compile(r"[^\W\d_]+")
_LONGEST_SCORE = 4
"""Digits of both sides"""


def quantity(scan: Scan) -> Read | None:
    """One amount, a range, or what is measured in several directions."""
    first = amount_at(scan, scan.at)
    if first is None:
        return None
    return _dimensions(scan, first) or _range(scan, first) or _single(scan, first)


def is_scored(scan: Scan, end: int) -> bool:
    """Whether the words near tell of a game or of a ratio."""
    near = [*scan.words_before()[-4:], *_LETTERS.findall(scan.after(end))[:1]]
    return not scan.tongue.scoring.isdisjoint(word.lower().rstrip(".") for word in near)


def _single(scan: Scan, amount: Amount) -> Read:
    end, words = _with_per(scan, amount, _said(scan, amount))
    if amount.is_bare and (power := _POWER.match(scan.text, end)):
        return Read(power.end(), f"{words} {_raised(power[0], scan.tongue)}")
    if plus := _PLUS.match(scan.text, end):
        return Read(plus.end(), f"{words}{scan.tongue.joint}{scan.tongue.words['plus']}")
    return Read(end, words)


def _range(scan: Scan, first: Amount) -> Read | None:
    joined = _JOINED.match(scan.text, first.end)
    second = amount_at(scan, joined.end(), second=True) if joined else None
    if joined is None or second is None or _GOES_ON.match(scan.text, second.end):
        return None
    low, high = first.figure, second.figure
    if low.by_digit or high.by_digit or _is_sum(scan, second.end):
        return None
    falls = (low.value, low.fraction) >= (high.value, high.fraction)
    if first.is_bare and second.is_bare and (read := _of_bare(scan, first, second, falls=falls)):
        return read
    if falls and (joined["loose"] == "-" or not (first.sign or first.magnitude or first.unit or second.unit)):
        return None
    return _from_to(scan, first, second)


def _of_bare(scan: Scan, first: Amount, second: Amount, *, falls: bool) -> Read | None:
    """Of two numbers alone: years, a score, halves. None: it is a range like others."""
    low, high, tongue = first.figure, second.figure, scan.tongue
    if first.sign:
        return None
    if years := _years(scan, low, high):
        return Read(second.end, years)
    if low.whole == high.whole == "50":
        return Read(second.end, tongue.joint.join((tongue.number(low), tongue.number(high))))
    spaced = scan.text[low.end : low.end + 1].isspace()
    scored = (falls and not spaced) or is_scored(scan, second.end)
    if scored and len(low.whole + high.whole) <= _LONGEST_SCORE:
        return Read(second.end, f"{tongue.number(low)} {tongue.words['score']} {tongue.number(high)}")
    return None


def _years(scan: Scan, low: Figure, high: Figure) -> str | None:
    """`1939–1945`, `1990-91`."""
    tongue = scan.tongue
    if len(low.whole) != 4 or low.grouped or low.fraction or high.fraction or not 1000 <= low.value < 2200:
        return None
    if len(high.whole) == 2 and int(low.whole[2:]) < high.value:
        return f"{tongue.year(low.value)} {tongue.words['to']} {tongue.cardinal(high.value)}"
    if len(high.whole) != 4 or not low.value < high.value < 2200:
        return None
    if tongue.is_counted(scan.word_after(high.end)):
        return None
    return f"{tongue.year(low.value)} {tongue.words['to']} {tongue.year(high.value)}"


def _from_to(scan: Scan, first: Amount, second: Amount) -> Read:
    """The unit of both stands once, behind the second or before the first."""
    tongue = scan.tongue
    if first.currency and second.is_bare:
        second = replace(second, currency=first.currency, magnitude=first.magnitude)
    kinds = [(each.unit, each.currency, each.magnitude) for each in (first, second)]
    if first.is_bare or kinds[0] == kinds[1]:
        begun = _sign(first.sign, tongue) + tongue.first_of_range(first.figure)
    else:
        begun = _said(scan, first)
    end, last = _with_per(scan, second, _said(scan, second, ranged=True))
    return Read(end, f"{begun} {tongue.words['to']} {last}")


def _dimensions(scan: Scan, first: Amount) -> Read | None:
    """`3x4`, `1920×1080`, `3 x 4 x 5 cm`."""
    amounts = [first]
    while (by := _BY.match(scan.text, amounts[-1].end)) and len(amounts) < 4:
        following = amount_at(scan, by.end())
        if following is None:
            break
        amounts.append(following)
    if len(amounts) == 1 or any(amount.figure.by_digit for amount in amounts):
        return None
    last = amounts[-1]
    word = scan.tongue.words["times" if _EQUALS.match(scan.text, last.end) else "by"]
    said = [
        scan.tongue.size(each.figure) if each.is_bare else _said(scan, each, ranged=True) for each in amounts
    ]
    return Read(last.end, f" {word} ".join(said))


def _said(scan: Scan, amount: Amount, *, ranged: bool = False) -> str:
    """`ranged`: another number stands before it."""
    tongue, figure = scan.tongue, amount.figure
    noun: Noun | None = None
    if amount.currency:
        words = tongue.money(figure, amount.currency, amount.magnitude)
        noun = amount.currency.major
    elif amount.magnitude:
        words = tongue.magnitude(figure, amount.magnitude)
        if amount.unit and (unit := tongue.unit(amount.unit)):
            words = tongue.millions(words, unit)
    elif amount.unit:
        noun = tongue.unit(amount.unit)
        written = scan.text[figure.end : amount.end].strip()
        words = tongue.measured(figure, amount.unit) or f"{tongue.number(figure)} {written}"
    else:
        words = read_plain(scan, figure, amount.end, ranged=ranged, signed=bool(amount.sign))
    if noun and words.endswith(noun.forms[-1]) and tongue.describes(scan, amount.end):
        words = words.removesuffix(noun.forms[-1]) + noun.forms[0]
    return _sign(amount.sign, tongue) + words


def _sign(sign: str, tongue: Tongue) -> str:
    if not sign:
        return ""
    name = "plusminus" if sign in ("±", "+/-") else "plus" if sign == "+" else "minus"
    return f"{tongue.words[name]}{tongue.joint}"


def _with_per(scan: Scan, amount: Amount, words: str) -> tuple[int, str]:
    """With what it is paid or measured by: `$5/month`, `€0.30/kWh`, `30 frames/second`."""
    tongue, end = scan.tongue, amount.end
    found = _PER.match(scan.text, end)
    if not found or amount.figure.by_digit or (amount.unit and amount.unit.per):
        return end, words
    measured = unit_at(scan.text, end + found[0].index("/") + 1) if not amount.is_bare else None
    if measured and (below := tongue.per(measured[0])):
        return measured[1], f"{words}{tongue.joint}{below}"
    if found["word"]:
        return found.end(), f"{words}{tongue.joint}{tongue.words['per']}{tongue.joint}{found['word']}"
    return end, words


def _raised(written: str, tongue: Tongue) -> str:
    exponent = written.translate(_RAISED)
    if exponent in ("2", "3"):
        return tongue.words["squared" if exponent == "2" else "cubed"]
    less = f"{tongue.words['minus']} " if exponent[0] == "-" else ""
    return f"{tongue.words['power']} {less}{tongue.cardinal(int(exponent.strip('-') or 0))}"


def _is_sum(scan: Scan, end: int) -> bool:
    """Whether a hyphen between two numbers is a minus, as more signs of arithmetic stand near."""
    return _SUM.match(scan.text, end) is not None or _IN_SUM.search(scan.before) is not None
