"""Lines are joined as a reader joins them: what was wrapped is one, what is a list is not."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import textwrap

import pytest

from robotvoice.text import Reading, clean, sentences


def heard(text: str, language: str = "") -> list[str]:
    return [sentence.text for sentence in sentences(text, reading=Reading(language))]


LETTER = (
    "Thank you very much for the long letter that came last week. We were glad to hear that the garden is growing "
    "well, and that you and Bernd are planning to visit us in May. Please tell us when you will arrive, so that Dr. "
    "Miller and I can meet you at the station. The train from Berlin is often late. Here it rains."
)
BRIEF = (
    "Vielen Dank für den langen Brief, der letzte Woche kam. Der Hund läuft gern durch den großen Garten und bellt "
    "dabei die Katzen an, die auf der Mauer sitzen. Am 3. Mai kommt Frau Dr. Müller mit ihren Kindern zu Besuch. Das "
    "wird ein Fest. Wir freuen uns."
)


@pytest.mark.parametrize("width", [40, 50, 60, 72, 78])
@pytest.mark.parametrize("text", [LETTER, BRIEF])
@pytest.mark.parametrize("newline", ["\n", "\r\n", " \n", "\n  "])
def test_a_wrapped_text_is_heard_as_the_unwrapped_one(text: str, width: int, newline: str) -> None:
    """Case A5."""
    assert heard(newline.join(textwrap.wrap(text, width))) == heard(text)


@pytest.mark.parametrize("width", [40, 60, 78])
def test_wrapped_paragraphs_lists_and_quotations_stay_apart(width: int) -> None:
    wrapped = "\n".join(textwrap.wrap(LETTER, width))
    item = textwrap.fill(LETTER, width, initial_indent="- ", subsequent_indent="  ")
    quoted = textwrap.indent(wrapped, "> ")
    text = f"Dear Anna,\n\n{wrapped}\n\n{wrapped}\n\n{item}\n{item}\n\n{quoted}\n\nYours,\nTom"
    assert heard(text) == ["Dear Anna.", *heard(LETTER) * 5, "Yours, Tom"]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        (
            "the wind is strong\nand the sea is loud. It\nrains.",
            ["the wind is strong and the sea is loud.", "It rains."],
        ),
        ("Red\nBlue\nGreen", ["Red", "Blue", "Green"]),
        ("red\nblue\ngreen", ["red", "blue", "green"]),
        ("- Red\n- Blue", ["Red", "Blue"]),
        ("It is raining in the city of\nBerlin today.", ["It is raining in the city of Berlin today."]),
        ("Anna Bauer\nHauptstraße 5\n10115 Berlin", ["Anna Bauer", "Hauptstraße 5", "10115 Berlin"]),
        ("Anna Bauer\nHauptstr. 5\n10115 Berlin", ["Anna Bauer", "Hauptstr. 5", "10115 Berlin"]),
        ("Tom Lee\n12 High St.\nBristol\nBS1 4AB", ["Tom Lee", "12 High St.", "Bristol", "BS1 4AB"]),
        (
            "今日は\n良い天気です。明日も\n晴れるでしょう。",
            ["今日は良い天気です。", "明日も晴れるでしょう。"],
        ),
        ("見出し\n本です。ペンではない。", ["見出し", "本です。", "ペンではない。"]),
        ("Ingredients:\nmilk\neggs", ["Ingredients:", "milk", "eggs"]),
        ("1. Mix it.\n2. Bake it\nfor an hour.", ["1. Mix it.", "2. Bake it for an hour."]),
        ("a) one\nb) two", ["a) one", "b) two"]),
        ("Title\n\nThe text begins\nhere.", ["Title", "The text begins here."]),
        ("# Title\nThe text.", ["Title", "The text."]),
        (
            "Meeting on Monday\nAnna brings the cake. Bob brings the drinks.",
            ["Meeting on Monday", "Anna brings the cake.", "Bob brings the drinks."],
        ),
        (
            "I went home\nThe door was open\nSo I came in",
            ["I went home", "The door was open", "So I came in"],
        ),
        ("2026-11-21 12:00 start\n2026-11-21 12:05 end", ["2026-11-21 12:00 start", "2026-11-21 12:05 end"]),
        ("- Ja?\n- Nein!\n— Doch.", ["Ja?", "Nein!", "— Doch."]),
        (
            "It is an inter-\nnational and well-\nknown thing.",
            ["It is an international and wellknown thing."],
        ),
        ("Vor- und\nNachteile gibt es.", ["Vor- und Nachteile gibt es."]),
        ("Log in\nLog out", ["Log in", "Log out"]),
        ("he came\n\nand went", ["he came", "and went"]),
        ("She said, “I am\nhere.”", ["She said, “I am here.”"]),
        (
            "吾輩は猫である。名前はまだ無い。どこで生れたか\nとんと見当がつかぬ。",
            ["吾輩は猫である。", "名前はまだ無い。", "どこで生れたかとんと見当がつかぬ。"],
        ),
        ("赤\n青\n緑", ["赤", "青", "緑"]),
        ("床前明月光，\n疑是地上霜。", ["床前明月光，疑是地上霜。"]),
        ("The price is\n$5.", ["The price is $5."]),
        ("We met in\n2019 in Paris.", ["We met in 2019 in Paris."]),
        ("He said\n“hello” to me.", ["He said “hello” to me."]),
        ("Mr.\nSmith and the U.S.\nArmy came.", ["Mr. Smith and the U.S. Army came."]),
        ("See Fig.\n3 for it. Then go.", ["See Fig. 3 for it.", "Then go."]),
        ("Er kam am 3.\nMai heim.", ["Er kam am 3. Mai heim."]),
        ("1) One\n2) Two\n   and more\n3) Three", ["1) One", "2) Two and more", "3) Three"]),
        ("Anna: Hi\nBen: Hello", ["Anna: Hi", "Ben: Hello"]),
        ("To do:\n[ ] one\n[x] two", ["To do:", "one", "two"]),
        ("milk, eggs\nbread, butter\njam", ["milk, eggs", "bread, butter", "jam"]),
        (
            "Title of the book\nby Anna Bauer\n\nOnce upon a time",
            ["Title of the book", "by Anna Bauer", "Once upon a time"],
        ),
    ],
)
def test_lines_are_joined_as_a_reader_joins_them(text: str, spoken: list[str]) -> None:
    assert heard(text) == spoken


def test_words_that_go_on_are_those_of_the_texts_language() -> None:
    """`la` and `os` are articles elsewhere."""
    assert heard("Mac OS\nWindows 11\nSing la la la\nSongs", "en") == [
        "Mac OS",
        "Windows 11",
        "Sing la la la",
        "Songs",
    ]
    assert heard("Fuimos a la\nPlaza", "es") == ["Fuimos a la Plaza"]


def test_a_poem_is_read_over_its_lines_where_its_sentences_go_on() -> None:
    lower = "Sein Blick ist vom Vorübergehn der Stäbe\nso müd geworden, daß er nichts mehr hält."
    assert heard(lower) == [
        "Sein Blick ist vom Vorübergehn der Stäbe so müd geworden, daß er nichts mehr hält."
    ]
    capitals = "Tyger Tyger, burning bright,\nIn the forests of the night;\nWhat immortal hand or eye,\nCould frame it?"
    assert heard(capitals) == [
        "Tyger Tyger, burning bright, In the forests of the night; What immortal hand or eye, Could frame it?"
    ]
    alone = "roses are red\nviolets are blue\nsugar is sweet\nand so are you"
    assert heard(alone) == alone.split("\n")


def test_what_is_set_apart_stays_so_when_it_is_cleaned_again() -> None:
    """Without the blank line between them they would be joined: the first gets its full stop."""
    text = "- he came home,\n- and he went to bed. Good\n- night"
    assert clean(text) == clean(clean(text)) == "he came home.\nand he went to bed. Good.\nnight"
