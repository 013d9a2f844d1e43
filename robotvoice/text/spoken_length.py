"""How long a text can take to be spoken, at the most and at the least: what an output that differs cannot be.

The most is what eSpeak NG takes at 80 words a minute, half of its usual speed and the least it takes
(espeakRATE_MINIMUM in its speak_lib.h), in any of its languages: measured, for each kind of character.
"""

import re
import unicodedata

_PARTS = re.compile(r"\d+|[^\W\d_]+|.", re.DOTALL)
"""Numbers, words, and each other character"""
_VOWEL = re.compile("[aeiouy]", re.IGNORECASE)

# Seconds.
LETTER = 0.16
"""Of a word, also a space"""
SPELLED = 1.0
"""A capital, a letter that stands alone, or one of a word without vowels: it may be said by its name"""
DOUBLE_U = 1.7
"""W, whose name is the longest"""
WITHOUT_CASE = 0.5
"""A letter of a script that knows no capitals: a syllable, at most"""
IDEOGRAPH = 0.87
PAUSE = 0.5
"""At a full stop, a comma, a bracket"""
SIGN = 1.5
"""What is a word, such as % or +"""
DIGITS = {False: (1.05, 1.5), True: (2.3, 2.05)}
"""The first of a number and each further one, in the languages that models speak, and in any"""
DIGITS_OF_CHINESE = 0.75, 0.85
"""Beside an ideograph"""
SHORTEST_LIMIT = 1.5
"""Nothing is called too long before"""

LONGEST_GAP = 2.0
"""Of silence; eSpeak NG at half its speed pauses for one, a speaker at a full stop for less"""
LONGEST_START = 1.5
"""Of silence before anything is to be heard: the listener waits meanwhile"""

LETTERS_A_SECOND = 30
"""Letters and digits. Speech has 5 to 8 syllables a second (Pellegrino, Coupé, Marsico: A cross-language
perspective on speech information rate, Language 87, 2011), so some 20; at 30 something was left out."""
_AGAIN = re.compile(r"(\w{1,3}?)\1{3,}", re.IGNORECASE)
"""A letter, or up to three, said more than three times: nobody says `Nooooo` letter by letter"""


def longest_seconds(text: str, *, any_language: bool = False) -> float:
    """From its first sound to its last. With `any_language` numbers may be as long as those of Lithuanian."""
    chinese = any(map(_is_ideograph, text))
    first, further = DIGITS_OF_CHINESE if chinese else DIGITS[any_language]
    seconds = 0.0
    for found in _PARTS.finditer(text):
        part = found[0]
        if part[0].isdecimal():
            seconds += first + further * (len(part) - 1)
        elif len(part) == 1 and not part.isalpha():
            seconds += _of_mark(part, first)
        else:
            spelled = len(part) == 1 or (part.isascii() and not _VOWEL.search(part))
            seconds += sum(_of_letter(letter, spelled=spelled) for letter in part)
    return max(SHORTEST_LIMIT, seconds)


def shortest_seconds(text: str) -> float:
    """Of sound, without pauses, that a text takes at the very least."""
    return sum(map(str.isalnum, _AGAIN.sub(r"\1", text))) / LETTERS_A_SECOND


def _of_letter(letter: str, *, spelled: bool) -> float:
    if _is_ideograph(letter):
        return IDEOGRAPH
    if letter.isupper() or (spelled and letter.islower()):
        return DOUBLE_U if letter in "Ww" else SPELLED
    if letter.isdigit():
        return SIGN  # such as the 2 of m²
    return LETTER if letter.islower() else WITHOUT_CASE


def _of_mark(mark: str, digit: float) -> float:
    if mark.isspace():
        return LETTER
    if mark.isnumeric():
        return SIGN + digit  # such as ½
    return SIGN if unicodedata.category(mark).startswith("S") or mark in "%&@#*/§\\" else PAUSE


def _is_ideograph(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\uf900" <= character <= "\ufaff" or character >= "\U00020000"
