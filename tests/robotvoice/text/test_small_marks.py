"""Marks of where something was found, faces made of signs, and runs that nobody can pronounce."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.errors import EmptyText
from robotvoice.text import clean


@pytest.mark.parametrize(
    "mark",
    [
        "[1]", " [1]", " [1, 2]", " [1-3]", " [12][13]", "[^1]", " [^note]", "【4:0†notes】", "【1】",
        " 【12†source】", " [citation needed]", " [source]", " (source)", " (Source: WHO)", " (Quelle: WHO 2020)",
        " [doc1]", " [Source 2]", " [p. 5]", "^[2]^", " [1](https://x.org)", " [[3]](https://x.org)",
        " (Smith, 2020)", " (Smith et al., 2020)", " (Smith & Jones 2019, p. 5)", "citeturn0search1",
        " citeturn0search1turn0news2", "\ue200cite\ue202turn0search0\ue201", ":contentReference[oaicite:0]{index=0}",
        "¹", "†", "<sup>1</sup>", "<ref>Smith 2020</ref>", '<ref name="a"/>', "<citation>Smith</citation>",
        " [出典]", " [источник]",
    ],
)  # fmt: skip
def test_where_something_was_found_is_not_spoken(mark: str) -> None:
    """Case A8."""
    assert clean(f"Water boils{mark}.") == "Water boils."
    assert clean(f"Water boils{mark} at sea level.") == "Water boils at sea level."


def test_several_of_them_leave_no_commas() -> None:
    assert clean("It is so [1], [2], [3]. Really [4], yes.") == "It is so. Really, yes."


def test_definitions_of_notes_and_links_are_not_spoken() -> None:
    text = "It is so.[^1] See [this][x].\n\n[^1]: Smith 2020, p. 3\n[x]: https://x.org 'Title'\n\nDone."
    assert clean(text) == "It is so. See this.\nDone."


@pytest.mark.parametrize(
    "text",
    [
        "In 1990 [sic]",
        "the list [a, b]",
        "a year (2020)",
        "[2020] was long",
        "Anna (her sister) came",
        "see 【重要】",
        "5 m²",
    ],
)
def test_other_brackets_are_spoken(text: str) -> None:
    assert clean(text) == text.replace("[", "").replace("]", "")


FACES = r"""
:-) :) :( ;-) :D :P :p :3 :-/ :'( =) xD XD :o :| >:( </3 <3 ^_^ ^^ -_- >_< o_O O.o T_T ;_; UwU \o/ o/ (: ¯\_(ツ)_/¯
(^_^) (^o^) (>_<) (T_T) (-_-) (*_*) (ツ) ʕ•ᴥ•ʔ (◕‿◕) (｡♥‿♥｡) (╯°□°)╯︵┻━┻ (≧▽≦) ヽ(^o^)ノ (・_・;) (づ｡◕‿‿◕｡)づ
(͡°_͡°) ٩(◕‿◕)۶ (ノ◕ヮ◕)ノ ಠ_ಠ ಥ_ಥ (¬_¬) :smile: :thumbs_up: :+1: 😀 👩‍💻
"""


@pytest.mark.parametrize("face", FACES.split())
def test_a_face_is_nothing(face: str) -> None:
    """Case A10."""
    assert clean(f"Well done {face}") == "Well done"
    assert clean(f"Well done {face}\nNext.") == "Well done\nNext."
    with pytest.raises(EmptyText):
        clean(face)


def test_a_face_does_not_tear_its_sentence() -> None:
    assert clean("Hello :-)! I am (^_^) here. Nice:) Really") == "Hello! I am here. Nice Really"


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30:00", "ratio 1:3", "f(x) and (a, b)", "(see:) it", "8) eight", "B) second", "(-1)", "20 °C (°C)",
        "note: this", "D: drive", "a:b:c", "(x)", "(0-0)", "3.0.3", "it's (so)", "0.0", "wow (yes)", "a_b",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_face_is_spoken(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Noooooooooooooooooooo!!! 1", "Nooo!!! 1"),
        ("haaaaaa", "haaa"),
        ("Sooooo coooool", "Sooo coool"),
        ("AAAAAAAH", "AAAH"),
        ("Neeeein, näääää, jaaaa", "Neeein, näää, jaaa"),
        ("Нееееет", "Нееет"),
        ("哈哈哈哈哈哈哈", "哈哈哈"),
        ("ああああああ", "あああ"),
        ("ㅋㅋㅋㅋㅋㅋ", "ㅋㅋㅋ"),
        ("wwwww", "www"),
        ("hahahahahahahaha", "hahaha"),
        ("What!!!!!!", "What!!!"),
        ("What?!?!?!?!", "What?!?"),
        ("Well......... ok", "Well... ok"),
        ("a ======= b", "a b"),
        ("Name: _________", "Name:"),
        ("wait ~~~~~~ now", "wait now"),
        ("$$$$$ and %%%%%", "$$$ and %%%"),
    ],
)
def test_a_run_is_shortened(text: str, spoken: str) -> None:
    """Case A3."""
    assert clean(text) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Schifffahrt", "1000000", "0000", "www", "III", "AAAA batteries", "0xFFFFFFFF", "#ffffff", "Zoo", "Brrr",
        "00ffffff00", "XXXL", "Teeei", "Kaaa", "mississippi", "banana", "couscous", "Wait...", "What?!", "C++",
    ],
)  # fmt: skip
def test_what_is_written_so_stays(text: str) -> None:
    assert clean(text) == text
