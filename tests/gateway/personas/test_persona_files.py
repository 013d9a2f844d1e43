"""Personas are read from their folder, found by any of their names, and known by what they sound like."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.ground.folders import bundled_personas
from gateway.personas.persona_files import PersonaLibrary
from robotvoice.errors import InvalidPersona, UnknownVoice
from robotvoice.http.error_answers import short_body
from robotvoice.persona import Consent, VoiceSpec
from tests.gateway.personas.loading import load_personas

MINIMAL = "name: Rook\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"
OF_A_MODEL = "name: Rook\nlanguage: en\nvoice: {engine: mlx, model: a/model, speaker: Ryan}\n"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(persona: str, text: str = MINIMAL) -> Path:
        folder = tmp_path / persona
        folder.mkdir(exist_ok=True)
        (folder / "persona.yaml").write_text(text, encoding="utf-8")
        return folder / "persona.yaml"

    return write


def refusal(library: PersonaLibrary, name: str) -> str:
    with pytest.raises(UnknownVoice) as caught:
        library.find(name)
    return caught.value.message


def test_the_personas_of_the_package_have_their_voices() -> None:
    library = load_personas(bundled_personas())
    assert library.problems == ()
    assert {p.id: (p.voice, p.aliases) for p in library.personas.values()} == {
        "gremlin": (VoiceSpec("espeak", "en+croak", pitch=20, rate=180), ()),
        "spark": (VoiceSpec("espeak", "en-gb", pitch=95, rate=100), ("data",)),
        "vixen": (VoiceSpec("espeak", "en+f4", pitch=72, rate=135), ()),
    }
    assert all(p.phrases and p.consent for p in library.personas.values())
    assert library.find("Data").id == "spark"


def test_everything_a_file_may_say_arrives(write: Write, tmp_path: Path) -> None:
    write(
        "rook",
        """
name: " Rook "
language: en-GB
aliases: [castle, "42"]
voice: {engine: espeak, voice: en+f4, pitch: 0, rate: 450, volume: 200, lexicon: {no: know, PiCar: pie car}}
fallbacks:
  - engine: espeak
    voice: en
