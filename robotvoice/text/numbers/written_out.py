"""Goes through a text from one number to the next."""

# ruff: noqa: RUF001 - signs as they are typed
import re
from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module

from robotvoice.text.numbers.grammar.figures import western
from robotvoice.text.numbers.grammar.scan import Read, Rule, Scan
from robotvoice.text.numbers.grammar.tongue import Tongue
from robotvoice.text.numbers.grammar.vocabulary import alternatives
from robotvoice.text.numbers.rules.amount_words import quantity
from robotvoice.text.numbers.rules.arithmetic import operation, scientific
from robotvoice.text.numbers.rules.clock import clock, duration, hours, ratio, zone
from robotvoice.text.numbers.rules.dates import date
from robotvoice.text.numbers.rules.digit_by_digit import address, hexadecimal, telephone
from robotvoice.text.numbers.rules.fractions import fraction
from robotvoice.text.numbers.rules.labels import item, labelled, openers
from robotvoice.text.numbers.rules.names import after_hyphen, kept, name, row_of_numbers, version

FIRST: Sequence[Rule] = (item,)
"""Before those of a language"""
COMMON: Sequence[Rule] = (
    labelled, operation, zone, hexadecimal, address, date, telephone, clock, hours, version, ratio, duration,
    fraction, scientific, row_of_numbers, after_hyphen, quantity, name,
)  # fmt: skip


_TONGUES = {
    "de": "german.german_numbers", "en": "english.english_numbers",
    "es": "others.es", "fr": "others.fr", "it": "others.it",
    "ja": "others.ja", "ko": "others.ko", "pt": "others.pt", "zh": "others.zh",
}  # fmt: skip
"""Modules here, each with a class `TONGUE`"""
_GOES_ON = re.compile(r"\w*[0-9½¼¾⅐-⅞]")
_FOREIGN = re.compile(r"[\u0370-\u1dff\u2c00-\ud7ff\uf900-\ufdff\ufe70-\ufeff]")
"""Letters and numbers that are not Latin"""


def written_out(
    text: str, code: str, region: str, as_written: Iterable[tuple[int, int]], within: str = " "
) -> str:
    """`code` and `region` of a tag, the former one of those that there are rules for."""
    tongue = tongue_of(code, region)
    spans = deque(sorted([*as_written, *kept(text)]))
    return _written_out(western(text), tongue, spans, within)


@lru_cache(maxsize=32)
def tongue_of(code: str, region: str) -> Tongue:
    """Raises KeyError if there are no rules for it."""
    tongue: Tongue = import_module(f"robotvoice.text.numbers.{_TONGUES[code]}").TONGUE(region)
    return tongue


def _written_out(written: str, tongue: Tongue, spans: deque[tuple[int, int]], within: str) -> str:
    text = tongue.shadow(written)
    scan = Scan(text, tongue, written=written)
    said: list[str] = []
    done = after = 0
    while (at := _next(text, after, tongue)) is not None:
        scan.at = at
        if (read := _read(scan)) is None:
            after = at + 1
            continue
        after = read.end
        while spans and spans[0][1] <= scan.at:
            spans.popleft()
        if (spans and spans[0][0] < read.end) or _is_foreign(written, tongue, scan.at, read.end):
            continue
        said.append(written[done : scan.at])
        before = next((part[-1] for part in reversed(said) if part), "")
        words = _set_apart(before, read, written[read.end : read.end + 1], tongue)
        said.append(words.replace(", ", f",{within}"))
        done = read.end
    return "".join([*said, written[done:]])


def _next(text: str, after: int, tongue: Tongue) -> int | None:
    """Where a number may begin: right `after` another one, too, if the word goes on."""
    if after and _GOES_ON.match(text, after) and text[after - 1].isalnum():
        return after
    found = _starts(tongue).search(text, after)
    return found.start() if found else None


def _read(scan: Scan) -> Read | None:
    return next((read for rule in (*FIRST, *scan.tongue.rules, *COMMON) if (read := rule(scan))), None)


def _set_apart(before: str, read: Read, behind: str, tongue: Tongue) -> str:
    """With a space where words would stick to others."""
    words = tongue.tidy(read.words)
    if not tongue.joint or tongue.writes(behind):
        return words
    if (before.isalnum() or before == "#") and words[:1].isalnum():
        words = f" {words}"
    return f"{words} " if behind.isalnum() and words[-1:].isalnum() else words


def _is_foreign(text: str, tongue: Tongue, start: int, end: int) -> bool:
    """Whether a letter that this language is not written in stands beside."""
    beside = text[max(0, start - 2) : start].strip()[-1:] + text[end : end + 2].strip()[:1]
    return any(_FOREIGN.match(letter) and letter.isalpha() and not tongue.writes(letter) for letter in beside)


@lru_cache(maxsize=32)
def _starts(tongue: Tongue) -> re.Pattern[str]:
    """Where a number may begin: at a word, or at a sign before it, or at a sign of arithmetic behind one."""
    begun = "|".join(filter(None, (tongue.openers, openers(tongue))))
    money = alternatives(tongue.currencies)
    signs = r"[-−–‒+±(#§№'’.]{1,2}[ \u00a0]?"
    return re.compile(
        rf"(?<!\w)(?=\w*[0-9½¼¾⅐-⅞]|(?:{signs})?(?:{money})?[ \u00a0]?[-−]?[.,]?[0-9]"
        rf"|(?:UTC|GMT) ?[-+−]|{begun})"
        r"|(?<=[\w)%°])(?=[ \u00a0]?[-+−=×÷·⋅/*:][ \u00a0]?[-−+(]?\w)"
    )
