"""Texts that take longer to read than a loop may wait for go to a thread."""

import asyncio
import sys
from functools import partial

from robotvoice.reading_options import PLAIN, Reading
from robotvoice.text import MAX_CHARACTERS, sentences
from robotvoice.utterance import NO_CLIENT, RequestOptions, Sentence

SHORT_TEXT = 2_000
"""Characters that are cleaned and split in a moment"""
FEW_DIGITS = 150
"""Digits that are written out in a moment"""
_LOADED = "robotvoice.text.numbers.written_out"
"""The module whose import and patterns the first number has to wait for"""


async def sentences_aside(
    text: str,
    *,
    prepared: bool = False,
    reading: Reading = PLAIN,
    limit: int = MAX_CHARACTERS,
    asked: RequestOptions = NO_CLIENT,
) -> tuple[Sentence, ...]:
    """As `robotvoice.text.sentences`, and raises what it raises, but the loop goes on meanwhile."""
    cutting = partial(sentences, text, prepared=prepared, reading=reading, limit=limit, asked=asked)
    is_long = len(text) > SHORT_TEXT or (not prepared and reading.numbers == "words" and _has_numbers(text))
    return await asyncio.to_thread(cutting) if is_long else cutting()


def _has_numbers(text: str) -> bool:
    """Whether it has more of them than can be read in a moment."""
    return sum(map(str.isdigit, text)) > (FEW_DIGITS if _LOADED in sys.modules else 0)
