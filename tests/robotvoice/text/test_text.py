"""What is spoken of a text, and in which pieces."""

# ruff: noqa: RUF001 - other alphabets are what is tested

import pytest

from robotvoice.errors import EmptyText, InvalidMessage, TextTooLong
from robotvoice.text import MAX_CHARACTERS, MAX_SENTENCE, apply_lexicon, clean, is_speakable, sentences, split
from robotvoice.utterance import Sentence


@pytest.mark.parametrize(
    "text", ["", " \n\t", "...", "😀" * 2000, "\x00\ud800", "```\nx = 1\n```", "\u3164", "---"]
)
def test_refuses_a_text_with_nothing_to_speak(text: str) -> None:
    with pytest.raises(EmptyText):
        clean(text)


def test_counts_the_characters_as_they_came() -> None:
    """Emoji and markup count, as they are what the client can count; the limit itself still fits."""
    text = "word " * (MAX_CHARACTERS // 5 - 1) + "words"
    assert clean(text) == text and len(text) == MAX_CHARACTERS
    with pytest.raises(TextTooLong, match="5001"):
        clean("a" + "😀" * MAX_CHARACTERS)


def test_refuses_a_text_that_grows_over_the_limit() -> None:
    """Otherwise the gateway would refuse as too long what the robot had accepted and prepared."""
    with pytest.raises(TextTooLong):
        clean("\ufb2c" * 10, limit=20)


def test_drops_all_signs_of_markup_that_is_nested_without_end() -> None:
    nested = "> # " * 50 + "[" * 30 + "word" + "](a)" * 30
    assert clean(nested).startswith("word")
    assert clean(clean(nested)) == clean(nested)


UNITS = r"""
[ ![ []( [a](b * *a **a␣ _a␣ __ ` ```⏎ < <a␣ <a␣b=" <a␣b=c␣ <!-- &amp; \ | |␣a⏎ a|b⏎-|-⏎ - -␣ >␣ >␣#␣ #␣ ␣# =
~~~ . .␣ A.␣ 。 “ http:// http://a/. www. @ 😀 ␣ ⏎ a a␣ [](<*`_~#>|\!& Prof.␣ á
"""
"""Each repeated without end; ␣ stands for a space, ⏎ for a newline."""
LONG = 50_000


@pytest.mark.slow
@pytest.mark.timeout(10)
@pytest.mark.parametrize("unit", UNITS.split())
def test_takes_linear_time_for_any_junk(unit: str) -> None:
    """A pattern that backtracks would take minutes for a text ten times as long as one request may be."""
    junk = "a|\n" + (unit.replace("␣", " ").replace("⏎", "\n") * LONG)[:LONG] + "x\na"
    assert is_speakable(clean(junk, limit=4 * LONG))
    assert split(junk)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Hello! How are you? Fine.", ["Hello!", "How are you?", "Fine."]),
        ("Prof. Smith met Dr. Smith. Bye.", ["Prof. Smith met Dr. Smith.", "Bye."]),
        ("It is 3.14, e.g. This. End", ["It is 3.14, e.g. This.", "End"]),
        ("Hello. I met Prof.", ["Hello.", "I met Prof."]),
        ("1. First\n2. Second", ["1. First", "2. Second"]),
        ("これは本です。「本当？」はい。", ["これは本です。", "「本当？」", "はい。"]),
        ("one\ntwo\r\nthree", ["one", "two", "three"]),
        ("2 * 3. So *it* is.", ["2 * 3.", "So *it* is."]),
        ("Hi\n!!!\nyou", ["Hi !!!", "you"]),
        ("...\n¿\nHi", ["... ¿ Hi"]),
        ("?!", []),
        ("", []),
    ],
)
def test_splits_into_sentences(text: str, pieces: list[str]) -> None:
    assert split(text) == tuple(pieces)


@pytest.mark.parametrize(("mark", "ending"), [("; ", ";"), (", ", ","), (" ", "wort"), ("、", "、")])
def test_cuts_an_over_long_sentence_at_the_best_mark(mark: str, ending: str) -> None:
    """Before a space at worst: the words stay whole, and no piece is a stub."""
    *pieces, _ = split(f"wort wort wort{mark}" * 40)
    assert pieces
    for piece in pieces:
        assert piece.endswith(ending)
        assert MAX_SENTENCE // 2 < len(piece) <= MAX_SENTENCE


def test_cuts_no_letter_from_its_accents() -> None:
    letter = "k\u0301\u0302"
    assert all(piece.startswith("k") for piece in split(letter * 200))


def test_numbers_the_sentences_of_a_text() -> None:
    assert sentences("**Hello!** I am *here*.") == (Sentence(0, "Hello!"), Sentence(1, "I am here."))


def test_a_prepared_text_is_not_cleaned_again() -> None:
    assert sentences("Say *this*.\tNow", prepared=True) == (Sentence(0, "Say *this*."), Sentence(1, "Now"))


def test_a_prepared_text_is_still_split() -> None:
    assert [len(sentence.text) for sentence in sentences("a" * 500, prepared=True)] == [240, 240, 20]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\r", "\x7f", "\x85", "\ud800", "\udfff"])
def test_a_prepared_text_holds_no_control_character(character: str) -> None:
    with pytest.raises(InvalidMessage, match=f"U\\+{ord(character):04X}"):
        sentences(f"Hello {character} there", prepared=True)


def test_a_prepared_text_keeps_the_limits() -> None:
    with pytest.raises(TextTooLong):
        sentences("a" * (MAX_CHARACTERS + 1), prepared=True)
    with pytest.raises(EmptyText):
        sentences("😀 ...", prepared=True)


LEXICON = (
    ("pi", "pie"),
    ("Pi Zero", "pie zero"),
    ("PiCar", "pie car"),
    ("pie", "WRONG"),
    ("C++", "see plus plus"),
    ("°C", " degrees"),
    ("naïve", "nah eve"),
    ("東京", "とうきょう"),
    ("कि", "X"),
)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Pi, pi and PI.", "pie, pie and pie."),
        ("pin, api, pi_x, pi5, Tpi", "pin, api, pi_x, pi5, Tpi"),
        ("A Pi Zero", "A pie zero"),
        ("PiCar's picar", "pie car's picar"),
        ("C++, C++23, not C++x or aC++", "see plus plus, see plus plus23, not C++x or aC++"),
        ("20°C or 5 °C", "20 degrees or 5  degrees"),
        ("Naïve naïvely", "nah eve naïvely"),
        ("東京に", "とうきょうに"),
        ("कि किन", "X किन"),
        ("", ""),
    ],
)
def test_replaces_whole_words_once_and_the_longest_first(text: str, spoken: str) -> None:
    assert apply_lexicon(text, LEXICON) == spoken


def test_an_entry_is_plain_text() -> None:
    r"""Neither a pattern on the left nor a group reference on the right: `.` is a dot, `\1` is `\1`."""
    assert apply_lexicon("a.b axb", (("a.b", r"\1"), ("", "never"))) == r"\1 axb"


def test_an_entry_may_be_written_with_separate_accents() -> None:
    assert apply_lexicon("café", (("cafe\u0301", "kaffay"),)) == "kaffay"
