"""Control characters that stand for breaks while a text is cleaned; none of them comes in or goes out."""

import re

BREAK_LINE = "\x1e"
BREAK = f"\n{BREAK_LINE}\n"
"""Between two units that are read by themselves, whatever they begin and end with"""
ROW = "\x1d"
"""The same between the rows of a table"""
CELL = "\x1f"
"""Between two cells of a row"""
INLINE = "\x1c"
"""Where a tag stood that may stand within a word"""
WORD = "\x1b"
"""Where one stood that does not"""

_ANY = BREAK_LINE + ROW + CELL + INLINE + WORD
_RUN = re.compile(rf"[\s{_ANY}]++")
_STYLED = re.compile(r"\x1b\[[0-9;:?]*+[A-Za-z]")
"""Colours of a terminal"""
_COMING_IN = str.maketrans(dict.fromkeys(BREAK_LINE + ROW + CELL + INLINE, " ") | {WORD: None, "\0": None})


def without_breaks(text: str) -> str:
    """As it comes in, what could be taken for a break is none."""
    return _STYLED.sub("", text).translate(_COMING_IN)


def settled(text: str) -> str:
    """Only `BREAK` is left; a row's cells have commas between them, and no two words are glued."""
    if not any(each in text for each in _ANY):
        return text

    def between(match: re.Match[str]) -> str:
        run = match[0]
        before, behind = text[max(match.start() - 1, 0) : match.start()], text[match.end() : match.end() + 1]
        if ROW in run or (BREAK in run and CELL not in run):
            return BREAK
        if CELL in run:
            return "" if not before or not behind else " " if before in ".,;:!?" else ", "
        if not run.strip(INLINE + WORD) or not before:
            return " " if before and _would_glue(before, behind, run) else ""
        return run.translate({ord(INLINE): None, ord(WORD): None})

    return _RUN.sub(between, text)


def _would_glue(before: str, behind: str, run: str) -> bool:
    if "\u3040" <= before <= "\u9fff" and "\u3040" <= behind <= "\u9fff":
        return False  # written without spaces
    if before.isalnum() and behind.isalnum():
        return WORD in run or len(run) > 1 or (before.islower() and behind.isupper())
    if before in ".!?…;:,)":
        return behind.isupper() or (behind.isalnum() and (WORD in run or before in "!?…;"))
    return before.isalnum() and behind in "([" and WORD in run
