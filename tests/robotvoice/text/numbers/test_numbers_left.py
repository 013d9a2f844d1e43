"""What is not a number to be read, though it holds digits or looks like one."""

# ruff: noqa: RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.text.numbers import spoken_numbers

WORDS = (
    "There is no number in this, only one.", "I am here, and so is he.", "Vitamin C, plan V and an IV drip.",
    "Mix and MIX, DIM and LI, a CV and an XL shirt.", "It is 'fine', isn't it?", "C++ and C# and F#.",
    "", " ", "-", "...", "$", "€ and £", "#", "§", "No.", "No. I will not.", "Nov. or May", "a/b", "±", "°C",
    "½-hearted"[1:], "Malcolm X spoke.", "Henry, I think so.", "e.g. this, i.e. that",
)  # fmt: skip


@pytest.mark.parametrize("text", WORDS)
def test_words_are_never_changed(text: str) -> None:
    assert spoken_numbers(text, "en") == text


@pytest.mark.parametrize(
    "text",
    [
        "C++17", "See web3.example.com.", "https://web3.example.com/a1?b=2", "a2@b3.com", "report2.pdf",
        "robot-7.local", "1.pool.ntp.org", "163.com",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "de"])
def test_names_of_machines_files_and_people_at_machines_stay(text: str, language: str) -> None:
    assert spoken_numbers(text, language) == text


@pytest.mark.parametrize("language", ["sv", "nl", "pl", "ar", "yue", "", "tlh"])
def test_a_language_without_rules_keeps_its_digits(language: str) -> None:
    assert spoken_numbers("Den 3 maj 2026 klockan 19.30.", language) == "Den 3 maj 2026 klockan 19.30."


@pytest.mark.parametrize("tag", ["en", "EN", "en_GB", "en-GB", "en-Latn-GB", "en-GB-oxendict"])
def test_a_tag_may_have_more_than_a_language(tag: str) -> None:
    assert spoken_numbers("I have 3.", tag) == "I have three."


@pytest.mark.parametrize("text", ["我有3个苹果", "上午 7:05", "Это 3 книги", "٣ كتب 3"])
def test_a_number_beside_letters_that_the_language_does_not_have_stays(text: str) -> None:
    assert spoken_numbers(text, "en") == text


def test_a_number_is_read_in_the_middle_of_a_text_in_other_letters_of_its_own() -> None:
    assert spoken_numbers("我 said 3 words, 5 µm and 10 Ω.", "en") == (
        "我 said three words, five micrometers and ten ohms."
    )


def test_what_somebody_asks_to_be_kept_is_kept_and_all_beside_it_is_read() -> None:
    text = "PiCar-X 2 has 2 wheels, R2D2 has 3."
    spans = [(0, 9), (24, 28)]
    assert spoken_numbers(text, "en", spans) == "PiCar-X 2 has two wheels, R2D2 has three."
    assert spoken_numbers("Take 3 4 5.", "en", [(5, 6)]) == "Take 3 four five."


def test_digits_of_other_widths_are_digits() -> None:
    assert spoken_numbers("３ men and CO₂", "en") == "three men and C O two"


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("3 May", "the third of May"),
        ("$5", "five dollars"),
        ("-5", "minus five"),
        ("5kg", "five kilograms"),
        ("(3)", "(three)"),
        ('"3"', '"three"'),
        ("3,", "three,"),
        ("3", "three"),
        ("a 3-b", "a three-b"),
    ],
)
def test_words_are_set_apart_from_what_stands_beside(text: str, spoken: str) -> None:
    assert spoken_numbers(text, "en") == spoken
