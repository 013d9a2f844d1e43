"""What is heard of single characters."""

import pytest

from robotvoice.text import Omissions, clean, is_speakable
from robotvoice.text.writing.characters import drop_unspoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Hello 😀! Bye👋🏽 now", "Hello! Bye now"),
        ("👩\u200d💻 codes, 1\ufe0f\u20e3 🇩🇪 ❤\ufe0f won", "codes, 1 won"),
        ("newest: \U0001fae8 \U0001fadf.", "newest:."),
        ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f England", "England"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("a\tb\u00a0c\u3000d", "a b c d"),
        ("a\r\nb\rc\vd\u2028e", "a\nb\nc\nd\ne"),
        ("abc\u202edef\u2066\ufeff", "abcdef"),
        ("a\ud800b", "ab"),
        ("e\u0301", "é"),
        ("Z" + "\u0335" * 100, "Z" + "\u0335" * 8),
    ],
)
def test_drops_what_has_no_sound(text: str, spoken: str) -> None:
    assert clean(text) == spoken


@pytest.mark.parametrize("text", ["a", "7", "½", "€", "+", "字", "न", "٣"])
def test_letters_numbers_and_signs_with_a_name_are_speakable(text: str) -> None:
    assert is_speakable(f"... {text} !")


@pytest.mark.parametrize("text", ["", " ", "...", "😀", "—", "\u0301", "| < >"])
def test_punctuation_is_not_speakable(text: str) -> None:
    assert not is_speakable(text)


def test_no_character_that_would_be_dropped_is_passed_over() -> None:
    """A text of usual characters is not looked at one by one; beside an emoji each of them is."""
    for code in range(0x20, 0xD800):
        text = f"a{chr(code)}b"
        assert drop_unspoken(text, Omissions()) == drop_unspoken(f"{text}😀", Omissions())[:-1], hex(code)
