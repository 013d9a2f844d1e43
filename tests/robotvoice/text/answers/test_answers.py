"""Three hundred answers as models give them: each word to be heard is, in its sentence, and nothing else."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from edge_client.personas.known_personas import KnownPersona, KnownPersonas, save_known_personas
from edge_client.settings.settings import Settings
from edge_client.speaking.dry_run import dry_run
from robotvoice.persona import VoiceSpec
from robotvoice.reading_options import Numbers
from robotvoice.text import MAX_SENTENCE, Reading, clean, sentences
from robotvoice.text.numbers import LANGUAGES
from tests.edge_client.conftest import environment, no_process_is_left, robotvoice, settings
from tests.edge_client.rig import Commands
from tests.robotvoice.text.answers.blocks import words
from tests.robotvoice.text.answers.compose import FILE, NUMBER, lines

__all__ = ["environment", "no_process_is_left", "robotvoice", "settings"]

ANSWERS: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text("utf-8").splitlines()]
MARKS = re.compile(
    r"[<>*`\[\]{}|\\_#~^]|\$(?!\d)|https?:|www\.|&\w+;|\(\)"
    r"|\s(?:\.(?![.\w/])|[,;])|  |(?<!\.)\.\s*\.(?![.\w])"
)
"""What would be read as a sign, or shows that something was taken away"""


def language_of(answer: dict[str, Any]) -> str:
    return str(answer["language"])


def expected(answer: dict[str, Any]) -> list[list[str]]:
    return [words(sentence) for sentence in answer["sentences"]]


def as_one(found: list[str], wanted: list[list[str]]) -> list[list[str]]:
    """The words of each; the first sentence may be cut so that it sounds soon."""
    spoken = [words(sentence) for sentence in found]
    if len(spoken) > 1 and spoken[0] + spoken[1] == wanted[0]:
        spoken[:2] = [spoken[0] + spoken[1]]
    return spoken


def test_the_answers_are_many_in_many_languages_and_up_to_date() -> None:
    """They are written by `python -m tests.robotvoice.text.answers.compose`."""
    assert FILE.read_text("utf-8") == lines()
    assert len(ANSWERS) == NUMBER == 300
    assert len({answer["text"] for answer in ANSWERS}) == NUMBER
    spoken = Counter(map(language_of, ANSWERS))
    assert len(spoken) >= 9 and min(spoken.values()) >= 3 and spoken["en"] < 180


@pytest.fixture
def speakers(settings: Callable[..., Settings]) -> Settings:
    """A robot that knows a persona for each language."""
    robot = settings()
    personas = tuple(
        KnownPersona(
            f"p-{language}",
            f"P {language}",
            language,
            "1",
            voices=(VoiceSpec("mlx"),),
            numbers="as_written",
        )
        for language in {language_of(answer) for answer in ANSWERS}
    )
    robot.state_dir.mkdir(parents=True)
    save_known_personas(robot.state_dir, KnownPersonas(personas))
    return robot


async def test_each_answer_is_spoken_word_for_word_in_its_sentences(speakers: Settings) -> None:
    """As `say --dry-run` tells it: case K1, and K9."""
    wrong = {}
    for number, answer in enumerate(ANSWERS, 1):
        told = await dry_run(speakers, answer["text"], f"p-{answer['language']}", file=False)
        given = [line.given[0].text for line in told.sentences]
        if as_one(given, expected(answer)) != expected(answer):
            wrong[f"{number} {answer['name']}"] = given
    assert not wrong


@pytest.mark.parametrize("numbers", ["as_written", "words"])
def test_no_mark_no_tag_and_no_stray_sign_is_left(numbers: Numbers) -> None:
    for answer in ANSWERS:
        reading = Reading(language_of(answer), numbers=numbers)
        for sentence in sentences(answer["text"], reading=reading, limit=10**6):
            assert not MARKS.search(sentence.text)
            assert len(sentence.text) <= MAX_SENTENCE
            kinds = {unicodedata.category(each) for each in sentence.text if each != "°"}
            assert not kinds & {"Cc", "Cf", "Cs", "Co", "So"}, sentence.text


def test_cleaning_an_answer_again_changes_nothing() -> None:
    for answer in ANSWERS:
        reading = Reading(language_of(answer))
        once = clean(answer["text"], 10**6, reading)
        assert clean(once, 10**6, reading) == once
        prepared = sentences(once, prepared=True, reading=reading, limit=10**6)
        spoken = sentences(answer["text"], reading=reading, limit=10**6)
        assert " ".join(each.text for each in prepared) == " ".join(each.text for each in spoken)
        assert sum(each.pause for each in prepared) == sum(each.pause for each in spoken)


def test_numbers_of_answers_are_words_that_stay_as_they_are() -> None:
    left = []
    for answer in ANSWERS:
        reading = Reading(language_of(answer), numbers="words")
        for sentence in sentences(answer["text"], reading=reading, limit=10**6):
            if language_of(answer) in LANGUAGES:
                left += re.findall(r"\S*[0-9]\S*", sentence.text)
            for prepared in (False, True):
                again = sentences(sentence.text, prepared=prepared, reading=reading)
                assert " ".join(each.text for each in again) == sentence.text
    assert not left


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_command_itself_tells_the_same(speakers: Settings, robotvoice: Commands, tmp_path: Path) -> None:
    def told(answer: dict[str, Any]) -> list[str]:
        persona = f"p-{answer['language']}"
        done = robotvoice(
            "say", "--dry-run", "--json", "-", "--persona", persona, stdin=answer["text"].encode()
        )
        assert (done.returncode, done.stderr) == (0, "")
        return [line["given"][0]["text"] for line in json.loads(done.stdout)["sentences"]]

    # All of them take two minutes; what the command calls has told each one above.
    some = ANSWERS[::4]
    with ThreadPoolExecutor(4) as pool:
        for answer, given in zip(some, pool.map(told, some), strict=True):
            assert as_one(given, expected(answer)) == expected(answer), answer["name"]
