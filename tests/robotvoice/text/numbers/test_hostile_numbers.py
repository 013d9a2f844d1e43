"""Numbers that nobody means: very long ones, rows without an end, every sign beside every other."""

# ruff: noqa: RUF001, SIM905 - what is tested is shown as it is written

import itertools
import random
import subprocess
import sys

import pytest

from robotvoice.text.numbers import LANGUAGES, spoken_numbers
from robotvoice.text.numbers.written_out import tongue_of

COMPLETE = ("de", "en")
LONG = 30_000
SIGNS = "0123456789.,:-–/ €$%#'’()xhmsTZ+=*½²º°ABIVXaz\u00a0\u202f"
PIECES = """
1 0 12 1,234 1.234 1␣000 1/2 ½ 7:05 07:05:09 2026-11-21 3/4/2026 21.11.2026 $5 5␣€ -5 +44␣20␣7946␣0018 1e6
v1.2.3 192.168.1.1 40–60 3x4 5␣kg km/h °C % 1st 3. No. Nov Mai VIII Henry R2D2 0x1F '90s 1990er = × # §
""".split()
UNITS = """
1,234 1.234 1,23 1.2 1-1 1-1- 1–1– 1/ 1/2␣ 1: 1:05␣ 1:05-1:06- +1 -␣1␣ $1␣ $ 1€ IV␣ Henry␣V␣ Nov␣1␣ 3.␣Mai␣
3.␣und␣
21.11. 2026-11-21T a1 1a (1)␣ ( 1h1m 1h␣ a@1. a.1. a1.de/ 1_000 1␣000␣ 0␣1␣ +44␣ 1x1x 1␣kg/ 1e1 #1 § No.␣1␣
1st␣ 1'1" 1° ½ 1½ 1² ² 1␣=␣ 1.␣ 1) '90s␣ 0x1 12ab f-1 UTC+1 a
""".split()
"""Each is repeated without end; ␣ stands for a space"""


def spaced(written: str) -> str:
    return written.replace("␣", " ")


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_very_long_number_is_read_digit_by_digit(language: str) -> None:
    said = spoken_numbers("7" * 10_000, language)
    seven = tongue_of(language, "").ones[7]
    assert said.count(seven) == 10_000
    assert not said.replace(seven, "").strip(" ,、，")


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        ("1" + "0" * 33, "one decillion"),
        ("999" + ",999" * 11, "nine hundred ninety-nine decillion"),
        ("1" + ",000" * 12, "one zero zero, zero"),
        ("1234567890", "one two three, four"),
        ("0" * 9, "zero zero zero, zero"),
    ],
)
def test_a_large_number_is_one_as_long_as_there_are_names(digits: str, words: str) -> None:
    assert spoken_numbers(digits, "en").startswith(words)


@pytest.mark.slow
@pytest.mark.timeout(30)
@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_repeats_itself_takes_linear_time(language: str, unit: str) -> None:
    """A pattern that backtracks would take minutes for a text six times as long as a request may be."""
    assert spoken_numbers((spaced(unit) * LONG)[:LONG], language)


@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize("unit", UNITS)
def test_a_text_that_repeats_itself_breaks_nothing(language: str, unit: str) -> None:
    said = spoken_numbers((spaced(unit) * 240)[:240], language)
    assert spoken_numbers(said, language) == said


@pytest.mark.parametrize("language", COMPLETE)
@pytest.mark.parametrize("between", ["", " "])
def test_whatever_stands_beside_whatever_it_is_read_and_then_stays(language: str, between: str) -> None:
    """In other words: no rule fails, and what was written out holds nothing to be written out."""
    check_pairs(language, between)


@pytest.mark.slow
@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("between", ["", " ", "-", ". ", "/", ":"])
def test_whatever_stands_beside_whatever_is_read_in_all_languages(language: str, between: str) -> None:
    check_pairs(language, between)


def check_pairs(language: str, between: str) -> None:
    for first, second in itertools.product(PIECES, PIECES):
        written = spaced(f"{first}{between}{second}")
        said = spoken_numbers(written, language)
        assert spoken_numbers(said, language) == said, written


def test_noise_is_read_and_then_stays() -> None:
    noise = random.Random(7)
    for _ in range(300):
        text = "".join(noise.choices(SIGNS, k=40))
        for language in COMPLETE:
            said = spoken_numbers(text, language)
            assert spoken_numbers(said, language) == said, text


def test_a_text_without_a_number_loads_no_rules() -> None:
    script = (
        "import sys; from robotvoice.text.numbers import spoken_numbers;"
        "spoken_numbers('Where is my screwdriver?', 'en');"
        "print('robotvoice.text.numbers.written_out' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
