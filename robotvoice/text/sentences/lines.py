"""Lines as a reader would join them: a paragraph that was wrapped is one, a list and an address are not."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from robotvoice.text.marks.boundary_marks import BREAK_LINE
from robotvoice.text.marks.pauses import MARK
from robotvoice.text.sentences.abbreviations import BEFORE_NUMBERS, JOINING, TITLES
from robotvoice.text.sentences.sentence_ends import sentence_ends

_CLOSERS = "\"'”’“»«)]}*_"
_ENDS = ".!?…:。！？：؟।॥"
_GOES_ON = ",;—–-、，；(„«¿¡"
_CONTINUING = ")]},.;:!?…»”"
_MARKS = ".,;:!?"
_EMPTY = '"“”„«»()[]'
"""What is left of a line when all went that stood in it"""
_NUMBERED = re.compile(r"(?:\d{1,3}[.)]|[a-zA-Z]\)|[IVX]{1,5}[.)]|[-–—•*])\s|[—–]\S|[①-⑳]")
_UNFINISHED = {
    "en": "the a an of and or with from into our your my his her their",
    "de": "der die das den dem des ein eine einen einem einer und oder mit von vom zum zur für sehr",
    "es": "el la los las del un una unos y con su",
    "fr": "le la les du des un une et au aux avec",
    "it": "il lo la gli un una di della e con",
    "pt": "o a os as um uma da das do dos e com",
}
"""Words that end no line by themselves"""
_OPEN = {
    "en": "is are was were be been has have had do does did said says will would can could should must to in "
    "at by for on as that which who when where because if than not very",
    "de": "ist sind war waren sei wird werden hat haben hatte sagte kann soll muss in im an am auf bei nach "
    "vor über dass weil wenn als wie nicht sich",
    "es": "es son era está ha han dijo en por para que como no",
    "fr": "est sont était a ont dit en dans sur pour par que qui ne",
    "it": "è sono era ha hanno disse in su per da che non",
    "pt": "é são foi tem disse em por para que não",
}
"""Those that end a line of a sentence, and rarely one of a list"""
_NARROW = 25
"""Characters; a shorter line was not wrapped because it was full"""
_LONG = 500
"""Characters; a line is not looked at further for where a sentence ends in it"""
_MAYBE_ENDS = re.compile(r"[.!?…]\S{0,3} |[。！？]")
_PARTICLES = "はがをにでともてのへや的是在和与把被对"
"""In Japanese and Chinese: more follows"""
_SHORT = 2
"""Words in a line of a list"""
_BEGUN = re.compile(r"[.!?…][\"'”’“»)]* \S")
_HYPHENATED = re.compile(r"[^\W\d_]-$")
_BEFORE_ANOTHER = frozenset({"and", "or", "to", "und", "oder", "bis", "bzw", "et", "ou", "y", "o", "e"})
_BREAKS = re.compile(rf"{BREAK_LINE}|\n\s*\n")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f]")
_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines between two breaks."""

    lines: Sequence[str]
    width: int
    """Of the longest line"""
    has_marks: bool
    """Whether anything in it ends like a sentence or goes on like one"""
    has_ends: bool
    """Whether a sentence ends in it, elsewhere than at the end of each line"""
    is_list: bool
    is_verse: bool
    """Whether lines end in the middle of a sentence that the next one goes on with"""
    language: str


def join_lines(text: str, language: str) -> str:
    """One line for each unit; read once more they stay as they are."""
    units: list[str] = []
    for part in _BREAKS.split(text):
        lines = [line for line in (" ".join(line.split()) for line in part.split("\n")) if line.strip(_EMPTY)]
        for block in _blocks(lines):
            units += _joined(block, language)
    for _ in range(_ROUNDS):
        if not _set_apart(units, language):
            return "\n".join(units)
    return "\n".join(_ended(unit) for unit in units)


def _blocks(lines: list[str]) -> list[list[str]]:
    """What is read by itself: an item of a list with the lines that go on with it, a pause, all between."""
    blocks: list[list[str]] = []
    for line in lines:
        if MARK.fullmatch(line):
            blocks += [line], []
        elif not blocks or _is_item(line, blocks[-1][0] if blocks[-1] else ""):
            blocks.append([line])
        else:
            blocks[-1].append(line)
    return [block for block in blocks if block]


def _joined(lines: list[str], language: str) -> list[str]:
    block = _block(lines, language)
    units: list[list[str]] = [lines[:1]]
    for before, line in pairwise(lines):
        if _joins(before, line, block):
            if _is_torn(before, line):
                units[-1][-1] = units[-1][-1][:-1]
            elif not (_WIDE.match(before[-1]) and _CJK.match(line[0])) and line[0] not in _MARKS:
                units[-1].append(" ")
            units[-1].append(line)
        else:
            units.append([line])
    return ["".join(unit) for unit in units]


