"""Words for what is counted, and the tables that they are written in."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

_PREFIXES = ("k", "M", "G", "T", "P", "h", "d", "c", "m", "µ", "n", "p", "Ki", "Mi", "Gi", "Ti")


@dataclass(frozen=True, slots=True)
class Noun:
    """What is counted."""

    forms: tuple[str, ...]
    """As many as the language tells apart, that of one first"""
    gender: str = ""
    """m, f or n, where the number follows it"""


@dataclass(frozen=True, slots=True)
class Currency:
    """Money."""

    major: Noun
    minor: Noun | None
    """A hundredth of it; None: there is none"""


def in_groups(digits: str, size: int = 3) -> Iterable[str]:
    """Of three, the last of two to four; five digits are one group."""
    if len(digits) <= size + 2:
        return (digits,)
    starts = [*range(0, len(digits) - 1, size)]
    return (digits[start:end] for start, end in zip(starts, [*starts[1:], len(digits)], strict=True))


def nouns(table: str) -> dict[str, Noun]:
    """Of a table such as `kg m kilo kilos | h,hrs f hora horas`: symbols, gender or -, forms."""
    found: dict[str, Noun] = {}
    for entry in table.split("|"):
        symbols, gender, *forms = entry.split()
        noun = Noun(tuple(form.replace("_", " ") for form in forms), gender.strip("-"))
        found |= dict.fromkeys(symbols.split(","), noun)
    return found


def pairs(table: str) -> dict[str, str]:
    """Of a table such as `minus minus | to bis`."""
    return {key: " ".join(words) for key, *words in (entry.split() for entry in table.split("|"))}


def prefixes(words: str) -> dict[str, str]:
    """By symbol, of words in the order of `_PREFIXES`; not every language has the binary ones."""
    return dict(zip(_PREFIXES, words.split(), strict=False))


def large_groups(number: int, names: Sequence[str], digits: int = 3) -> Iterator[tuple[int, str]]:
    """How many millions and more a number has, with the name of each scale, the largest first."""
    for place, name in reversed([*enumerate(names)]):
        if group := number // 10 ** (6 + digits * place) % 10**digits:
            yield group, name


def currencies(table: str) -> dict[str, Currency]:
    """Of a table such as `€,EUR m euro euros m cent cents`; without a second noun it has no cents."""
    found: dict[str, Currency] = {}
    for entry in table.split("|"):
        signs, *rest = (each.replace("_", " ") for each in entry.split())
        cut = next((n for n, each in enumerate(rest) if n and len(each) == 1 and each in "mfn-"), len(rest))
        major = Noun(tuple(rest[1:cut]), rest[0].strip("-"))
        minor = Noun(tuple(rest[cut + 1 :]), rest[cut].strip("-")) if cut < len(rest) else None
        found |= {sign: Currency(major, minor) for sign in signs.split(",")}
    return found


def alternatives(words: Collection[str]) -> str:
    """A pattern for any of them, the longest first; for none it matches nothing."""
    return "(?!)" if not words else "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
