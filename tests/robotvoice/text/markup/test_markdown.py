"""Markup is read as a person would read it."""

# ruff: noqa: RUF001 - other alphabets are what is tested

import pytest

from robotvoice.text import clean


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "2*3*4 and 2**3**4",
        "5 * 3",
        "-5 degrees",
        "--help",
        "3 < 4 and 5 > 2",
        "a<b and b>c",
        "I <3 you",
        "snake_case_name",
        "a_b",
        "f(*args, **kwargs)",
        "C# and #1",
        "$5 and 5 € ± ½",
        "20 °C © 2020 ™",
        "x | y",
        "1. First\n2) Second",
        "שלום עולם",
        "مرحبا بالعالم",
        "می\u200cخواهم",
        "क्\u200dष",
        "東京に行きます。５㎏です。",
    ],
)
def test_leaves_what_only_looks_like_markup_unharmed(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize(
    ("markup", "spoken"),
    [
        ("# Weather #\n## I like C#", "Weather\nI like C#"),
        ("Title\n=====\ntext\n\n* * *\n\nend", "Title\ntext\nend"),
        ("- one\n* two\n+ three\n  - [x] four", "one\ntwo\nthree\nfour"),
        ("> quoted\n> > twice", "quoted\ntwice"),
        ("**bold**, *it*, ***both***, __bold__, _it_, ~~gone~~", "bold, it, both, bold, it, gone"),
        ("**bold *and* more**", "bold and more"),
        ("これは**重要**です。", "これは重要です。"),
        (r"\*stars\* and snake\_case", "stars and snake_case"),
        ("Use `robot.say(x)` now", "Use robot.say(x) now"),
        ("Look:\n```python\nprint('x')\n```\nDone.", "Look:\nDone."),
        ("Look:\n~~~\n```\n~~~\nDone.", "Look:\nDone."),
        ("```\nnever closed", "never closed"),
        ("[the label](https://a.org/b_(c)) ok", "the label ok"),
        ("[![alt text](i.png)](https://a.org)", "alt text"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |\nafter", "a, b\n1, 2\nafter"),
        ("a | b\n--|--\n1 | 2\n\nx | y", "a, b\n1, 2\nx | y"),
        ("<p>One<br/>two <b>three</b></p><!-- no -->", "One\ntwo three"),
        ('<a href="https://a.org">here</a> <a href=https://a.org>there</a>', "here there"),
        ("AT&amp;T, 3 &lt; 4", "AT&T, 3 < 4"),
    ],
)
def test_reads_markup_as_a_person_would(markup: str, spoken: str) -> None:
    assert clean(markup) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("See https://www.example.com/a_b?x=1. Then", "See example.com. Then"),
        ("Write to [us](mailto:a@b.org) or <mailto:c@d.org>.", "Write to us or c@d.org."),
        (":::note\nCareful!\n:::", "Careful!"),
        ("> [!NOTE]\n> It is new.", "Note:\nIt is new."),
        ("[TOC]\n\nIt is ++new++ and ^high^, C++ is not.", "It is new and high, C++ is not."),
        ("Press ⌘+C.", "Press Command +C."),
        ("(http://192.168.1.5:7860/health)", "(192.168.1.5)"),
        ("WWW.example.com/x, or <HTTPS://b.org/c>", "example.com, or b.org"),
        ("https://name:secret@example.com/", "example.com"),
        ("詳しくはhttps://example.com/aをみて。", "詳しくはexample.comをみて。"),
    ],
)
def test_reads_an_address_as_its_host(text: str, spoken: str) -> None:
    assert clean(text) == spoken
