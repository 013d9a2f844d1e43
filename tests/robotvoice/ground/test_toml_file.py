"""What is wrong in a file of settings is told with its line, and with what to write instead."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robotvoice.ground.toml_file import read_toml

MEANT = {
    "device = plughw:1": 'put it in quotes: device = "plughw:1"',
    "gateway = 192.168.1.20": 'put it in quotes: gateway = "192.168.1.20"',
    "gateway = mac.local:7860 # the Mac": 'put it in quotes: gateway = "mac.local:7860"',
    "before = sudo -n amp": 'put it in quotes: before = "sudo -n amp"',
    "state_dir = ~/robot": 'put it in quotes: state_dir = "~/robot"',
    "personas = C:\\\\me": "put it in quotes: personas = 'C:\\\\me'",
    "device: plughw:1": 'write = in place of the colon: device = "plughw:1"',
    "lan: yes": "write = in place of the colon: lan = true",
    "volume: 70": "write = in place of the colon: volume = 70",
    "persona = \u201cspark\u201d": 'use straight quotes: persona = "spark"',
    "lan = yes": "write true or false, in small letters: lan = true",
    "mdns = False": "write true or false, in small letters: mdns = false",
    "volume = 070": "leave out the zeros in front: volume = 70",
    "volume = 70%": "write the number alone, or put it in quotes: volume = 70",
    "connect_timeout = 0,5": "write a point: connect_timeout = 0.5",
    'name = "den': 'close the quotes: name = "den"',
    'name == "den"': 'write one =: name = "den"',
    "name =": "give it a value, or remove the line",
}


@pytest.mark.parametrize("line", MEANT)
def test_a_line_is_told_as_it_was_most_likely_meant(line: str) -> None:
    told, mistakes = read_toml(f"first = 1\n{line}\nlast = 2\n")
    assert told == {"first": 1, "last": 2}
    assert mistakes == [f"line 2: `{line}`: {MEANT[line]}"]
    meant = MEANT[line].rpartition(": ")[2] if " = " in MEANT[line] else "x = 1"
    assert tomllib.loads(meant)


def test_every_mistake_is_told_and_what_can_be_read_is_read() -> None:
    text = "a = 1\nb = x\nb = 2\nb = 3\n[table\n[upstreams.good]\nurl = http://x\nkey = true"
    told, mistakes = read_toml(text)
    assert told == {"a": 1, "b": 2, "upstreams": {"good": {"key": True}}}
    assert [each.partition(":")[0] for each in mistakes] == ["line 2", "line 4", "line 5", "line 7"]
    assert "b is set more than once" in mistakes[1]


BROKEN = ["a = " + "[" * 5000, "a = '''\nb\nc", "a = [\n1,\n2", "= 1", "\0\x1b[2J", "a = " + "9" * 5000]


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_line_by_itself_comes_to_an_end_and_to_no_terminal(text: str) -> None:
    _, mistakes = read_toml(text)
    assert mistakes and all(each.isprintable() and len(each) < 300 for each in mistakes)


@given(st.text(max_size=60))
def test_it_never_breaks_and_agrees_with_the_parser_where_there_is_no_mistake(text: str) -> None:
    told, mistakes = read_toml(text)
    if not mistakes:
        assert told == tomllib.loads(text)
