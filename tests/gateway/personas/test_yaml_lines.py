"""YAML is read as far as it is plain data, and what is not is told with its line."""

import pytest

from gateway.personas.yaml_lines import Problem, key_of, read_yaml

ANCHORS = "anchors (&) and aliases (*) are not allowed; write it out, or quote it"
NO_KEYS = "holds no keys; write lines such as `key: value`"
TOO_LARGE = "is not YAML: an escape or a directive in it holds too large a number; correct that line"
TAB = "is not YAML: holds a tab; indent with spaces"
LAUGHS = "a: &a [ha, ha]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (
            "a: [b\nc: d\n",
            1,
            "is not YAML: a [ is not closed, or a comma or quotes are missing in it; close it with ]",
        ),
        ("a: Captain: Jack\n", 1, "is not YAML: holds a second colon; put the value in quotes"),
        ("a b\nc: d\n", 1, "is not YAML: has no colon with a space behind it; write `key: value`"),
        ("a:b\n\nc: d\n", 1, "is not YAML: has no colon with a space behind it; write `key: value`"),
        (
            "a: b\n  c: d\n",
            2,
            "is not YAML: is indented further than the line above, which has a value already; "
            "use as many spaces",
        ),
        (
            "a:\n  b: c\n d: e\n",
            3,
            "is not YAML: is indented differently from the lines it belongs to; use as many spaces as they "
            "have",
        ),
        ('a: "b\nc: d\n', 1, "is not YAML: a quote is not closed; close it in the same line"),
        ("a: @b\n", 1, "is not YAML: a value cannot begin with '@'; put it in quotes"),
        ('a: "b\\q"\n', 1, "is not YAML: \\q means nothing in double quotes; use single ones"),
        (
            "a:\n- b\n-c\nd: e\n",
            3,
            "is not YAML: has no colon, or no space behind its dash; write `key: value` or `- item`",
        ),
        ("a: 'it's'\n", 1, "is not YAML: has text behind a closing quote; put all of it in quotes, or none"),
        ("a: b\n- c\n", 2, "is not YAML: mixes a list with keys; indent each below what it belongs to"),
        ("- a\nb: c\n", 2, "is not YAML: mixes a list with keys; indent each below what it belongs to"),
        ("a: [b]]\n", 1, "is not YAML: has a ] too many; remove it"),
        ("{a: b}}\n", 1, "is not YAML: has a } too many; remove it"),
        ("a: |b\n  c\n", 1, "is not YAML: has text behind | or >; put it on the next line"),
        (
            "a: - b\n",
            1,
            "is not YAML: begins a list behind its key; begin it on the next line, or write [one, two]",
        ),
        ("a: b\n\tc: d\n", 2, TAB),
        ("a: b\nc: \x07\n", 2, "is not YAML: the character U+0007 may not be in it; correct that line"),
        ('a: "\\UFFFFFFFF"', 1, TOO_LARGE),
        ("", 1, NO_KEYS),
        ("# only a comment\n", 1, NO_KEYS),
        ("- a\n", 1, NO_KEYS),
        ("a: b\n---\na: b\n", 2, "holds a second document; keep one, without `---` between"),
        ("a: " + "[" * 20_000, 1, "is nested more than 8 deep; write it flatter"),
        ("a: b\nc: &name d\n", 2, ANCHORS),
        ("a:\n  - *name\n", 2, ANCHORS),
        (LAUGHS, 1, ANCHORS),
    ],
)
def test_what_is_not_plain_yaml_is_refused_as_a_whole(text: str, line: int, why: str) -> None:
    document = read_yaml(text)
    assert document.data is None
    assert document.problems == (Problem(line, "", why),)


def test_what_is_wrong_in_one_place_is_told_there_and_the_rest_is_read() -> None:
    document = read_yaml(
        """a: !!python/name:os.system x
b: 1
b: 2
? [c]
: 3
d: ["x\\ud800"]
e: 4
"""
    )
    assert document.data == {"a": "x", "b": 1, "d": ["x?"], "e": 4}
    assert document.problems == (
        Problem(1, "a", "the tag tag:yaml.org,2002:python/name:os.system is not allowed; remove it"),
        Problem(3, "b", "is given twice, first in line 2; keep one of them"),
        Problem(4, "", "a key must be a word; write `key: value`"),
        Problem(6, "d[0]", "an escape stands for half a character; write the character itself"),
    )


def test_keys_and_dates_are_text_and_numbers_are_numbers() -> None:
    document = read_yaml("no: know\n42: [1, 1.5, yes, ~, 2024-01-01, '1', 1e, !!int x]\n")
    assert document.data == {"no": "know", "42": [1, 1.5, True, None, "2024-01-01", "1", "1e", "x"]}
    assert document.problems == ()


@pytest.mark.parametrize("number", ["9" * 5000, "0x" + "f" * 5000, "0b_", "0x_"])
def test_a_number_that_python_cannot_hold_or_show_stays_text(number: str) -> None:
    document = read_yaml(f"a: {number}")
    assert document.data == {"a": number}


def test_a_location_knows_its_line_or_that_of_the_nearest_key_around_it() -> None:
    document = read_yaml("# first\nvoice:\n  engine: x\nfallbacks:\n  - engine: y\n  -\n    engine: z\n")
    assert document.line(("voice", "engine")) == 3
    assert document.line(("voice", "pitch")) == 2
    assert document.line(("fallbacks", 1, "engine")) == 7
    assert document.line(("name",)) == 2


def test_a_location_is_written_as_a_person_would() -> None:
    assert key_of(("fallbacks", 0, "lexicon", "pie car")) == "fallbacks[0].lexicon.'pie car'"
    assert key_of(()) == ""
