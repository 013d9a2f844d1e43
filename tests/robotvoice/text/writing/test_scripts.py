"""A text is taken apart by what it is written in, and loses no more than what a voice cannot read."""
# ruff: noqa: RUF001 (letters that look like others are what this is about)

import pytest

from robotvoice.text.writing.letters import plain_letters
from robotvoice.text.writing.scripts import Legible, Run, legible, runs


def in_latin(run: Run) -> bool:
    return run.scripts <= {"LATIN"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hello.", [("Hello.", "Latin")]),
        ("42", [("42", "")]),
        ("...", [("...", "")]),
        ("42 яблока", [("42 яблока", "Cyrillic")]),
        ("a привет, 42 друга, b", [("a ", "Latin"), ("привет, 42 друга, ", "Cyrillic"), ("b", "Latin")]),
        ("a \"Καλημέρα\" (b).", [("a ", "Latin"), ('"Καλημέρα" ', "Greek"), ("(b).", "Latin")]),
        ("It is 5 μm or π", [("It is 5 μm or π", "Latin")]),
        ("η γάτα", [("η γάτα", "Greek")]),
        ("夜に駆ける", [("夜に駆ける", "Japanese")]),
        ("你好, ありがとう", [("你好, ", "Chinese"), ("ありがとう", "Japanese")]),
        ("我喜欢カタカナ", [("我喜欢", "Chinese"), ("カタカナ", "Japanese")]),
        ("The kanji 夜 (よる)", [("The kanji ", "Latin"), ("夜 ", "Japanese"), ("(よる)", "Japanese")]),
        ("東京 and 東京駅", [("東京 ", "Chinese"), ("and ", "Latin"), ("東京駅", "Japanese")]),
        ("3月5日", [("3月5日", "Chinese")]),
        ("Version 3 של", [("Version", "Latin"), (" 3 ", ""), ("של", "Hebrew")]),
        ("안녕 и привет", [("안녕 ", "Korean"), ("и привет", "Cyrillic")]),
        ("COVID-19は", [("COVID-19", "Latin"), ("は", "Japanese")]),
        ("नमस्ते दुनिया!", [("नमस्ते दुनिया!", "Devanagari")]),
    ],
    ids=ascii,
)  # fmt: skip
def test_a_text_is_taken_apart_by_what_it_is_written_in(text: str, found: list[tuple[str, str]]) -> None:
    assert [(run.text, run.name) for run in runs(text)] == found
    assert "".join(run.text for run in runs(text)) == text


def test_chinese_characters_are_what_the_language_says_where_they_may_be_both() -> None:
    assert [run.name for run in runs("東京")] == ["Chinese"]
    assert [run.name for run in runs("東京", "ja")] == ["Japanese"]
    assert [run.name for run in runs("学生と先生", "zh")] == ["Japanese"]
    assert [run.name for run in runs("東京", "no language")] == ["Chinese"]


@pytest.mark.parametrize(
    ("text", "kept", "left_out"),
    [
        ("Hello.", "Hello.", ()),
        ("Now playing 夜に駆ける by a friend.", "Now playing by a friend.", ("Japanese",)),
        ('He said "Καλημέρα" twice.', "He said twice.", ("Greek",)),
        ("The word (привет), and so on.", "The word, and so on.", ("Cyrillic",)),
        ("Names: Анна, Bob, Иван, and Eve.", "Names: Bob, and Eve.", ("Cyrillic",)),
        ("Do you know 東京?", "Do you know?", ("Chinese",)),
        ("iPhoneом hello, 3.5 or 12:30 да!", "iPhone hello, 3.5 or 12:30!", ("Cyrillic",)),
        ("สวัสดี 안녕 hi 안녕", "hi", ("Thai", "Korean")),
        ("привет!", "", ("Cyrillic",)),
        ("Price: 42 € 東京", "Price: 42 €", ("Chinese",)),
    ],
    ids=ascii,
)
def test_what_cannot_be_read_goes_with_what_only_held_it(
    text: str, kept: str, left_out: tuple[str, ...]
) -> None:
    assert legible(text, in_latin) == Legible(kept, left_out)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ｈｅｌｌｏ ４２！", "hello 42!"),
        ("𝐇𝐞𝐥𝐥𝐨 𝟜𝟚", "Hello 42"),
        ("ﬁsh", "fish"),
        ("٤٢ ४२ ๔๒", "42 42 42"),
        ("ｱﾘｶﾞﾄｳ", "アリガトウ"),
        ("pаypal", "paypal"),
        ("Неllo", "Hello"),
        ("Mосква cмысл", "Москва смысл"),
        ("Αlpha", "Alpha"),
        ("ΔT 5 µm", "ΔT 5 µm"),
        ("iPhoneом", "iPhoneом"),
        ("сор", "сор"),
        ("x² ½ café Łódź", "x² ½ café Łódź"),
        ("Ⅷ", "VIII"),
    ],
)
def test_letters_that_only_look_special_are_plain_ones(written: str, plain: str) -> None:
    assert plain_letters(written) == plain
    assert plain_letters(plain) == plain
