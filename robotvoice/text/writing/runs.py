"""Runs of one letter, syllable or sign, which no voice can pronounce at their length: three are enough."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
import unicodedata

from robotvoice.text.marks.omissions import Omissions

_LETTERS = re.compile(r"([^\W\d_])\1{3,}", re.IGNORECASE)
_SYLLABLES = re.compile(r"(?<![^\W\d_])([^\W\d_]{2,3})\1{5,}", re.IGNORECASE)
_MARKS = re.compile(r"([!?¡¿！？]{3})[!?¡¿！？]+")
_DOTS = re.compile(r"\.{4,}|…{2,}|(?:\. ){3,}\.")
_SIGNS = re.compile(r"([^\w\s.…!?¡¿！？])\1{3,}")
_DECORATION = re.compile(r"(?<!\S)[-=_*~#+|<>^:•·]{3,}(?!\S)|_{4,}")
_WORD = re.compile(r"[\w#]{0,80}")
_NUMBER_LIKE = re.compile(r"(?:0[xX]|#)[0-9A-Fa-f]+|[0-9A-Fa-f]*\d[0-9A-Fa-f]*")
"""Hexadecimal too"""


def shorten_runs(text: str, omissions: Omissions) -> str:
    """What decorates goes. Digits, hexadecimal numbers and words of four capitals, such as AAAA, stay."""
    text = _DECORATION.sub(lambda found: omissions.add("decoration", found[0]), text)
    text = _MARKS.sub(r"\1", _DOTS.sub("...", text))
    text = _SIGNS.sub(_signs, text)
    if _LETTERS.search(text):
        text = _LETTERS.sub(lambda found: _letters(text, found), text)
    return _SYLLABLES.sub(r"\1\1\1", text)


def _signs(found: re.Match[str]) -> str:
    # Accents are counted where characters are: they may be piled up a little higher.
    return found[0] if unicodedata.combining(found[1]) else found[1] * 3


def _letters(text: str, found: re.Match[str]) -> str:
    start = found.start()
    while start and (text[start - 1].isalnum() or text[start - 1] == "#") and found.start() - start < 40:
        start -= 1
    word = _WORD.match(text, start)
    whole = word[0] if word else found[0]
    if _NUMBER_LIKE.fullmatch(whole) or (whole == found[0] and len(whole) == 4 and whole.isupper()):
        return found[0]
    return found[0][:3]
