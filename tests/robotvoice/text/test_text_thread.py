"""A text that takes long to read holds up nothing else."""

import asyncio

import pytest

from robotvoice.errors import EmptyText
from robotvoice.reading_options import Reading
from robotvoice.text import sentences
from robotvoice.text.numbers import spoken_numbers
from robotvoice.text.text_thread import FEW_DIGITS, SHORT_TEXT, sentences_aside

WORDS, AS_WRITTEN = Reading("en", numbers="words"), Reading("en")


async def turns_of_the_loop_during(text: str, reading: Reading, *, prepared: bool = False) -> int:
    """That others get while a text is read."""
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.create_task(count())
    await asyncio.sleep(0)
    before = turns
    read = await sentences_aside(text, reading=reading, prepared=prepared)
    during = turns - before
    counting.cancel()
    await asyncio.wait({counting})
    assert read == sentences(text, reading=reading, prepared=prepared)
    return during


@pytest.mark.parametrize("text", ["1:" * (FEW_DIGITS + 1), "Word " * (SHORT_TEXT // 5 + 1)])
async def test_others_go_on_while_many_numbers_or_a_long_text_are_read(text: str) -> None:
    assert await turns_of_the_loop_during(text, WORDS) > 0


@pytest.mark.parametrize(
    ("text", "reading", "prepared"),
    [
        ("I have 3.", WORDS, False),
        ("1:" * (FEW_DIGITS + 1), WORDS, True),
        ("1:" * (FEW_DIGITS + 1), AS_WRITTEN, False),
    ],
)
async def test_what_takes_a_moment_is_not_sent_away(text: str, reading: Reading, prepared: bool) -> None:
    spoken_numbers("3", "en")  # the rules are loaded
    assert await turns_of_the_loop_during(text, reading, prepared=prepared) == 0


async def test_what_is_refused_is_refused_from_there_too() -> None:
    with pytest.raises(EmptyText):
        await sentences_aside(". " * SHORT_TEXT)
