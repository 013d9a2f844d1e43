"""Where a sentence ends, as a reader would say: in texts without capitals, with ordinals, in many scripts."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re

from robotvoice.text.sentences.abbreviations import (
    AFTER_LAST,
    BEFORE_NUMBERS,
    BEFORE_ORDINALS,
    JOINING,
    LAST,
    MONTHS,
    SMALL_TITLES,
    SPACED_LAST,
    STARTERS,
    TITLES,
    UNITS,
    WORDS_TOO,
)

_OPENERS = "\"'“”„‚‘«»‹›([{¿¡「『（《【—–-*"
_END = re.compile(
    r"(?P<glued>(?<=[a-zß-ÿ]{2})[.!?]+)(?=[A-ZÀ-Þ][a-zß-ÿ]+[\s,.!?])"
    r"|(?P<marks>[.!?…؟।॥۔]+)(?P<closers>(?:[\"'”’“‘«»‹›)\]}]| [»›](?=[\s,.;:]|$))*)(?=\s|$)"
    r"|(?P<wide>[。！？｡]+)(?P<wide_closers>[」』）》】〕〉”’\"')\]]*)"
)
"""What may be the end of a sentence: marks and what closes with them. Wide marks need no space behind."""
_NEXT = re.compile(r"\s*(?P<opening>[^\w\s]*)\s*(?P<word>[\w'’]*)(?P<stop>\.?)")
_GOES_ON = re.compile(r"[、，,]|と|って|[\u4e00-\u9fff]{0,4}[问問说說道喊叫笑嚷](?:[，。,]|道)")
"""After a quotation in Chinese or Japanese: who said it"""
_INTERJECTION = re.compile(r"h+m+|m+h*m*|p?s+h*t*|b?r+|g?r+|t+s+k*|p+f+t*|z+|x+|n+", re.IGNORECASE)
"""Words without a vowel that are not cut short"""
_VOWEL = re.compile(r"[aeiouyäöüáéíóúàèìòùâêîôûãõœæаеёиоуыэюя]", re.IGNORECASE)
_DAY_AND_MONTH = re.compile(r"[0-3]?\d\.[01]?\d")
_ROMAN = re.compile(r"[IVXLC]+")
_DEGREES = frozenset({"dr.", "dres.", "prof.", "rer.", "med.", "dipl."})
"""Before what they are in: `Dr. med.`, `Dr. rer. nat.`"""
_SEEN = 48
"""Characters before and behind a mark that are looked at"""
_ASIDE = 100
"""Characters within which a bracket must close, if what it holds is not to be torn apart"""


def sentence_ends(text: str, language: str = "") -> list[int]:
    """Where each sentence of a line ends; the last end is that of the text.

    `language` is a tag, or empty. Takes quadratic time in the length of what has no end: give it a window.
    """
    ends: list[int] = []
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if end >= len(text):
            break
        if match["glued"] or (_wide(text, match) if match["wide"] else _ends(text, start, match, language)):
            ends.append(end)
            start = end
    return [*ends, len(text)]


def _wide(text: str, match: re.Match[str]) -> bool:
    return not (match["wide_closers"] and _GOES_ON.match(text, match.end()))


def _ends(text: str, start: int, match: re.Match[str], language: str) -> bool:
    """Whether the sentence that began at `start` ends with this match."""
    following = _NEXT.match(text, match.end())
    assert following is not None, "the pattern matches everything"
    word, opening, marks = following["word"], following["opening"], match["marks"]
    small = word[:1].islower()
    if _in_an_aside(text, start, match.end()):
        return False
    if small and opening[:1] in ("—", "–", "-"):
        return False
    if small and match["closers"] and not set(opening) & set(_OPENERS):
        return False
    if marks == "…" or (len(marks) > 1 and not marks.strip(".…")):
        return not small
    if marks != ".":
        return True
    *_, before, token = ["", "", *text[max(start, match.start() - _SEEN) : match.start()].split()]
    at_start = not text[start : match.start() - len(token)].strip()
    return _ends_with(
        token.lstrip(_OPENERS), before.strip(_OPENERS), word, language, at_start, following["stop"] == "."
    )


def _ends_with(token: str, before: str, word: str, language: str, at_start: bool, stopped: bool) -> bool:
    """Whether a full stop after `token` ends a sentence; `word` comes next, `stopped` by a full stop, too."""
    small = word[:1].islower()
    # A letter by itself is an abbreviation only if it is small: `c. 1900`, but `vitamin C.`
    name = token.lower() if len(token) > 1 else token
    starts = word.lower() in STARTERS and not (stopped and len(word) == 1) and not small
    if at_start and (_ROMAN.fullmatch(token) or (len(token) == 1 and token.isupper())):
        return False  # the number of a part
    if _DAY_AND_MONTH.fullmatch(token) and not language.startswith("en") and (small or word[:1].isdigit()):
        return False
    *_, number = re.split("[-–/]", token)
    if number.isdigit():
        token = number
        return not (at_start or _is_ordinal(token, before, word, language, starts, stopped))
    if name in SMALL_TITLES or (name in TITLES and token[:1].isupper()):
        # A street or a saint, a priest or a Friday: a word that can only begin a sentence decides.
        return starts and name in ("st", "fr", "d", "r", "о", "г", "р")
    if token.islower() and before.lower() in _DEGREES:
        return False
    if (
        name in JOINING
        or (name == "apr" and word == "J")
        or (name in ("ex", "es") and before.lower() in ("p.", "par", "per", "por"))
    ):
        return False
    if (word[:1].isdigit() or (small and token[:1].isupper() and name != "no")) and (
        (name in BEFORE_NUMBERS and token not in WORDS_TOO) or name.endswith("str")
    ):
        return False
    if name in UNITS and (before[:1].isdigit() or before.rstrip(".") in UNITS):
        return starts
    if name in LAST or (before[:-1].lower(), token.lower()) in SPACED_LAST:
        return not small and not word[:1].isdigit() and word.lower() not in AFTER_LAST | MONTHS
    if before[:1].isdigit() and token == "h" and word in ("de", "du", "da", "del", "di"):
        return False
    if (
        len(token) == 1
        and token.isalpha()
        and token < "\u1100"
        and not (before[:1].isdigit() and token in "hmsgl")
    ):
        # An initial, or a letter of an abbreviation that is written with spaces.
        part_of_another = before.endswith(".") and before[:1].islower() and len(before) == 2
        return starts and not part_of_another
    if _ROMAN.fullmatch(token) and before[:1].isupper() and len(before) > 3:
        return starts or word[:1].isdigit()
    if _ROMAN.fullmatch(token) and before.lower() in BEFORE_ORDINALS and language.startswith("de"):
        return starts
    parts = token.replace("-", ".").split(".")
    if "." in token and all((len(part) <= 3 and part.isalpha()) or not part for part in parts):
        return starts
    if len(parts) > 2 and token[:1].isdigit() and small:
        return False  # a section's number
    return not (small and _is_cut_short(token, before))


def _is_ordinal(token: str, before: str, word: str, language: str, starts: bool, stopped: bool) -> bool:
    """Whether a number with a full stop says which one, not how many."""
    if len(token) > (4 if before.lower() in ("der", "die", "das", "den", "dem", "des") else 3) or starts:
        return False
    if word.lower() in MONTHS and not (language.startswith("en") and not word[:1].isupper()):
        return True
    if word.isdigit() and (stopped if len(word) <= 2 else len(word) == 4 and before[:-1].isdigit()):
        return True  # 3. 5. 2024
    return before.lower() in BEFORE_ORDINALS and not language.startswith("en")


def _is_cut_short(token: str, before: str) -> bool:
    """Whether it looks like an abbreviation that no list knows."""
    if not token.isalpha() or before[:1].isdigit() or _VOWEL.search(token) or not token.isascii():
        return False
    return 1 < len(token) <= 5 and not token.isupper() and not _INTERJECTION.fullmatch(token)


def _in_an_aside(text: str, start: int, end: int) -> bool:
    """Whether this is inside a bracket that opened in the same sentence and soon closes."""
    said = text[start:end]
    if said.count("(") <= said.count(")"):
        return False
    closes = text.find(")", end, end + _ASIDE)
    return closes > 0 and closes - start - said.rindex("(") <= _ASIDE
