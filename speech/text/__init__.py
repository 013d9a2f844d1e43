"""From what a client sends to what an engine is given: cleaning, splitting into sentences, the lexicon."""

import re
from collections.abc import Iterator

from speech.errors import InvalidMessage
from speech.reading import PLAIN, Acting, Reading
from speech.text.characters import is_speakable
from speech.text.cleaning import MAX_CHARACTERS, check_length, check_speakable, clean
from speech.text.lexicon import apply_lexicon
from speech.text.omissions import Omission, Omissions
from speech.text.pauses import MARK, MOST_SECONDS
from speech.text.splitting import MAX_SENTENCE, begin_soon, split
from speech.utterance import ANYBODY, Asked, Sentence

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

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but newline and tab, and surrogates, which UTF-8 cannot hold"""


def sentences(
    text: str,
    *,
    prepared: bool = False,
    reading: Reading = PLAIN,
    limit: int = MAX_CHARACTERS,
    omissions: Omissions | None = None,
    asked: Asked = ANYBODY,
) -> tuple[Sentence, ...]:
    """Cleans and splits a text; a `prepared` one was cleaned by its sender and is only checked and split.

    A pause is silence after the sentence before it. A very long first sentence is cut so that it sounds soon,
    unless the text is prepared. Raises TextTooLong, EmptyText and, for a prepared text that holds control
    characters, InvalidMessage.
    """
    if prepared:
        _check_prepared(text, limit)
    else:
        text = clean(text, limit, reading, omissions)
    return tuple(
        Sentence(index, piece, asked, pause)
        for index, (piece, pause) in enumerate(_pieces(text, reading.language, soon=not prepared))
    )


def _pieces(text: str, language: str, *, soon: bool) -> Iterator[tuple[str, float]]:
    """Each with the seconds of silence after it."""
    between = MARK.split(text)
    waiting: str | None = None
    pause = 0.0
    for part, seconds in zip(between[::2], [*map(float, between[1::2]), 0.0], strict=True):
        for piece in split(part, language):
            if waiting is not None:
                yield waiting, pause
            *cut, waiting = begin_soon(piece) if soon and waiting is None else (piece,)
            yield from ((each, 0.0) for each in cut)
            pause = 0.0
        pause = min(pause + seconds, MOST_SECONDS)
    if waiting is not None:
        yield waiting, pause


def _check_prepared(text: str, limit: int) -> None:
    check_length(text, limit)
    if control := _CONTROL.search(text):
        code = f"U+{ord(control[0]):04X}"
        raise InvalidMessage(f"`text` is prepared but holds {code}; send it with `prepared` false.")
    check_speakable(text)
