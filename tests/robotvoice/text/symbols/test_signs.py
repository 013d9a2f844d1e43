"""Signs that would be misread are words of the text's language; where it has none here, they stay harmless."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.text import Reading, clean


def read(text: str, language: str = "en") -> str:
    return clean(text, reading=Reading(language))


@pytest.mark.parametrize(
    ("text", "en", "de"),
    [
        ("5 < 6", "5 is less than 6", "5 ist kleiner als 6"),
        ("5<6", "5 is less than 6", "5 ist kleiner als 6"),
        ("x >= 3", "x is greater than or equal to 3", "x ist größer oder gleich 3"),
        ("a<=b", "a is less than or equal to b", "a ist kleiner oder gleich b"),
        ("a != b", "a is not equal to b", "a ist ungleich b"),
        ("x == 3", "x = 3", "x = 3"),
        (
            "3 ≤ 4 ≠ 5",
            "3 is less than or equal to 4 is not equal to 5",
            "3 ist kleiner oder gleich 4 ist ungleich 5",
        ),
        ("A -> B", "A to B", "A nach B"),
        ("a → b → c", "a to b to c", "a nach b nach c"),
        ("so => it", "so so it", "so also it"),
        ("~5 km", "about 5 km", "etwa 5 km"),
        ("≈ 5 km", "about 5 km", "etwa 5 km"),
        ("5 ± 1", "5 plus or minus 1", "5 plus minus 1"),
        ("5 +/- 1", "5 plus or minus 1", "5 plus minus 1"),
        ("3 × 4 ÷ 2", "3 times 4 divided by 2", "3 mal 4 geteilt durch 2"),
        ("2 * 3", "2 times 3", "2 mal 3"),
        ("√9", "the square root of 9", "Wurzel aus 9"),
        ("7 - 2 = 5", "7 minus 2 = 5", "7 minus 2 = 5"),
        ("−5", "minus 5", "minus 5"),
        ("x^2", "x squared", "x zum Quadrat"),
        ("2^10", "2 to the power of 10", "2 hoch 10"),
    ],
)
def test_a_sign_becomes_words(text: str, en: str, de: str) -> None:
    """Case A9."""
    assert (read(text, "en-GB"), read(text, "de_AT")) == (en, de)


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("It takes <5 minutes.", "It takes less than 5 minutes."),
        ("(<5 min, >3 s)", "(less than 5 min, more than 3 s)"),
        ("Open Settings > Audio > Volume.", "Open Settings, Audio, Volume."),
        ("Settings → Audio", "Settings, Audio"),
        ("File -> Save As", "File, Save As"),
        ("I <3 you", "I love you"),
        ("#FFFFFF is white, #food is tasty.", "#FFFFFF is white, food is tasty."),
        ("Yes~ I will~! ~ See ~/notes.", "Yes I will! See ~/notes."),
        ("x | y", "x, y"),
        ("Hello {name}!", "Hello name!"),
        ("He said [the robot] works.", "He said the robot works."),
        ("Write to <bob@example.org>.", "Write to bob@example.org ."),
        ("→ one\n→ two", "one\ntwo"),
        ("and then →", "and then"),
    ],
)
def test_a_sign_that_compares_nothing_is_read_for_what_it_is(text: str, spoken: str) -> None:
    assert read(text) == spoken.replace(" .", ".")


@pytest.mark.parametrize(
    "text",
    [
        "-5 degrees", "C# and C++", "20 °C", "a/b", "AT&T", "5 %", "#1", "snake_case", "f(x, y)", "10:30", "1-2",
        "well-known", "2 + 2 = 4", "a.b@c.de", "--help", "9 to 5", "x > y was said", "“quoted”", "it's",
    ],
)  # fmt: skip
def test_what_is_read_right_anyway_stays(text: str) -> None:
    kept = {"x > y was said": "x is greater than y was said"}
    assert read(text) == kept.get(text, text)


@pytest.mark.parametrize("language", ["ja", "ru", "zh", "ko", "nl"])
def test_where_a_sign_has_no_words_it_does_no_harm(language: str) -> None:
    assert read("5 < 6, 2 ≥ 1", language) == "5 < 6, 2 ≥ 1"
    assert read("A → B -> C", language) == "A, B, C"
    assert read("x^2", language) == "x 2"


def test_without_a_language_signs_stay_as_they_are() -> None:
    text = "5 < 6, a >= b → c, ~5, 2 * 3, x^2"
    assert clean(text) == text