when_unavailable: silent
first_audio_budget: 60
phrases: ["One moment.", "Ünïcode 你好 1"]
consent: {subject: synthetic, granted_by: project, scope: demo}
""",
    )
    rook = load_personas(tmp_path).find("rook")
    assert (rook.id, rook.name, rook.language, rook.aliases) == ("rook", "Rook", "en-GB", ("castle", "42"))
    assert rook.voice == VoiceSpec(
        "espeak", "en+f4", pitch=0, rate=450, volume=200, lexicon=(("no", "know"), ("PiCar", "pie car"))
    )
    assert rook.fallbacks == (VoiceSpec("espeak", "en"),)
    assert (rook.when_unavailable, rook.first_audio_budget) == ("silent", 60.0)
    assert rook.phrases == ("One moment.", "Ünïcode 你好 1")
    assert rook.consent == Consent("synthetic", "project", "demo")


def test_what_is_left_out_has_its_default(write: Write, tmp_path: Path) -> None:
    write("rook")
    rook = load_personas(tmp_path).find("rook")
    assert rook.voice == VoiceSpec("espeak", "en")
    assert (rook.fallbacks, rook.aliases, rook.phrases, rook.consent) == ((), (), (), None)
    assert (rook.when_unavailable, rook.first_audio_budget) == ("substitute", 2.0)


@pytest.mark.parametrize(
    "tag",
    ["en", "en-GB", "zh-Hant-TW", "es-419", "en-GB-x-rp", "en-GB-scotland", "sl-rozaj-biske", "yue"],
)
def test_any_tag_of_a_language_is_taken(tag: str, write: Write, tmp_path: Path) -> None:
    """Also those that eSpeak NG made up."""
    write("rook", MINIMAL.replace("language: en", f"language: {tag}"))
    assert load_personas(tmp_path).find("rook").language == tag


@pytest.mark.parametrize(
    ("written", "tag"),
    [
        ("German", "de"),
        ("deu", "de"),
        ("ger", "de"),
        ("DE", "de"),
        ("de_at", "de-AT"),
        ("en_GB", "en-GB"),
        ("cmn", "zh"),
        ("Portuguese", "pt"),
        ("'no'", "no"),
        ("fil", "tl"),
    ],
)
def test_a_language_is_known_however_it_is_written(
    written: str, tag: str, write: Write, tmp_path: Path
) -> None:
    """X2: the models of a persona are told the same, and its revision is the same."""
    write("rook", OF_A_MODEL.replace("language: en", f"language: {written}"))
    write("king", OF_A_MODEL.replace("language: en", f"language: '{tag}'").replace("Rook", "King"))
    personas = load_personas(tmp_path).personas
    rook = personas["rook"]
    assert rook.language == tag
    assert rook.voice.model_voice is not None
    assert rook.voice.model_voice.language == tag
    assert rook.revision == personas["king"].revision


def test_a_tag_that_is_written_as_it_should_be_keeps_its_revision(write: Write, tmp_path: Path) -> None:
    """Kept sound and recorded phrases stay good for it."""
    write("rook", MINIMAL)
    write("king", MINIMAL.replace("Rook", "King").replace("language: en", "language: en-GB"))
    personas = load_personas(tmp_path).personas
    assert [personas[id].revision for id in ("rook", "king")] == ["e0a8656a1b193833", "72f060f9a606d6dc"]


@pytest.mark.parametrize("name", ["rook", "ROOK", " sir rook ", "Sir Rook", "TOWER", "Straße", "STRASSE"])
def test_a_persona_is_found_by_id_name_or_alias_in_any_case(name: str, write: Write, tmp_path: Path) -> None:
    write("rook", MINIMAL.replace("Rook", "Sir Rook") + "aliases: [tower, straße]\n")
    assert load_personas(tmp_path).find(name).id == "rook"


def test_an_unknown_voice_is_told_with_at_most_two_near_ids_and_all_there_are(
    write: Write, tmp_path: Path
) -> None:
    for persona in ("rook", "rooks", "rooky", "vixen"):
        write(persona, MINIMAL.replace("Rook", persona))
    library = load_personas(tmp_path)
    there = "rook, rooks, rooky, vixen"
    assert refusal(library, "vixn") == f"no voice 'vixn'; did you mean vixen? There are {there}"
    assert refusal(library, "rookk") == f"no voice 'rookk'; did you mean rook or rooky? There are {there}"
    assert refusal(library, "klaus") == f"no voice 'klaus'; there are {there}"
    assert refusal(library, "") == f"no voice ''; there are {there}"


def test_of_many_personas_twelve_are_named_and_where_the_others_are(write: Write, tmp_path: Path) -> None:
    for number in range(14):
        write(f"rook{number:02}", MINIMAL.replace("Rook", f"Rook{number:02}"))
    listed = ", ".join(f"rook{number:02}" for number in range(12))
    said = refusal(load_personas(tmp_path), "klaus")
    assert said == f"no voice 'klaus'; there are {listed}, ... (all: GET /v1/personas)"


@pytest.mark.parametrize(
    "name", ["x" * 9999, "ü" * 79, '"\\' * 30, "\x00\n\ud800", "a" * 32, "b" * 29 + "c" * 51]
)
def test_an_unknown_voice_fits_an_error_body_of_100_bytes(name: str, write: Write, tmp_path: Path) -> None:
    for persona in ("a" * 31, "a" * 30 + "b", "b" * 29):
        write(persona, MINIMAL.replace("Rook", persona))
    message = refusal(load_personas(tmp_path), name)
    assert message.isascii()
    body = short_body(message)
    assert len(body) <= 100
    assert json.loads(body)["error"].startswith("no voice '")


def test_other_files_and_hidden_folders_are_no_personas(write: Write, tmp_path: Path) -> None:
    write("rook")
    for hidden in (".git", "_drafts", "__pycache__"):
        (tmp_path / hidden).mkdir()
    (tmp_path / "README.md").write_text("not a persona")
    (tmp_path / "link.md").symlink_to(tmp_path / "README.md")
    library = load_personas(tmp_path)
    assert (list(library.personas), library.problems) == (["rook"], ())


@pytest.mark.parametrize(
    "change",
    [
        {"language: en": "language: de"},
        {"voice: en}": "voice: en+f4}"},
        {"voice: en}": "voice: en, pitch: 0}"},
        {"voice: en}": "voice: en, lexicon: {a: b}}"},
        {"name:": "fallbacks: [{engine: espeak, voice: en}]\nname:"},
        {"name:": "when_unavailable: silent\nname:"},
    ],
)
def test_the_revision_changes_with_the_sound(change: dict[str, str], write: Write, tmp_path: Path) -> None:
    write("rook")
    before = load_personas(tmp_path).find("rook").revision
    ((old, new),) = change.items()
    write("rook", MINIMAL.replace(old, new))
    assert load_personas(tmp_path).find("rook").revision != before


def test_the_revision_is_the_same_for_the_same_sound_in_every_process(write: Write, tmp_path: Path) -> None:
    write("rook")
    write("king", MINIMAL.replace("Rook", "King") + "aliases: [k]\nphrases: [Hi.]\nfirst_audio_budget: 1\n")
    library = load_personas(tmp_path)
    voice = '{"engine": "espeak", "voice": "en"}'
    canonical = f'{{"language": "en", "voices": [{voice}], "when_unavailable": "substitute"}}'
    expected = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    assert library.find("rook").revision == library.find("king").revision == expected


def test_without_any_persona_the_owner_is_told_what_to_do(write: Write, tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    with pytest.raises(InvalidPersona) as caught:
        load_personas(absent)
    why = "cannot be read (No such file or directory); name one that holds personas"
    assert caught.value.message.splitlines()[1] == f"the personas folder {absent} {why}"
    file = write("rook", "name: Rook\n")
    with pytest.raises(InvalidPersona) as caught:
        load_personas(tmp_path)
    assert caught.value.message.splitlines() == [
        f"no persona in {tmp_path} can be used; add a folder NAME that holds a persona.yaml",
        f"{file}:1: language: is missing; give a language, such as en, en-GB, deu or German",
        f"{file}:1: voice: is missing; give a block such as {{engine: espeak, voice: en-gb}}",
    ]


def test_who_cannot_be_used_only_for_now_is_known_by_id(write: Write, tmp_path: Path) -> None:
    """So that a robot does not take a slip for a farewell."""
    write("good", MINIMAL.replace("Rook", "Good"))
    write("rook", "name: Rook\n")
    write("No id", MINIMAL)
    assert load_personas(tmp_path).unusable == {"rook"}
