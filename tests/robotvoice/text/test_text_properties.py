"""What holds for every text, however odd."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robotvoice.errors import EmptyText, TextTooLong
from robotvoice.text import MAX_SENTENCE, clean, is_speakable, sentences, split

# Pieces of Markdown, HTML and Unicode that meet in ways no example thinks of.
PIECES = r"""
* ** _ __ ` ``` ~~ ~~~ # ## > - + 1. | |---| --- === [ ] ( ) ![ ](x) < > </ <b> <br> <!-- --> \ & &amp; &lt;
http:// https://a.b/c www. @ . , ; : ! ? 。 、 “ ” ' Prof. e.g. Dr. 3.14 a B é 字 ش न ् 5 $ + 😀 👩
""".split()  # noqa: SIM905 - a list would fill a page
INVISIBLE = list("\u0301\u200d\u200c\ufe0f\u20e3\u202e\ud800\x00\x1b\u2028\u3164\ufb2c")
SPACES = st.sampled_from(["", "", " ", "\n", "\t", "\r\n", "\n\n", "\u00a0"])
MARKUP = st.lists(st.builds(str.__add__, st.sampled_from(PIECES + INVISIBLE), SPACES), max_size=60).map(
    "".join
)
# Every code point there is, lone surrogates too.
TEXTS = st.one_of(
    MARKUP, st.text(st.characters(), max_size=400), st.builds(str.__mul__, MARKUP, st.integers(1, 9))
)


def spoken(text: str) -> str:
    """The characters that make a sound, in their order."""
    return "".join(character for character in text if is_speakable(character))


@given(TEXTS)
@settings(deadline=None)
def test_a_cleaned_text_is_safe_to_hand_on(text: str) -> None:
    try:
        cleaned = clean(text)
    except (EmptyText, TextTooLong):
        return
    cleaned.encode()
    assert unicodedata.is_normalized("NFC", cleaned)
    assert is_speakable(cleaned)
    assert not [c for c in cleaned if unicodedata.category(c) in ("Cc", "Cs") and c != "\n"]
    assert "  " not in cleaned and all(line and line == line.strip() for line in cleaned.split("\n"))


@given(TEXTS)
@settings(deadline=None)
def test_cleaning_again_changes_nothing(text: str) -> None:
    """So a text that is cleaned by the robot and by the gateway is spoken the same."""
    try:
        cleaned = clean(text)
    except (EmptyText, TextTooLong):
        return
    assert clean(cleaned) == cleaned


@given(TEXTS)
@settings(deadline=None)
def test_a_cleaned_text_is_accepted_as_prepared(text: str) -> None:
    try:
        cleaned = clean(text)
    except (EmptyText, TextTooLong):
        return
    assert sentences(cleaned, prepared=True) == sentences(text)


@given(st.lists(st.text(st.characters(categories=["L", "Nd"], max_codepoint=0x10FF), min_size=1), min_size=1))
@settings(deadline=None)
def test_words_come_through_cleaning_whole(words: list[str]) -> None:
    """Plain text in any alphabet loses nothing but the difference between ways to write one letter."""
    text = " ".join(words)[:1000]
    assert clean(text) == " ".join(unicodedata.normalize("NFC", text).split())


@given(TEXTS)
@settings(deadline=None)
def test_splitting_loses_nothing_that_is_spoken(text: str) -> None:
    pieces = split(text)
    assert spoken("".join(pieces)) == spoken(text)
    assert all(is_speakable(piece) and len(piece) <= MAX_SENTENCE for piece in pieces)


@pytest.mark.parametrize("separator", ["", " ", ", ", ". ", ".", " ... "])
@given(word=st.text(min_size=1, max_size=300), times=st.integers(1, 200))
@settings(deadline=None)
def test_splitting_a_long_text_loses_nothing_either(separator: str, word: str, times: int) -> None:
    text = separator.join([word] * times)[:5000]
    pieces = split(text)
    assert spoken("".join(pieces)) == spoken(text)
    assert all(is_speakable(piece) and len(piece) <= MAX_SENTENCE for piece in pieces)


PLAIN_PIECES = r"""
the wind is strong and sea It rains Red Blue a . , ! ? ... " “ ” « » ' - : ; Dr. Mr. 3 42 3.14 e.g. Anna of to
Berlin straße 東京 です дом नमस्ते
""".split()  # noqa: SIM905 - a list would fill a page


@given(st.lists(st.tuples(st.sampled_from(PLAIN_PIECES), SPACES), max_size=40))
@settings(deadline=None)
def test_a_text_that_looks_plain_is_read_as_any_other(pieces: list[tuple[str, str]]) -> None:
    """For such a text most of the work is left out."""
    text = "".join(word + space for word, space in pieces)
    with pytest.MonkeyPatch.context() as patched:
        try:
            quick = clean(text)
            patched.setattr("robotvoice.text.cleaning._NO_PLAIN_TEXT", re.compile(""))
            assert clean(text) == quick
        except EmptyText:
            return
