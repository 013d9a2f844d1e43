"""A number as it is written: separators of thousands, a decimal mark, in the manner of each language."""

# ruff: noqa: RUF001, RUF002 - signs as they are typed
import re
from dataclasses import dataclass
from functools import cache

MOST_DIGITS = 36
"""Of a number that is read as one; a longer one is read digit by digit"""
_BARE = 9
"""Digits without separators that are still read as one number"""
_WIDE = str.maketrans("０１２３４５６７８９₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number without its separators and without a sign."""

    whole: str
    """Digits"""
    fraction: str = ""
    """Digits behind the decimal mark"""
    end: int = 0
    """Where it ends in its text"""
    grouped: bool = False
    """Whether its thousands are set apart"""

    @property
    def value(self) -> int:
        """The whole part. Only for what is not read digit by digit."""
        return int(self.whole)

    @property
    def is_one(self) -> bool:
        return self.whole == "1" and not self.fraction

    @property
    def by_digit(self) -> bool:
        """Whether it is a row of digits rather than an amount: it begins with a zero, or is too long."""
        if self.whole[0] == "0" and len(self.whole) > 1:
            return True
        if self.grouped or len(self.whole) <= _BARE:
            return len(self.whole) > MOST_DIGITS
        return len(self.whole) > MOST_DIGITS or not self.whole.endswith("000000")


def western(text: str) -> str:
    """With wide and with low digits as ASCII ones: `３`, `CO₂`."""
    return text.translate(_WIDE)


def read_figure(text: str, at: int, mark: str) -> Figure | None:
    """The number that begins at `at`, where `mark` is the decimal mark of the text's language."""
    found = _pattern(mark).match(text, at)
    if not found:
        return None
    written = found[0]
    if found["plain"] is not None:
        whole, _, fraction = written.partition(mark)
        return Figure(whole or "0", fraction, found.end())
    separator = found["own"] or found["other"] or found["space"] or found["blank"]
    decimal = {found["own"]: mark, found["other"]: "," if mark == "." else "."}.get(separator)
    if decimal is None:
        decimal = "," if "," in written else "."
    whole, _, fraction = written.partition(decimal)
    return Figure(whole.replace(separator, ""), fraction, found.end(), grouped=True)


@cache
def _pattern(mark: str) -> re.Pattern[str]:
    own, other = re.escape("," if mark == "." else "."), re.escape(mark)
    return re.compile(
        rf"""
        [1-9][0-9]{{0,2}}(?:(?P<own>{own})[0-9]{{3}}(?:{own}[0-9]{{3}}){{0,11}}(?:{other}[0-9]+)?(?!{own}?[0-9])
          |(?P<other>{other})[0-9]{{3}}(?:(?:{other}[0-9]{{3}}){{1,11}}(?:{own}[0-9]+)?
            |(?:{other}[0-9]{{3}}){{0,11}}{own}[0-9]+)(?!{other}?[0-9])
          |(?P<space>[\u00a0\u2009\u202f'’_])[0-9]{{3}}(?:(?P=space)[0-9]{{3}}){{0,11}}(?:[.,][0-9]+)?(?![0-9])
          |(?P<blank>\ )[0-9]{{3}}(?:\ [0-9]{{3}}){{0,11}}(?:[.,][0-9]+)?(?!\ ?[0-9])
        )
        |(?P<plain>[0-9]+(?:{other}[0-9]+)?|{other}[0-9]+)
        """,
        re.VERBOSE,
    )


_CANONICAL = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
_VALUES = {"I": 1, "V": 5, "X": 10}


def value_of(numeral: str) -> int:
    """0: it is none that is written properly."""
    if not _CANONICAL.fullmatch(numeral):
        return 0
    digits = [_VALUES[each] for each in numeral]
    return sum(
        -here if here < following else here for here, following in zip(digits, [*digits[1:], 0], strict=True)
    )
