"""A file is found however its name is spelled, and where none is, its near names are told."""

import unicodedata
from pathlib import Path

import pytest

from tests.gateway.clips.recordings import WORDS, encoded, spoken
from tests.gateway.personas.loading import MINIMAL, load_personas, persona, problems_of

CLONED = (
    "name: Nova\nlanguage: en\nvoice: {engine: mlx, model: a/model, reference: CLIP, transcript: words.txt}\n"
    "consent: {subject: a, granted_by: a, scope: home}\n"
)
NAME = "Müller Ä だ.wav"


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("written", ["NFC", "NFD"])
def test_a_name_with_marks_is_found_in_either_spelling(on_disk: str, written: str, tmp_path: Path) -> None:
    """B7: macOS and what comes from there writes a letter and its mark apart."""
    spelling = {"NFC": unicodedata.normalize("NFC", NAME), "NFD": unicodedata.normalize("NFD", NAME)}
    persona(tmp_path, "nova", CLONED.replace("CLIP", f'"{spelling[written]}"'))
    (tmp_path / "nova" / spelling[on_disk]).write_bytes(encoded(spoken(3)))
    (tmp_path / "nova" / "words.txt").write_text(WORDS)
    voice = load_personas(tmp_path).personas["nova"].voice.model_voice
    assert voice is not None
    assert voice.reference is not None
    assert voice.reference.is_file()


@pytest.mark.parametrize(
    ("written", "there", "told"),
    [
        ("clip.wav", "Clip.WAV", "clip.wav is missing; did you mean Clip.WAV?"),
        ("clip.wav", "clip.wave", "clip.wav is missing; did you mean clip.wave?"),
        ("clip.wav", "notes.md", "clip.wav is missing; put it there, or remove what names it"),
    ],
)
def test_of_a_missing_file_near_names_are_told(written: str, there: str, told: str, tmp_path: Path) -> None:
    file = persona(tmp_path, "nova", CLONED.replace("CLIP", written))
    (tmp_path / "nova" / there).write_bytes(b"x")
    (tmp_path / "nova" / "words.txt").write_text(WORDS)
    assert problems_of(tmp_path) == [f"{file}:3: voice.reference: {told}"]


@pytest.mark.parametrize(
    "name",
    ["persona.yml", "Persona.yaml", "PERSONA.YAML", "persona.yaml.txt", "persona.yml.rtf", "nova.yaml"],
)
def test_a_persona_file_of_another_name_is_told_with_what_to_rename(name: str, tmp_path: Path) -> None:
    """B7."""
    (tmp_path / "nova").mkdir()
    (tmp_path / "nova" / name).write_text(MINIMAL)
    expected = f"{tmp_path / 'nova' / 'persona.yaml'}:1: file: is missing; rename {name} to persona.yaml"
    assert problems_of(tmp_path) == [expected]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{\\rtf1 " + b"hello " * 900 + b"}", "is RTF, as TextEdit and Word save it; save it as plain text"),
        (b"PK\x03\x04" + bytes(9000), "is a Word, Pages or OpenDocument file; save it as plain text"),
        (b"1\n00:00:01,000 --> 00:00:02,000\nHello.\n", "is a file of subtitles (SRT); save it as plain"),
        (b"<html>hello</html>", "is HTML; save it as plain text"),
    ],
)
def test_a_transcript_that_is_a_document_makes_its_persona_a_problem(
    content: bytes, told: str, tmp_path: Path
) -> None:
    """B8: however long the document is."""
    persona(tmp_path, "nova", CLONED.replace("CLIP", "clip.wav"))
    (tmp_path / "nova" / "clip.wav").write_bytes(encoded(spoken(3)))
    (tmp_path / "nova" / "words.txt").write_bytes(content)
    (found,) = problems_of(tmp_path)
    assert f": voice.transcript: words.txt {told}" in found


def test_marks_in_a_transcript_are_a_warning_with_their_line(tmp_path: Path) -> None:
    file = persona(tmp_path, "nova", CLONED.replace("CLIP", "clip.wav"))
    (tmp_path / "nova" / "clip.wav").write_bytes(encoded(spoken(3)))
    (tmp_path / "nova" / "words.txt").write_text("Hello.\n[Speaker 2]: And you?\n")
    told = "words.txt: line 2 holds the name of a speaker, which nobody says in the clip; leave only what"
    assert load_personas(tmp_path).warnings == (f"{file}:3: voice.transcript: {told} is heard",)
