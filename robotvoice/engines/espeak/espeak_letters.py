"""Letters that eSpeak NG would spell by their names, as ones that it reads."""

import re
import unicodedata
from functools import lru_cache

from robotvoice.text.writing.letters import LAST_LATIN, is_plain_latin

_ACCENTED = frozenset({"cy", "ga", "gn", "vi"})
"""Whose voices know accented letters behind that one"""
# ruff: noqa: RUF001 (they look like other letters, which is no matter here)
_PHONETIC = str.maketrans(
    {
        "ɐ": "a", "ɑ": "a", "ɒ": "o", "ɔ": "o", "ə": "a", "ɛ": "e", "ɜ": "er", "ɡ": "g", "ɪ": "i", "ɫ": "l",
        "ɲ": "ny", "ɹ": "r", "ɾ": "r", "ʀ": "r", "ʁ": "r", "ʃ": "sh", "ʊ": "u", "ʌ": "u", "ʏ": "y",
        "ʒ": "zh", "ʔ": "", "ˈ": "", "ˌ": "", "ː": "",
    }
)  # fmt: skip
"""Signs of the International Phonetic Alphabet, about as they sound"""
_POINTS = re.compile(r"[\u0591-\u05bd\u05bf\u05c1-\u05c7]")
"""Hebrew vowel points"""
_REPEATED = re.compile(r"(?<=(.))々")


def letters_for(language: str, text: str) -> str:
    """The text as a voice of this language, by its code, is to be given it."""
    if is_plain_latin(text):
        return text
    if language == "he":
        return _POINTS.sub("", text)
    text = _REPEATED.sub(r"\1", text).translate(_PHONETIC)
    return text if language in _ACCENTED else "".join(map(_read_by_all, text))


@lru_cache(maxsize=4096)
def _read_by_all(letter: str) -> str:
    """A Latin letter without the accents that are too many."""
    if letter <= LAST_LATIN or not unicodedata.name(letter, "").startswith("LATIN "):
        return letter
    plain = unicodedata.normalize("NFD", letter)
    base = plain[0]
    for accent in plain[1:]:
        if len(more := unicodedata.normalize("NFC", base + accent)) == 1 and more <= LAST_LATIN:
            base = more
    return base
