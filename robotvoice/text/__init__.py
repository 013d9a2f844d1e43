"""From what a client sends to what an engine is given: cleaning, splitting into sentences, the lexicon."""

import re
from collections.abc import Iterator

from robotvoice.errors import InvalidMessage
from robotvoice.reading_options import PLAIN, Acting, Reading
from robotvoice.text.cleaning import MAX_CHARACTERS, check_length, check_speakable, clean
from robotvoice.text.lexicon import apply_lexicon, find_words
from robotvoice.text.marks.omissions import Omission, Omissions
from robotvoice.text.marks.pauses import MARK, MOST_SECONDS
from robotvoice.text.numbers import spoken_numbers
from robotvoice.text.sentences.splitting import MAX_SENTENCE, begin_soon, bounded, split
from robotvoice.text.writing.characters import is_speakable
from robotvoice.utterance import NO_CLIENT, RequestOptions, Sentence

__all__ = [
    "MAX_CHARACTERS",
    "MAX_SENTENCE",
    "PLAIN",
    "Acting",
    "Omission",
    "Omissions",
    "Reading",
    "apply_lexicon",
    "clean",
    "is_speakable",
    "sentences",
    "split",
]

_WITHIN = "\u00a0"
"""Stands behind a comma of a number, where no sentence is cut"""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but newline and tab, and surrogates, which UTF-8 cannot hold"""


def sentences(
    text: str,
    *,
    prepared: bool = False,
    reading: Reading = PLAIN,
    limit: int = MAX_CHARACTERS,
    omissions: Omissions | None = None,
    asked: RequestOptions = NO_CLIENT,
) -> tuple[Sentence, ...]:
    """Cleans and splits a text; a `prepared` one was cleaned by its sender and is only checked and split.

    A pause is silence after the sentence before it. Numbers are written out when the sentences are known, if
    `reading` wants it, and a very long first sentence is cut so that it sounds soon, unless the text is
    prepared. Raises TextTooLong, EmptyText and, for a prepared text that holds control characters,
    InvalidMessage.
    """
    if prepared:
        _check_prepared(text, limit)
    else:
        text = clean(text, limit, reading, omissions)
    return tuple(
        Sentence(index, piece.replace(_WITHIN, " "), asked, pause)
        for index, (piece, pause) in enumerate(_pieces(text, reading, prepared=prepared))
    )


def _pieces(text: str, reading: Reading, *, prepared: bool) -> Iterator[tuple[str, float]]:
    """Each with the seconds of silence after it."""
    between = MARK.split(text)
    waiting: str | None = None
    pause = 0.0
    for part, seconds in zip(between[::2], [*map(float, between[1::2]), 0.0], strict=True):
        for piece in split(part, reading.language) if prepared else _read_aloud(part, reading):
            if waiting is not None:
                yield waiting, pause
            *cut, waiting = begin_soon(piece) if not prepared and waiting is None else (piece,)
            yield from ((each, 0.0) for each in cut)
            pause = 0.0
        pause = min(pause + seconds, MOST_SECONDS)
    if waiting is not None:
        yield waiting, pause


def _read_aloud(text: str, reading: Reading) -> Iterator[str]:
    """The sentences with their numbers in words, which may make more than one of a long sentence."""
    for sentence in split(text, reading.language):
        if reading.numbers == "words":
            named = find_words(sentence, reading.named)
            yield from bounded(spoken_numbers(sentence, reading.language, named, within=_WITHIN))
        else:
            yield sentence


def _check_prepared(text: str, limit: int) -> None:
    check_length(text, limit)
    if control := _CONTROL.search(text):
        code = f"U+{ord(control[0]):04X}"
        raise InvalidMessage(f"`text` is prepared but holds {code}; send it with `prepared` false.")
    check_speakable(text)
