"""A robot knows its personas before it ever saw a gateway, and then as the last gateway described them."""

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge_client.personas.known_personas import (
    FILE_NAME,
    LARGEST_FILE,
    load_known_personas,
    read_known_personas,
    save_known_personas,
)
from robotvoice.errors import InvalidMessage
from robotvoice.persona import VoiceSpec
from tests.fakes.fake_gateway import PERSONAS

ADA = PERSONAS[1]
ANSWER = {"personas": [*PERSONAS]}


def with_voice(**changes: Any) -> dict[str, Any]:
    return {"personas": [{**ADA, "local_voices": [{"engine": "espeak", **changes}]}]}


def test_before_a_gateway_was_seen_the_shipped_personas_are_right(tmp_path: Path) -> None:
    """Each with the voice that its own file gives it."""
    known = load_known_personas(tmp_path / "nowhere")
    assert {each.id: each.local_voices for each in known.personas} == {
        "gremlin": (VoiceSpec("espeak", "en+croak", 20, 180),),
        "spark": (VoiceSpec("espeak", "en-gb", 95, 100),),
        "vixen": (VoiceSpec("espeak", "en+f4", 72, 135),),
    }


def test_what_was_learned_is_there_for_the_next_command(tmp_path: Path) -> None:
    """With its lexicon, its phrases, and in place of what was shipped."""
    lexicon = [["PiCar", "pie car"], ["Obi", "Obee"]]
    answer = with_voice(voice="en+f2", pitch=40, volume=90, lexicon=lexicon)
    answer["personas"][0]["phrases"] = ["Ready when you are."]
    learned = read_known_personas(answer)
    save_known_personas(tmp_path / "state", learned)
    assert load_known_personas(tmp_path / "state") == learned
    assert learned.personas[0].local_voices[0].lexicon == (("PiCar", "pie car"), ("Obi", "Obee"))


@pytest.mark.parametrize("name", ["ada", "ADA", "Ada L.", "ada l.", "Countess"])
def test_a_persona_is_found_by_any_of_its_names(name: str) -> None:
    found = read_known_personas(ANSWER).find(name)
    assert found is not None
    assert found.id == "ada"


def test_an_unknown_name_is_told_with_those_there_are() -> None:
    known = read_known_personas(ANSWER)
    assert known.find("nobody") is None
    assert (
        known.unknown("Vixxen").message
        == "there is no persona 'Vixxen'; did you mean vixen? There are vixen, ada"
    )
    assert known.unknown("nobody").message == "there is no persona 'nobody'; there are vixen, ada"


def test_a_voice_that_needs_what_this_robot_does_not_have_is_left_out() -> None:
    """A newer gateway may know more engines; the persona and its other voices stay."""
    voices = [{"engine": "piper", "voice": "amy"}, {"engine": "espeak", "voice": "en+f2"}]
    known = read_known_personas({"personas": [{**ADA, "local_voices": voices, "mood": "good"}]})
    assert known.personas[0].local_voices == (VoiceSpec("espeak", "en+f2"),)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({}, (2.0, 12.0)),
        ({"first_audio_budget": 10, "whole_answer_budget": 40.5}, (10.0, 40.5)),
        ({"first_audio_budget": 0, "whole_answer_budget": -1}, (0.05, 0.05)),
        ({"first_audio_budget": 1e9, "whole_answer_budget": 1e9}, (600.0, 600.0)),
    ],
    ids=["an older gateway", "a slow machine", "too little", "too much"],
)
def test_how_long_its_gateway_may_take_is_the_personas_business(
    told: dict[str, float], kept: tuple[float, float]
) -> None:
    (ada,) = read_known_personas({"personas": [{**ADA, **told}]}).personas
    assert (ada.first_audio_budget, ada.whole_answer_budget) == kept


NO_ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "personas must be a list"),
    "no list": ({"personas": "vixen"}, "personas must be a list"),
    "nobody": ({"personas": []}, "at least one"),
    "names only": ({"personas": ["vixen"]}, "must hold objects"),
    "no id": ({"personas": [{"name": "Vixen"}]}, "id is missing"),
    "an id that is a path": ({"personas": [{**ADA, "id": "../../etc/passwd"}]}, "cannot be the id"),
    "an id that steers a terminal": ({"personas": [{**ADA, "id": "\x1b[2J"}]}, "cannot be the id"),
    "a pitch that is a word": (with_voice(pitch="high"), r"local_voices\[0\]\.pitch must be a whole number"),
    "a lexicon of words": (with_voice(lexicon=["PiCar"]), r"lexicon\[0\] must be a list"),
}


@pytest.mark.parametrize("case", NO_ANSWERS)
def test_what_is_no_list_of_personas_is_refused_by_field(case: str) -> None:
    answer, message = NO_ANSWERS[case]
    with pytest.raises(InvalidMessage, match=message):
        read_known_personas(answer)


def write(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


BROKEN: dict[str, Callable[[Path], object]] = {
    "empty": write(b""),
    "noise": write(b"\xff\x00\xfe"),
    "cut off": write(json.dumps(ANSWER).encode()[:-9]),
    "a list": write(b"[1, 2]"),
    "null": write(b"null"),
    "deep": write(b"[" * 20_000),
    "huge numbers": write(b'{"personas": [{"pitch": ' + b"9" * 5000 + b"}]}"),
    "too large": write(b" " * (LARGEST_FILE + 1)),
    "hostile": write(json.dumps({"personas": [{**ADA, "id": "; rm -rf ~"}]}).encode()),
    "a folder": Path.mkdir,
    "a pipe nobody writes to": os.mkfifo,
    "without an end": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_used_brings_back_the_shipped_personas(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    BROKEN[case](tmp_path / FILE_NAME)
    assert load_known_personas(tmp_path) == load_known_personas(tmp_path / "nowhere")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_folder_that_takes_no_files_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    save_known_personas(tmp_path / "file" / "state", read_known_personas(ANSWER))
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ({"volume": 10**6, "rate": 10**9, "pitch": 2**70}, (99, 450, 200)),
        ({"volume": -1, "rate": 0, "pitch": -(2**70)}, (0, 80, 0)),
        ({"volume": 90, "rate": 120, "pitch": 40}, (40, 120, 90)),
        ({}, (None, None, None)),
    ],
)
def test_no_gateway_makes_the_robot_shout_or_fall_silent(
    told: dict[str, int], taken: tuple[int | None, ...]
) -> None:
    voice = read_known_personas(with_voice(**told)).personas[0].local_voices[0]
    assert (voice.pitch, voice.rate, voice.volume) == taken


def test_a_neural_voice_is_known_within_its_bounds_and_in_its_personas_language() -> None:
    voice = {"engine": "hibari", "semitones": -40, "speed": 1.1}
    (ada,) = read_known_personas({"personas": [{**ADA, "language": "de", "local_voices": [voice]}]}).personas
    assert ada.local_voices == (VoiceSpec("hibari", semitones=-6.0, speed=1.1, language="de"),)
