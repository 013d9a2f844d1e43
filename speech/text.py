"""From what a client sends to what an engine is given: cleaning, splitting into sentences, the lexicon."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from speech.characters import JOINERS, drop_unspoken, is_speakable
from speech.errors import EmptyText, InvalidMessage, TextTooLong
from speech.markdown import strip_markup
from speech.utterance import Sentence

__all__ = ["MAX_CHARACTERS", "MAX_SENTENCE", "apply_lexicon", "clean", "is_speakable", "sentences", "split"]

MAX_CHARACTERS = 5_000
"""Characters one request may hold"""

MAX_SENTENCE = 240
"""Characters of the longest sentence an engine is given"""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but newline and tab, and surrogates, which UTF-8 cannot hold"""


def sentences(text: str, *, prepared: bool = False, limit: int = MAX_CHARACTERS) -> tuple[Sentence, ...]:
    """Cleans and splits a text; a `prepared` one was cleaned by its sender and is only checked and split.

    Raises TextTooLong, EmptyText and, for a prepared text that holds control characters, InvalidMessage.
    """
    if prepared:
        _check_prepared(text)
    else:
        text = clean(text, limit)
    return tuple(Sentence(index, piece) for index, piece in enumerate(split(text)))


def _check_prepared(text: str) -> None:
    _check_length(text, MAX_CHARACTERS)
    if control := _CONTROL.search(text):
        code = f"U+{ord(control[0]):04X}"
        raise InvalidMessage(f"`text` is prepared but holds {code}; send it with `prepared` false.")
    _check_speakable(text)


def _check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        raise TextTooLong(f"The text has {len(text)} characters; send at most {limit} at a time.")


def _check_speakable(text: str) -> None:
    if not is_speakable(text):
        raise EmptyText("There is nothing in the text that can be spoken; send words or numbers.")


# Cleaning

_PASSES = 8
"""Markup inside markup of its own kind takes one pass a level; nobody who means it nests deeper."""
_MARKUP = str.maketrans(dict.fromkeys("`~*_[]()<>#|\\&/=+-•‣", " "))


def clean(text: str, limit: int = MAX_CHARACTERS) -> str:
    """What a person would read aloud, in NFC: no Markdown, HTML, addresses, emoji or control characters.

    A newline ends a sentence. The result can be encoded as UTF-8, and cleaning it again changes nothing.
    Raises TextTooLong above `limit` characters, before or after, and EmptyText if nothing is left to speak.
    """
    _check_length(text, limit)
    text, settled = _clean_until_settled(text)
    if not settled:
        # Nested this deep it is junk or hostile: without a sign of markup left, it settles.
        text, _ = _clean_until_settled(text.translate(_MARKUP))
    _check_length(text, limit)
    _check_speakable(text)
    return text


def _clean_until_settled(text: str) -> tuple[str, bool]:
    for _ in range(_PASSES):
        before, text = text, _clean_once(text)
        if text == before:
            return text, True
    return text, False


def _clean_once(text: str) -> str:
    text = re.sub(r"\r\n?|[\v\f\x85\u2028\u2029]", "\n", text)
    text = strip_markup(drop_unspoken(unicodedata.normalize("NFC", text)))
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(filter(None, lines))


# Splitting

_LOOK_AHEAD = 16
"""Characters past MAX_SENTENCE that show whether a sentence ends there"""
_NO_END = re.compile(
    r"(?:^|[\s(\[\"'“„«])(?:Prof|Capt|Sgt|Lieut|vs|approx|cf|e\.g|i\.e|z\.B|bzw)\.$|^\d+[.)]$",
)
"""Full stops that end no sentence although a capital follows; sentence-stream knows Dr. and initials."""
_CUTS = (
    re.compile(r"[.!?…](?= )|[。！？]"),  # noqa: RUF001 - Chinese and Japanese punctuation
    re.compile(r"[;:,](?= )|[、，；：]"),  # noqa: RUF001 - Chinese and Japanese punctuation
    re.compile(r"(?= )"),
)
"""Where an over-long sentence is best cut, the best first"""


def split(text: str) -> tuple[str, ...]:
    """Sentences of at most MAX_SENTENCE characters, each speakable. A line ends a sentence.

    A piece of mere punctuation joins its neighbour, or goes if there is no room. Takes linear time.
    """
    pieces: list[str] = []
    opening = ""
    for line in text.splitlines():
        for piece in _split_line(" ".join(line.split())):
            if is_speakable(piece):
                pieces.append(_join(opening, piece) or piece)
                opening = ""
            elif pieces:
                pieces[-1] = _join(pieces[-1], piece) or pieces[-1]
            else:
                opening = _join(opening, piece) or opening
    return tuple(pieces)


def _join(first: str, second: str) -> str | None:
    joined = f"{first} {second}".strip()
    return joined if len(joined) <= MAX_SENTENCE else None


def _split_line(line: str) -> Iterator[str]:
    while line:
        # The search for an end takes quadratic time in what it is given: it sees one window at a time.
        window = line[: MAX_SENTENCE + _LOOK_AHEAD]
        ends = _sentence_ends(window)
        if len(window) < len(line):
            ends.pop()
        ends = ends or [_cut(window)]
        start = 0
        for end in ends:
            yield from _bounded(window[start:end].strip())
            start = end
        line = line[start:].lstrip()


def _sentence_ends(text: str) -> list[int]:
    """Where each sentence ends; the last end is that of the text."""
    # Imported here, as it costs 18 ms and not every command speaks.
    from sentence_stream import SentenceBoundaryDetector

    # It takes asterisks away, which would shift the positions.
    masked = text.replace("*", "\uffff")
    ends: list[int] = []
    start = end = 0
    for piece in SentenceBoundaryDetector().add_chunk(masked):
        end = masked.index(piece, end) + len(piece)
        if not _NO_END.search(text[start:end].strip()):
            ends.append(end)
            start = end
    return [*ends, len(text)]


def _bounded(piece: str) -> Iterator[str]:
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


# The lexicon

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