def _set_apart(units: list[str], language: str) -> bool:
    """Ends each unit that would be joined with the next when this is read again. False: there was none."""
    changed = False
    at = 0
    for lines in _blocks(units):
        block = _block(lines, language)
        for number, (unit, following) in enumerate(pairwise(lines), at):
            if _joins(unit, following, block):
                units[number] = _ended(unit)
                changed = True
        at += len(lines)
    return changed


def _ended(unit: str) -> str:
    """With a full stop, if it has none."""
    if MARK.fullmatch(unit) or unit.rstrip(_CLOSERS)[-1:] in tuple(_ENDS):
        return unit
    stop = "。" if _CJK.match(unit[-1]) else "."
    return unit.rstrip(_GOES_ON + " ") + stop


def _block(lines: Sequence[str], language: str) -> _Block:
    ends = [line.rstrip(_CLOSERS)[-1:] for line in lines]
    words = [line.count(" ") + 1 for line in lines]
    inside = any(len(sentence_ends(line[:_LONG], language)) > 1 for line in lines if _MAYBE_ENDS.search(line))
    return _Block(
        lines,
        width=max(map(len, lines), default=0),
        has_marks=inside or any(end in tuple(",;.!?…。、，！？") for end in ends),
        has_ends=inside or (bool(ends) and ends[-1] in tuple(".!?…。！？")),
        is_list=max(words, default=0) <= _SHORT,
        is_verse=any(end in tuple(",;—–") for end in ends[:-1]) and sum(words) >= 3 * len(words),
        language=language,
    )


def _joins(line: str, following: str, block: _Block) -> bool:
    """Whether a reader would go on from one line to the next without an end between them."""
    last, first = line.rstrip(_CLOSERS)[-1:], following[0]
    fills = len(line) >= _NARROW and len(line) + 1 + len(following.partition(" ")[0]) > block.width
    if last in tuple(_ENDS):
        return line[-1] == "." and _is_unfinished(line, following, block.language)
    if line[-1] in _GOES_ON or first in _CONTINUING:
        return True
    if _CJK.match(line[-1]) and _CJK.match(first):
        return block.has_ends and (line[-1] in _PARTICLES or len(line) >= max(15, 0.9 * block.width))
    *_, word = line.lower().split(" ")
    if word in _words(block.language)[0] and not block.is_list:
        return True
    if block.has_ends and (word in _words(block.language)[1] or (not first.isalpha() and " " in line)):
        return True
    if first.islower():
        begun = not block.is_list or (line[0].isupper() and block.has_ends)
        return begun and (block.has_marks or fills)
    if block.is_verse:
        return True
    # A sentence that begins in the middle of a line goes on in the next; what went from it made it shorter.
    fills = fills or (_BEGUN.search(line) is not None and len(line) >= 0.7 * block.width >= _NARROW)
    return fills and block.has_ends


@cache
def _words(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """Unfinished and open ones of a language; of all languages if it is not known."""
    tongues = [language.replace("_", "-").partition("-")[0].lower()] if language else [*_OPEN]
    unfinished, open_ones = (
        frozenset(" ".join(table.get(tongue, "") for tongue in tongues).split())
        for table in (_UNFINISHED, _OPEN)
    )
    return unfinished, open_ones


def _is_item(line: str, unit: str) -> bool:
    """Whether a line begins with the number or the sign of a list, and none of a date that was torn apart."""
    found = _NUMBERED.match(line)
    if not found or line[0] not in "23456789":
        return found is not None
    return _NUMBERED.match(unit) is not None or unit.endswith(":")


def _is_unfinished(line: str, following: str, language: str) -> bool:
    """Whether a line ends with what never ends a sentence: a title, an initial, the number of a day."""
    *_, before, token = ["", *line[-48:-1].split(" ")]
    name = token.lower()
    kind = name in TITLES | JOINING if len(name) > 1 else token.isupper() or before.endswith(".")
    numbered = following[0].isdigit() and (name in BEFORE_NUMBERS or "str" in name)
    if name == "st" and before[:1].isupper():
        return False  # a street
    dotted = re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", token)
    if not (kind or numbered or dotted or (token.isdigit() and before)):
        return False
    head = line[-48:]
    return len(head) not in sentence_ends(f"{head} {following[:48]}", language)


def _is_torn(line: str, following: str) -> bool:
    """Whether a word was cut by a hyphen; `Vor- und` was not."""
    if not _HYPHENATED.search(line) or not following[0].islower():
        return False
    return following.partition(" ")[0].strip(".,") not in _BEFORE_ANOTHER
