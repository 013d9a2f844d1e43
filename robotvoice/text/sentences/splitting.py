"""A cleaned text in pieces that an engine is given, one after the other."""

# ruff: noqa: RUF001 - signs and letters of many scripts are meant

import re
import unicodedata
from collections.abc import Iterator

from robotvoice.text.sentences.sentence_ends import sentence_ends
from robotvoice.text.writing.characters import JOINERS, is_speakable

MAX_SENTENCE = 240
"""Characters of the longest sentence an engine is given"""
SOON = 120
"""Characters above which the first sentence of a text is cut at a clause, so that it sounds soon"""

_LOOK_AHEAD = 40
"""Characters past MAX_SENTENCE that show whether a sentence ends there"""
_CUTS = (
    re.compile(r"[.!?…](?= )|[。！？]"),
    re.compile(r"[;:,](?= )|[、，；：]"),
    re.compile(r"(?= )"),
)
"""Where an over-long sentence is best cut, the best first"""
_CLAUSES = (
    re.compile(r"[;:](?= )|[；：](?=.)| ?—(?= )| –(?= )"),
    # A comma with a few words on both sides is none of a list's.
    re.compile(r"(?<= )[^,;: ]+ [^,;: ]+ [^,;: ]+,(?= [^,]{20})|[^、，]{8}[、，](?=[^、，]{8})"),
    re.compile(
        r"(?= (?:but|because|while|although|so that|when|where|after|before|until|aber|weil|während|obwohl|"
        r"damit|bevor|nachdem|pero|porque|mientras|aunque|mais|parce|pendant|perché|mentre|mas|enquanto|но) )"
    ),
)
"""Where a clause may end, the best first"""
_SHORTEST = 40
"""Characters of a clause that stands by itself, and of what is left behind it"""


def split(text: str, language: str = "") -> tuple[str, ...]:
    """Sentences of at most MAX_SENTENCE characters, each speakable. A line ends a sentence.

    A piece of mere punctuation joins its neighbour, or goes if there is no room. Takes linear time.
    """
    pieces: list[str] = []
    opening = ""
    for line in text.splitlines():
        for piece in _split_line(" ".join(line.split()), language):
            if is_speakable(piece):
                pieces.append(_join(opening, piece) or piece)
                opening = ""
            elif pieces:
                pieces[-1] = _join(pieces[-1], piece) or pieces[-1]
            else:
                opening = _join(opening, piece) or opening
    return tuple(pieces)


def begin_soon(sentence: str) -> tuple[str, ...]:
    """A first sentence that is very long, cut where a clause ends; whole if there is no such place."""
    if len(sentence) <= SOON:
        return (sentence,)
    last = min(SOON, len(sentence) - _SHORTEST)
    for pattern in _CLAUSES:
        ends = [match.end() for match in pattern.finditer(sentence[: last + _LOOK_AHEAD], _SHORTEST // 2)]
        ends = [
            end
            for end in ends
            if _SHORTEST <= end <= last and sentence[:end].count("(") == sentence[:end].count(")")
        ]
        if ends and is_speakable(sentence[: ends[-1]]) and is_speakable(sentence[ends[-1] :]):
            return sentence[: ends[-1]].rstrip(), sentence[ends[-1] :].lstrip()
    return (sentence,)


def _join(first: str, second: str) -> str | None:
    joined = f"{first} {second}".strip()
    return joined if len(joined) <= MAX_SENTENCE else None


def _split_line(line: str, language: str) -> Iterator[str]:
    while line:
        # The search for an end takes quadratic time in what it is given: it sees one window at a time.
        window = line[: MAX_SENTENCE + _LOOK_AHEAD]
        ends = sentence_ends(window, language)
        if len(window) < len(line):
            ends = [end for end in ends if end <= MAX_SENTENCE]
        ends = ends or [_cut(window)]
        start = 0
        for end in ends:
            yield from bounded(window[start:end].strip())
            start = end
        line = line[start:].lstrip()


def bounded(piece: str) -> Iterator[str]:
    """A sentence in parts of at most MAX_SENTENCE characters."""
    while len(piece) > MAX_SENTENCE:
        end = _cut(piece)
        yield piece[:end].rstrip()
        piece = piece[end:].lstrip()
    yield piece


def _cut(text: str) -> int:
    """Where to end the first piece of a text longer than MAX_SENTENCE."""
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(text[: MAX_SENTENCE + 1], MAX_SENTENCE // 2)]
        ends = [end for end in ends if end <= MAX_SENTENCE]
        if ends:
            return ends[-1]
    if (space := text.rfind(" ", 1, MAX_SENTENCE)) > 0:
        return space
    for end in range(MAX_SENTENCE, MAX_SENTENCE // 2, -1):
        if unicodedata.category(text[end])[0] != "M" and not set(JOINERS) & {text[end - 1], text[end]}:
            return end
    return MAX_SENTENCE
