"""Which characters of a text can be spoken, and what becomes of the others."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
import unicodedata
from functools import lru_cache

from robotvoice.text.marks.boundary_marks import BREAK_LINE
from robotvoice.text.marks.omissions import Omissions

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner: parts of Persian and Indic words, and glue between emoji"""

_ODD = re.compile(r"[^\n -~À-ɏΆΈ-ΊΌΎ-ΡΣ-ώА-я‘’“”„‚«»…–—€、。「」！？ぁ-ゖァ-ヶー一-鿋가-힣]")
"""What may be dropped or replaced; all others stay as they are"""
_MAX_MARKS = 8
"""Combining marks on one letter; no script needs more, decoration piles them up by the hundred."""
BLANK_LETTERS = "\u115f\u1160\u3164\uffa0"
"""Fillers that Unicode counts as letters though nothing is seen or heard of them"""
EMOJI = "\0"
"""Stands for an emoji that was dropped, until the space around it is settled"""


def is_speakable(text: str) -> bool:
    """Whether the text holds a letter, a number, or a currency or mathematical sign: something to say."""
    return any(_has_a_name(character) for character in text)


@lru_cache(maxsize=4096)
def _has_a_name(character: str) -> bool:
    category = unicodedata.category(character)
    # eSpeak NG has no word for these mathematical signs and returns silence.
    return category[0] in "LN" or category == "Sc" or (category == "Sm" and character not in "|<>")


def drop_unspoken(text: str, omissions: Omissions) -> str:
    """Removes emoji and all that is not seen: controls, surrogates, bidi marks, heaps of combining marks.

    Newlines stay, other white space becomes a space. Joiners stay inside words.
    """
    if not _ODD.search(text):
        return text
    kept: list[str] = []
    emoji: list[str] = []
    before = ""
    marks = 0
    for character in text:
        spoken = _spoken(character)
        category = unicodedata.category(spoken)[0] if spoken else ""
        marks = marks + 1 if category == "M" else 0
        if not spoken or marks > _MAX_MARKS or (spoken in JOINERS and before not in ("L", "M")):
            continue
        kept.append(spoken)
        if spoken == EMOJI != character:
            emoji.append(character)
        before = category
    omissions.add("emoji", "".join(emoji))
    # At the beginning of a line it stands for the mark of an item.
    text = re.sub(rf"^[ {EMOJI}]*{EMOJI}[ {EMOJI}]*+", f"{BREAK_LINE}\n", "".join(kept), flags=re.MULTILINE)
    text = re.sub(rf"(?<![ {EMOJI}]) *+{EMOJI}[ {EMOJI}]*+(?=[,.!?…])", "", text)
    return text.replace(EMOJI, " ")


@lru_cache(maxsize=4096)
def _spoken(character: str) -> str:
    """The character itself, or what takes its place."""
    category = unicodedata.category(character)
    code = ord(character)
    if character in ("\n", BREAK_LINE, EMOJI) or character in JOINERS:
        return character
    if category == "Zs" or (category == "Cc" and character.isspace()):
        return " "
    if _is_emoji(code, category):
        return EMOJI
    if 0x1D400 <= code <= 0x1D7FF:  # letters in another type, which no voice knows
        return unicodedata.normalize("NFKC", character)
    if category[0] == "C" or character in BLANK_LETTERS or _is_part_of_emoji(code):
        return ""
    return character


def _is_emoji(code: int, category: str) -> bool:
    # Whole blocks, as an older Python does not know the newest emoji.
    if 0x1F000 <= code <= 0x1FAFF or 0x25A0 <= code <= 0x25FF:
        return True
    is_unit_or_date = 0x3200 <= code <= 0x33FF and code not in (0x3297, 0x3299)
    return category == "So" and code >= 0x2190 and not is_unit_or_date


def _is_part_of_emoji(code: int) -> bool:
    """Variation selectors, the frame of a keycap, tags."""
    return 0xFE00 <= code <= 0xFE0F or code == 0x20E3 or 0xE0000 <= code <= 0xE01EF
