"""Numbers of a text become words once, in front of every engine; a persona or a lexicon may say no."""

from pathlib import Path

import pytest

from robotvoice.persona import Persona, VoiceSpec, numbers_named
from robotvoice.text import MAX_SENTENCE, Reading, apply_lexicon, sentences
from tests.robotvoice.text.numbers.test_number_tables import TABLES, cases

PAGE = Path(__file__).parents[4].joinpath("docs/numbers.md").read_text("utf-8")


def read(text: str, language: str = "en", named: tuple[str, ...] = ()) -> list[str]:
    reading = Reading(language, numbers="words", named=named)
    return [sentence.text for sentence in sentences(text, reading=reading)]


@pytest.mark.parametrize("table", TABLES)
def test_a_number_neither_ends_a_sentence_nor_changes_on_its_way(table: str) -> None:
    """Case A7: each case of the tables is one sentence, for the robot and for the gateway it sends it to."""
    for written, spoken in cases(table):
        reading = Reading(table, numbers="words")
        said = read(written, table)
        assert " ".join(said) == spoken
        assert len(said) == len(sentences(written, reading=Reading(table)))
        for each in said:
            assert [again.text for again in sentences(each, prepared=True, reading=reading)] == [each]


def test_the_line_of_the_report_is_read_alike_by_all() -> None:
    """Case A7."""
    text = "Ring 020 7946 0018, $1,234.50, 40–60°C, 2026-11-21."  # noqa: RUF001 - a dash as it is typed
    said = sentences(text, reading=Persona("p", "P", "en", VoiceSpec("mlx")).reading)
    assert [each.text for each in said] == [
        "Ring zero two zero, seven nine four six, zero zero one eight, one thousand two hundred thirty-four "
        "dollars fifty,",
        "forty to sixty degrees Celsius, the twenty-first of November twenty twenty-six.",
    ]


@pytest.mark.parametrize(
    "before", ["Ring", "You can always ring", "If there is anything that you need then ring"]
)
def test_a_cut_for_a_sound_that_comes_soon_goes_through_no_number(before: str) -> None:
    told = "and ask there for the big box of screws that somebody left beside the door last week"
    first, second = read(f"{before} 020 7946 0018 before Thursday {told}, then come.")
    assert first.startswith(f"{before} zero two zero, seven nine four six, zero zero one eight")
    assert second.endswith("last week, then come.")


def test_a_prepared_text_is_as_its_sender_wants_it() -> None:
    reading = Reading("en", numbers="words")
    assert [each.text for each in sentences("At 7:05.", prepared=True, reading=reading)] == ["At 7:05."]


def test_a_persona_may_leave_its_numbers_to_the_engines() -> None:
    assert Persona("p", "P", "en", VoiceSpec("espeak")).reading.numbers == "words"
    persona = Persona("p", "P", "en", VoiceSpec("espeak"), numbers="as_written")
    assert [each.text for each in sentences("At 7:05.", reading=persona.reading)] == ["At 7:05."]


def test_words_that_a_lexicon_names_stay_for_it_and_for_nothing_else() -> None:
    lexicon = (("PiCar-X 2", "pie car x two"), ("404", "four oh four"), ("r2d2", "artoo"), ("km", "clicks"))
    persona = Persona("p", "P", "en", VoiceSpec("mlx", lexicon=lexicon), (VoiceSpec("espeak"),))
    assert numbers_named(persona.voices) == ("PiCar-X 2", "404", "r2d2")
    (said,) = sentences("PiCar-X 2, R2D2, 404 and 4040 at 5 km.", reading=persona.reading)
    assert said.text == "PiCar-X 2, R2D2, 404 and four thousand forty at five kilometers."
    spoken = apply_lexicon(said.text, persona.voice.lexicon)
    assert spoken == "pie car x two, artoo, four oh four and four thousand forty at five kilometers."


def test_words_need_more_room_than_digits_and_nothing_is_lost_of_them() -> None:
    text = "Then " + " ".join(["1234567"] * 25) + " end."
    assert len(text) < MAX_SENTENCE
    said = read(text)
    assert all(len(each) <= MAX_SENTENCE for each in said)
    assert len(said) > 1
    million = "one million two hundred thirty-four thousand five hundred sixty-seven"
    assert " ".join(said) == "Then " + " ".join([million] * 25) + " end."


def test_as_many_characters_as_before_may_be_asked_for() -> None:
    """The limit is for what is sent, not for the words that come of it."""
    assert sum(map(len, read("99 " * 1600))) > 5_000


@pytest.mark.parametrize(
    "text", ["It is 3.5.", "Am 3. Mai.", "v1.2.3", "Nr. 5", "At 7 p.m. we go.", "1. Go."]
)
def test_no_full_stop_of_a_number_ends_a_sentence(text: str) -> None:
    assert len(read(text)) == len(read(text, "de")) == 1


def test_pauses_and_lines_stay() -> None:
    assert read("Take 3.\n[pause 2s]\nThen 4.\n5 more.") == ["Take three.", "Then four.", "five more."]


def test_what_the_page_shows_is_so() -> None:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
    assert len(rows) >= 40
    for written, language, spoken in rows:
        assert read(written.strip("`"), language) == [spoken.strip("`")], written
