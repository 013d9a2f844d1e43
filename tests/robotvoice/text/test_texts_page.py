"""What docs/texts.md promises of a text is so."""

import re
from pathlib import Path

import pytest

from robotvoice.text import Reading, sentences

PAGE = Path(__file__).parents[3].joinpath("docs/texts.md").read_text("utf-8")
ROWS = re.findall(r"^\| `(.+)` \| (\w\w) \| `(.+)` \|$", PAGE, re.MULTILINE)


def test_the_page_has_examples() -> None:
    assert len(ROWS) >= 17


@pytest.mark.parametrize(("text", "language", "spoken"), ROWS)
def test_each_example_is_heard_as_the_page_says(text: str, language: str, spoken: str) -> None:
    found = sentences(text, reading=Reading(language))
    assert " ".join(sentence.text for sentence in found) == spoken


@pytest.mark.parametrize(("opening", "seconds"), [("| `<break time=", None), ("| `<break/>", 0.75)])
def test_each_spelling_of_a_pause_is_one(opening: str, seconds: float | None) -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith(opening))
    spellings = re.findall(r"`([^`]+)`", row)
    assert len(spellings) >= 5
    for written in spellings:
        first, second = sentences(f"One. {written} Two.")
        assert (first.text, second.text) == ("One.", "Two.")
        assert first.pause == seconds if seconds else 0.4 < first.pause <= 2


def test_each_strength_is_as_long_as_the_page_says() -> None:
    (row,) = (line for line in PAGE.splitlines() if line.startswith('| `<break strength="…"/>`'))
    strengths = re.findall(r"`([\w-]+)` ([\d.]+)", row)
    assert len(strengths) == 6
    for name, seconds in strengths:
        first, *_ = sentences(f'One. <break strength="{name}"/> Two.')
        assert first.pause == float(seconds)
