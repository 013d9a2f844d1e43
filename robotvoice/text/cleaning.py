"""From what a client sends to what a person would read aloud."""

# ruff: noqa: RUF001 - signs of many scripts are meant

import re
import unicodedata

from robotvoice.errors import EmptyText, TextTooLong
from robotvoice.reading_options import PLAIN, Reading
from robotvoice.text.marks import pauses
from robotvoice.text.marks.omissions import Omissions
from robotvoice.text.sentences.lines import join_lines
from robotvoice.text.writing.characters import BLANK_LETTERS, is_speakable
from robotvoice.text.writing.runs import shorten_runs

MAX_CHARACTERS = 5_000
"""Characters one request may hold"""

_PASSES = 8
"""Markup inside markup of its own kind takes one pass a level; nobody who means it nests deeper."""
_MARKUP = str.maketrans(dict.fromkeys("`~*_[]()<>#|\\&/=+-•‣{}$^:;", " "))
_NO_PLAIN_TEXT = re.compile(
    rf"[^\w \n.,!?'’\"“”„«»:;-]|[_¹²³⁰-⁹𝐀-𝟿{BLANK_LETTERS}]|(?:^|\n) *-|-\n|--|(?<!\w)[:;]|[:;](?! ?\w|\n)"
    r"|[:;]\w|(?:\s|^)[,.](?!\S)|,[,.!?]|(?<!\w)(?:[xX]D+|[uUoO][wW][uUoO]|[oO]\.[oO])(?!\w)"
    r"|[\"“„«] ?[\"”“»]|(?i:www\.|citeturn)"
    r"|(?i:thinking|thought|reasoning|monologue|assistant|response:|instruction:)"
)
"""Whatever could be more than words and their punctuation"""


def clean(
    text: str, limit: int = MAX_CHARACTERS, reading: Reading = PLAIN, omissions: Omissions | None = None
) -> str:
    """What a person would read aloud, in NFC: no markup, thoughts, addresses, emoji or control characters.

    A newline ends a sentence, `[pause 0.8s]` on a line of its own is silence. The result can be encoded as
    UTF-8, and cleaning it again changes nothing. What is left out is added to `omissions`.
    Raises TextTooLong above `limit` characters, before or after, and EmptyText if nothing is left to speak.
    """
    check_length(text, limit)
    omissions = Omissions() if omissions is None else omissions
    cleaned = _clean_until_settled(text, reading, omissions)
    if cleaned is None:
        # Nested this deep it is junk or hostile: without a sign of markup left, it settles.
        text = text.translate(_MARKUP)
        cleaned = _clean_until_settled(text, reading, omissions) or text
    text = pauses.bounded(cleaned)
    check_length(text, limit)
    check_speakable(text)
    return text


def check_length(text: str, limit: int) -> None:
    if len(text) > limit:
        raise TextTooLong(f"The text has {len(text)} characters; send at most {limit} at a time.")


def check_speakable(text: str) -> None:
    if not is_speakable(pauses.MARK.sub("", text)):
        raise EmptyText("There is nothing in the text that can be spoken; send words or numbers.")


def _clean_until_settled(text: str, reading: Reading, omissions: Omissions) -> str | None:
    """None: it does not settle."""
    for _ in range(_PASSES):
        before, cleaned = text, _clean_once(text, reading, omissions)
        if cleaned is None or cleaned == before:
            return cleaned
        text = cleaned
    return None


def _clean_once(text: str, reading: Reading, omissions: Omissions) -> str | None:
    text = re.sub(r"\r\n?|[\v\f\x85\u2028\u2029]", "\n", text)
    text = unicodedata.normalize("NFC", text)
    if _NO_PLAIN_TEXT.search(text):
        # Imported here, as many a command says a plain sentence.
        from robotvoice.text.markup.markup import without_markup

        without = without_markup(text, reading, omissions, _PASSES)
        if without is None:
            return None
        text = without
    return join_lines(shorten_runs(text, omissions), reading.language)
