"""About how many syllables a text has, by what it is written in: enough to see that half of it is missing."""

import itertools
import re
import unicodedata
from collections.abc import Iterator

from robotvoice.errors import UnknownLanguage
from robotvoice.languages import language_of, script_of

_VOWELS = frozenset("aeiouyаеёиоуыэюяєіїαεηιουωաեէըիոօაეიოუ")  # noqa: RUF001 (of several alphabets)
"""Of alphabets; letters with a mark are looked up without it"""
_MORE_VOWELS = frozenset("æøœıəɛɔ")
_SILENT_E = {"en": 1.0, "fr": 1.0, "": 0.5}
"""Share of the `e` at a word's end that nobody says; where the language is not known, it may be either"""
_SIGNS = {"CJK": 1.0, "HANGUL": 1.0, "ETHIOPIC": 1.0, "YI": 1.0}
"""Syllables of a sign where each stands for one"""
_KANJI = 1.75
"""Of a Chinese sign in Japanese: most have two morae, and some of these are no syllable of their own"""
_KANA_WITHOUT = frozenset("ゃゅょぁぃぅぇぉっんャュョァィゥェォッンー")
"""Kana that belong to the syllable before"""
_BY_LETTERS = {"ARABIC": 0.55, "HEBREW": 0.55, "THAI": 0.45, "LAO": 0.45, "KHMER": 0.5, "MYANMAR": 0.6}
"""Syllables of a letter where short vowels are not written, or not by letters"""
_ABUGIDA = 0.85
"""Of an Indic consonant, of which some lose their vowel"""
_EAST_ASIAN = frozenset({"HIRAGANA", "KATAKANA", "CJK", "HANGUL"})
_MARKS = "\u0300-\u036f\u0900-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
"""Of vowels, in scripts where these are no letters"""
_PARTS = re.compile(rf"[^\W\d_]+(?:[{_MARKS}]+[^\W\d_]*)*|\d|[^\w\s]")
MEANS_NOTHING_BY_CAPITALS = 4
"""Words from which on a text in capitals alone spells none of them"""
_DIGIT = 1.7
"""A digit of a number, as part of a word"""
_SPELLED = 1.1
"""A letter of LED or ISO"""
_SIGN_SAID = {
    "%": 2.0,
    "&": 1.0,
    "€": 2.0,
    "$": 2.0,
    "£": 1.0,
    "@": 1.0,
    "+": 1.0,
    "=": 2.0,
    "#": 1.0,
    "*": 1.0,
    "°": 2.0,
}


def syllables(text: str, language: str) -> float:
    """`language` is a tag. Exact to about a tenth for alphabets, a fifth for anything else."""
    try:
        code = language_of(language).code
    except UnknownLanguage:
        code = ""
    plain = unicodedata.normalize("NFC", text)
    if plain.isupper() and len(plain.split()) >= MEANS_NOTHING_BY_CAPITALS:
        plain = plain.lower()
    parts = (part for word in _PARTS.findall(plain) for part in _by_writing(word))
    return sum(_word(part, code) for part in parts)


def _by_writing(word: str) -> Iterator[str]:
    """Where there are no spaces, words of other scripts stand amid the signs of East Asia."""
    for _, signs in itertools.groupby(word, lambda sign: script_of(sign) in _EAST_ASIAN):
        yield "".join(signs)


def _word(word: str, code: str) -> float:
    if word.isdigit():
        return _DIGIT
    script = script_of(word[0])
    if not script:
        return _SIGN_SAID.get(word, 0.0)
    if script in _EAST_ASIAN:
        return sum(_east_asian(sign, code) for sign in word)
    if script in _SIGNS:
        return len(word) * _SIGNS[script]
    if script in _BY_LETTERS:
        return max(1.0, sum(map(str.isalpha, word)) * _BY_LETTERS[script])
    if script not in ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "GEORGIAN"):
        letters = [letter for letter in word if unicodedata.category(letter) == "Lo"]
        return max(1.0, len(letters) * _ABUGIDA)
    if 1 < len(word) <= 5 and word.isupper():
        return len(word) * _SPELLED
    return _alphabetic(word, code)


def _east_asian(sign: str, code: str) -> float:
    if script_of(sign) == "CJK":
        return _KANJI if code == "ja" else 1.0
    return 0.0 if sign in _KANA_WITHOUT else 1.0


def _alphabetic(word: str, code: str) -> float:
    """Groups of vowels; each vowel where the writing has one for each syllable."""
    plain = "".join(map(_bare, word.lower()))
    if len(plain) == 1 and plain not in _VOWELS:
        return 0.0  # l'école, it's, в саду
    vowels = [letter in _VOWELS or letter in _MORE_VOWELS for letter in plain]
    if script_of(word[0]) in ("CYRILLIC", "ARMENIAN", "GEORGIAN"):
        return max(1, sum(vowels))
    groups = sum(1 for at, vowel in enumerate(vowels) if vowel and not (at and vowels[at - 1]))
    if groups > 1 and _ends_silent(word.lower(), code):
        return max(1.0, groups - _SILENT_E.get(code, 0.0))
    return max(1, groups)


def _ends_silent(word: str, code: str) -> bool:
    """Whether it ends with an `e` that English or French may leave out; English says that of `table`."""
    stem = word.removesuffix("s")
    if not stem.endswith("e"):
        return False
    before = _bare(stem[-2])
    return before not in _VOWELS and (before != "l" or code == "fr")


def _bare(letter: str) -> str:
    """Without its marks."""
    return unicodedata.normalize("NFD", letter)[:1]
