"""Sentences end where a reader would end them, in many languages and without capitals."""

# ruff: noqa: RUF001 - other alphabets are what is tested

from collections.abc import Iterator
from pathlib import Path

import pytest

from robotvoice.text import Reading, sentences, split
from robotvoice.text.sentences.splitting import SOON

CUT = Path(__file__).with_name("sentences.txt")


def cut_by_a_reader() -> Iterator[tuple[str, list[str]]]:
    for line in CUT.read_text("utf-8").splitlines():
        language, _, text = line.partition(": ")
        if not line.startswith("#"):
            yield language, [piece.strip() for piece in text.split("¦")]


def joined(pieces: list[str], language: str) -> str:
    return ("" if language in ("ja", "zh") else " ").join(pieces)


@pytest.mark.parametrize("known", [True, False], ids=["language known", "language unknown"])
def test_a_text_is_cut_as_a_reader_cuts_it(known: bool) -> None:
    """Cases A6 and Y5 and 187 more; whether the language is known or not."""
    wrong = {}
    for language, pieces in cut_by_a_reader():
        text = joined(pieces, language)
        found = list(split(text, language if known else ""))
        if found != pieces:
            wrong[text] = found
    assert not wrong


@pytest.mark.parametrize(
    "text",
    [
        "Ich bin am 3. und 4. Mai, im 2. Stock, beim 1. FC Köln und am 5. 6. 2027 da.",
        "It is approx. 5 km, i.e. 3 mi., from No. 7, cf. Fig. 2 on p. 12.",
        "Mr. J. R. Smith, Ph.D., met Mrs. Lee vs. Dr. Who at 10 a.m. Monday in St. Louis.",
        "Das sind z. B. ca. 5 Std. Fahrt, d. h. evtl. mehr, inkl. Pause bzw. Essen.",
        "Frau Dr. med. Meier traf Prof. Dr. rer. nat. Schulz und Dr. h. c. Lang.",
        "São 5 h. da tarde.",
        "El Sr. y la Sra. Gil viven en la Av. Sur n.º 5, p. ej. con el Dr. Paz.",
        "M. Petit et Mme Roy, c.-à-d. mes voisins, ont env. 5 chats, cf. p. 3.",
        "Он живёт на ул. Мира, д. 5, кв. 7, т. е. рядом с им. Л. Н. Толстого.",
        "Version 2.0.1 of example.com costs 3.50 at 10.30 and runs node.js v20.",
        "He said (it was late. very late) and left.",
        "“Really?” she asked, “or not?” and sat down.",
    ],
)
def test_a_full_stop_that_ends_nothing_ends_no_sentence(text: str) -> None:
    assert split(text) == (text,)


def test_in_english_a_number_before_a_name_is_no_ordinal() -> None:
    """`am` is a German word before ordinals, and an English one."""
    assert split("I am 12. Anna is 13.", "en") == ("I am 12.", "Anna is 13.")
    assert split("Er ist der 12. Mann.", "de") == ("Er ist der 12. Mann.",)


LONG = (
    "Once upon a time, in a land far beyond the seven hills and the seven seas, there lived a small robot "
    "that wanted nothing more than to sing, but nobody had ever taught it how."
)


def test_a_very_long_first_sentence_is_cut_at_a_clause_so_that_it_sounds_soon() -> None:
    first, second, *others = sentences(f"{LONG} {LONG}")
    assert len(first.text) <= SOON and first.text.endswith(",")
    assert f"{first.text} {second.text}" == LONG
    assert [each.text for each in others] == [LONG], "only the first one is waited for"


@pytest.mark.parametrize(
    "text",
    [
        "Buy milk, eggs, flour, butter, sugar, salt, rice, beans, apples, pears, plums, nuts, tea, coffee, "
        "jam and bread, please, today.",
        "word " * 40 + "end.",
        "The robot (which is old, grey, slow and, as everybody in the village knows, rather fond of old "
        "songs and of older stories) sings.",
    ],
)
def test_a_long_first_sentence_without_a_clause_stays_whole(text: str) -> None:
    assert [each.text for each in sentences(text)] == [text]


def test_a_prepared_sentence_is_not_cut_at_a_clause() -> None:
    """Whoever prepared it has done so, if it was the first one."""
    assert [each.text for each in sentences(LONG, prepared=True)] == [LONG]


def test_the_language_of_a_text_reaches_its_splitting() -> None:
    spoken = sentences("I am 12. Anna is 13.", reading=Reading("en-GB"))
    assert [each.text for each in spoken] == ["I am 12.", "Anna is 13."]
