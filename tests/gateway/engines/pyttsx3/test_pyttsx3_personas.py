"""A persona may name the voices of the system; what pyttsx3 cannot do is an error that names the key."""

from pathlib import Path

import pytest

from robotvoice.persona import VoiceSpec
from tests.gateway.personas.loading import load_personas

PERSONA = """\
name: Rook
language: en
voice: {{engine: espeak, voice: en}}
fallbacks:
  - {{engine: pyttsx3{}}}
"""
RATE = "give whole words per minute from 80 to 450"
VOLUME = "give a whole number from 0 to 100"


def write(folder: Path, name: str, keys: str) -> Path:
    file = folder / name / "persona.yaml"
    file.parent.mkdir()
    file.write_text(PERSONA.format(keys), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("keys", "spec"),
    [
        ("", VoiceSpec("pyttsx3")),
        (", rate: 150", VoiceSpec("pyttsx3", rate=150)),
        (
            ", voice: com.apple.voice.compact.en-US.Samantha, volume: 80, lexicon: {PiCar: pie car}",
            VoiceSpec(
                "pyttsx3",
                "com.apple.voice.compact.en-US.Samantha",
                volume=80,
                lexicon=(("PiCar", "pie car"),),
            ),
        ),
    ],
)
def test_what_a_file_may_say_arrives(keys: str, spec: VoiceSpec, tmp_path: Path) -> None:
    write(tmp_path, "rook", keys)
    library = load_personas(tmp_path)
    assert library.problems == ()
    assert library.find("rook").fallbacks == (spec,)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        (", pitch: 72", "pitch: engine pyttsx3 has no pitch; remove this"),
        (", pitch:", "pitch: engine pyttsx3 has no pitch; remove this"),
        (", rate: 20", f"rate: 20 cannot be used; {RATE}"),
        (", volume: 150", f"volume: 150 cannot be used; {VOLUME}"),
        (", vois: de", "vois: there is no such key; did you mean voice?"),
        (', voice: "a\\0b"', "voice: holds the control character U+0000; remove it"),
    ],
)
def test_what_it_cannot_do_is_told_with_the_key(keys: str, told: str, tmp_path: Path) -> None:
    write(tmp_path, "good", "")
    file = write(tmp_path, "rook", keys)
    assert load_personas(tmp_path).problems == (f"{file}:5: fallbacks[0].{told}",)
