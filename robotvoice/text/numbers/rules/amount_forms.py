"""What one number has around it: its sign, its money, its magnitude, its unit."""

# ruff: noqa: RUF001 - signs as they are typed

import re
from dataclasses import dataclass
from functools import lru_cache

from robotvoice.text.numbers.grammar.figures import Figure, read_figure
from robotvoice.text.numbers.grammar.scan import Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.units import Unit, unit_at
from robotvoice.text.numbers.grammar.vocabulary import Currency, alternatives

_SIGN = re.compile(r"(?P<sign>\+/-|[-−–‒+±])(?=[^\w\s]{0,2}[A-Z]{0,3}\s?[.,]?[0-9])")
_NO_SIGN = re.compile(r"[\w)\]%°]$")
"""Before a sign that joins two numbers"""
_DASHED = re.compile(r"[.,](?:--?|–|—|−)(?![0-9])")
"""No cents: `5,-`"""
_PEOPLE = re.compile(r" people\b")
_SEVERAL = re.compile(r" [a-z]{2,}s\b")
_STOP = re.compile(r"\.(?=\s*(?:[^\W_]|[€$£¥])|[,;:)])")


@dataclass(frozen=True, slots=True)
class Amount:
    """What stands at one place."""

    figure: Figure
    end: int
    sign: str = ""
    currency: Currency | None = None
    magnitude: str = ""
    unit: Unit | None = None

    @property
    def is_bare(self) -> bool:
        return not (self.currency or self.magnitude or self.unit)


def amount_at(scan: Scan, at: int, *, second: bool = False) -> Amount | None:
    """`second`: of a range, where a sign may follow a dash."""
    text, tongue = scan.text, scan.tongue
    sign, currency, unit = "", None, None
    if found := _SIGN.match(text, at):
        if not second and _NO_SIGN.search(scan.before):
            return None
        sign, at = found["sign"], found.end()
    before, behind = _currencies(tongue)
    if found := before.match(text, at):
        currency, at = tongue.currencies[found["sign"]], found.end()
        if not sign and (found := _SIGN.match(text, at)):
            sign, at = found["sign"], found.end()
    figure = read_figure(text, at, tongue.mark)
    if figure is None:
        return None
    figure = _with_other_mark(scan, figure, money=currency is not None)
    magnitude, at = _magnitude(scan, figure.end, money=currency is not None)
    if (dashed := _DASHED.match(text, at)) and (currency or behind.match(text, dashed.end())):
        at = dashed.end()
    if currency is None and (found := behind.match(text, at)):
        currency, at = tongue.currencies[found["sign"]], found.end()
    elif currency is None and (measured := unit_at(text, at)):
        unit, at = measured[0], past_stop(text, measured[1])
    return Amount(figure, at, sign, currency, magnitude, unit)


def is_measured(scan: Scan, end: int) -> bool:
    """Whether a unit or money stands behind a number that ends there."""
    return unit_at(scan.text, end) is not None or _is_priced(scan, end)


def past_stop(text: str, at: int) -> int:
    """Past the full stop of an abbreviation, unless the sentence ends there."""
    return at + 1 if _STOP.match(text, at) else at


def _with_other_mark(scan: Scan, figure: Figure, *, money: bool) -> Figure:
    """`3,5 kg` in English, `3.5 kg` in German: if a unit tells that it is no row of numbers."""
    if figure.fraction or figure.grouped:
        return figure
    found = _other_fraction(scan.tongue.mark).match(scan.text, figure.end)
    if not found or not (money or is_measured(scan, found.end())):
        return figure
    return Figure(figure.whole, found[0][1:], found.end())


def _magnitude(scan: Scan, at: int, *, money: bool) -> tuple[str, int]:
    """What is written for a million, if it is none of the words that are read anyway."""
    text = scan.text
    found = _magnitudes(scan.tongue).match(text, at)
    if not found:
        return "", at
    written, end = found["written"], found.end()
    if len(written) <= 2 and written.isascii():
        priced = money or _is_priced(scan, end)
        if not priced and not (found[0] == written and _is_counted(text, end, written)):
            return "", at
    elif written.islower() and not money and not is_measured(scan, end):
        return "", at  # a word that is read anyway
    return written, past_stop(text, end) if written.istitle() else end


def _is_counted(text: str, end: int, written: str) -> bool:
    """`5M users`, `10k steps`; a small m is rather for meters."""
    if _PEOPLE.match(text, end):
        return True
    return written not in ("m", "b") and _SEVERAL.match(text, end) is not None


def _is_priced(scan: Scan, end: int) -> bool:
    return _currencies(scan.tongue)[1].match(scan.text, end) is not None


@lru_cache(maxsize=32)
def _currencies(tongue: Tongue) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Before a number, and behind one."""
    signs = alternatives(tongue.currencies)
    return (
        re.compile(rf"(?P<sign>{signs})[ \u00a0\u202f]?(?=[-−–+]?[.,]?[0-9])"),
        re.compile(rf"[ \u00a0\u202f]?(?P<sign>{signs})(?!\w)"),
    )


@lru_cache(maxsize=32)
def _magnitudes(tongue: Tongue) -> re.Pattern[str]:
    return re.compile(rf"[ \u00a0]?(?P<written>{alternatives(tongue.magnitudes)})(?!\w)")


@lru_cache(maxsize=2)
def _other_fraction(mark: str) -> re.Pattern[str]:
    other = "," if mark == "." else r"\."
    return re.compile(rf"{other}[0-9]{{1,6}}(?!{other}?[0-9])")
