"""Numbers as they are written and as they are to be spoken, in tables made by hand: A7."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from robotvoice.text.numbers import LANGUAGES, spoken_numbers

CASES = Path(__file__).with_name("cases")
TABLES = sorted(path.stem for path in CASES.glob("*.txt"))
LEAST = {"de": 200, "en": 200}
"""Cases of a language that is complete"""
LEAST_OF_OTHERS = 15
KEPT = {
    "It is C++17 code.", "See web3.example.com today.", "Open report2.pdf.", "Write to a2@b3.com today.",
    "Siehe web3.example.de heute.", "1번 문제입니다.",
}  # fmt: skip
"""Where a digit is left as it is"""


def cases(table: str) -> Iterator[tuple[str, str]]:
    """Each as written and as spoken."""
    for line in (CASES / f"{table}.txt").read_text(encoding="utf-8").splitlines():
        written, bar, spoken = line.partition(" | ")
        if bar:
            yield written, spoken
        else:
            assert not line or line.startswith("#"), line


@pytest.mark.parametrize("table", TABLES)
def test_every_number_of_the_table_becomes_its_words(table: str) -> None:
    wrong = {
        written: (said, spoken)
        for written, spoken in cases(table)
        if (said := spoken_numbers(written, table)) != spoken
    }
    assert not wrong


@pytest.mark.parametrize("table", TABLES)
def test_words_are_not_written_out_again(table: str) -> None:
    for _, spoken in cases(table):
        assert spoken_numbers(spoken, table) == spoken


@pytest.mark.parametrize("table", TABLES)
def test_no_digit_is_left(table: str) -> None:
    for written, _ in cases(table):
        if written not in KEPT:
            assert not any(map(str.isdigit, spoken_numbers(written, table))), written


def test_there_are_two_hundred_cases_in_english_and_in_german_and_some_in_each_other_language() -> None:
    counts = dict.fromkeys(LANGUAGES, 0)
    for table in TABLES:
        counts[table.partition("-")[0]] += len({written for written, _ in cases(table)})
    assert {code: count for code, count in counts.items() if count < LEAST.get(code, LEAST_OF_OTHERS)} == {}
