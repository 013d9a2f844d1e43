"""Lines for a terminal: broken between words only, and what is to be typed is never broken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.console.wrapping import cells, folded, padded, wrapped

MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"
LONG = f"robotvoice: model {MODEL} is not on the Mac; type there: robotvoice-gateway models pull {MODEL}"


@given(st.lists(st.text("abcdefgh-/.", min_size=1, max_size=30), min_size=1), st.integers(20, 90))
def test_no_word_is_broken_and_none_is_lost(words: list[str], width: int) -> None:
    lines = wrapped(" ".join(words), width, "  ")
    assert " ".join(lines).split() == words
    for line in lines:
        assert cells(line) <= width or len(line.split()) == 1


def test_for_no_terminal_a_line_stays_as_it_is() -> None:
    assert folded(LONG, None) == LONG


@pytest.mark.parametrize("width", [40, 80])
def test_what_is_to_be_typed_is_on_one_line_however_long(width: int) -> None:
    *said, typed = folded(LONG, width).splitlines()
    assert typed == f"  type there: robotvoice-gateway models pull {MODEL}"
    assert all(len(line) <= max(width, len(f"  {MODEL}")) for line in said)
    assert " ".join(" ".join(said).split()) == f"robotvoice: model {MODEL} is not on the Mac;"


@pytest.mark.parametrize("width", [40, 80])
def test_what_is_to_be_typed_on_the_mac_is_on_one_line_with_where(width: int) -> None:
    line = LONG.replace("; type there:", "; on the Mac type:")
    *said, typed = folded(line, width).splitlines()
    assert typed == f"  on the Mac type: robotvoice-gateway models pull {MODEL}"
    assert " ".join(" ".join(said).split()) == f"robotvoice: model {MODEL} is not on the Mac;"
    assert folded("\n".join([*said, typed]), width).splitlines() == [*said, typed]


def test_what_was_folded_is_not_folded_again() -> None:
    for width in (20, 40, 80):
        once = folded(f"{LONG}\n{LONG}", width)
        assert folded(once, width) == once


def test_a_line_that_has_room_is_not_touched_and_one_that_has_not_goes_on_further_in() -> None:
    text = "short  line\n  an indented line that is too long\nend"
    assert folded(text, 20).splitlines() == [
        "short  line",
        "  an indented line",
        "    that is too long",
        "end",
    ]


def test_wide_and_combining_characters_take_the_columns_that_they_take() -> None:
    assert [cells(text) for text in ("abc", "日本", "e\N{COMBINING ACUTE ACCENT}", "")] == [3, 4, 1, 0]
    assert padded("日本", 6) == "日本  "
    assert padded("ab", 4, right=True) == "  ab"
    assert wrapped("日本 日本 日本", 9) == ["日本 日本", "日本"]
