"""What a voice says wrong is given to it in other letters."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from robotvoice.text.writing.characters import JOINERS

_UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff"
"""Thai, Lao, Burmese, Khmer, Japanese, Chinese: without spaces, a neighbour may be another word."""
_MARKS = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
    r"\u0900-\u0963\u0966-\u0dff"
)
"""Accents and vowel signs, which `re` does not count as parts of a word"""
_IN_WORD = rf"(?:[^\W{_UNSPACED}]|[{_MARKS}{JOINERS}])"
_LETTER = rf"(?:[^\W\d_{_UNSPACED}]|[{_MARKS}{JOINERS}])"


def apply_lexicon(text: str, lexicon: tuple[tuple[str, str], ...]) -> str:
    """Replaces whole words, the longest entry first, each once: what was put in is not looked up again.

    An entry in lower case stands for any case, every other entry for exactly its own.
    """
    pattern, replacements = _lexicon_pattern(lexicon)
    return pattern.sub(lambda match: replacements[(match.lastindex or 1) - 1], text) if replacements else text


def find_words(text: str, words: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where a lexicon with these entries would replace something."""
    if words:
        pattern, _ = _lexicon_pattern(tuple((word, "") for word in words))
        yield from (match.span() for match in pattern.finditer(text))


@lru_cache(maxsize=64)
def _lexicon_pattern(lexicon: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], list[str]]:
    words = ((unicodedata.normalize("NFC", word), spoken) for word, spoken in lexicon if word)
    entries = sorted(words, key=lambda entry: (-len(entry[0]), entry[0].islower()))
    alternatives = (
        rf"(?<!{_not_beside(word[0])})({'(?i:' if word.islower() else '(?:'}{re.escape(word)}))"
        rf"(?!{_not_beside(word[-1])})"
        for word, _ in entries
    )
    return re.compile("|".join(alternatives)), [spoken for _, spoken in entries]


def _not_beside(edge: str) -> str:
    """What would make an entry with this edge a part of a word. Beside a sign a digit may stand: 20°C."""
    return _IN_WORD if re.match(_IN_WORD, edge) else _LETTER
