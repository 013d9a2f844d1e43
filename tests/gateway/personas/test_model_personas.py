"""A persona may have a voice that a model makes, from a clip and its transcript beside the persona.yaml."""

import hashlib
from pathlib import Path

import pytest

from gateway.api.personas import described
from robotvoice.json_records import write_record
from robotvoice.persona import Persona, VoiceSpec
from tests.gateway.personas.loading import load_personas

CONSENT = "consent: {subject: Ada, granted_by: Ada, scope: home}\n"
CLONED = "{engine: mlx, model: a/model, reference: clip.wav, transcript: words.txt}"
MINIMAL = f"name: Rook\nlanguage: en-GB\nvoice: {CLONED}\n{CONSENT}"
CLIP = b"what is in it is not looked at while personas are read"
GOOD = "name: Good\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"


@pytest.fixture
def rook(tmp_path: Path) -> Path:
    """The folder of a persona that can be used, with all its files."""
    folder = tmp_path / "personas" / "rook"
    good = folder.parent / "good" / "persona.yaml"
    for each in (folder, good.parent):
        each.mkdir(parents=True)
    good.write_text(GOOD)
    (folder / "clip.wav").write_bytes(CLIP)
    (folder / "words.txt").write_text("Now, this is\n  what I said. \n")
    (folder / "persona.yaml").write_text(MINIMAL)
    return folder


def loaded(folder: Path, old: str = "", new: str = "") -> Persona:
    (folder / "persona.yaml").write_text(MINIMAL.replace(old, new) if old else MINIMAL)
    library = load_personas(folder.parent)
    assert library.problems == ()
    return library.find("rook")


def problems(folder: Path, text: str | None = None) -> list[str]:
    """What loading says of rook, while another persona stays usable."""
    if text is not None:
        (folder / "persona.yaml").write_text(text)
    library = load_personas(folder.parent)
    assert list(library.personas) == ["good"]
    return [line.removeprefix(f"{folder / 'persona.yaml'}:") for line in library.problems]


def key(folder: Path, old: str = "", new: str = "") -> str:
    voice = loaded(folder, old, new).voice.model_voice
    assert voice is not None
    return voice.key


def test_a_cloned_voice_arrives_with_its_clip_and_its_words(rook: Path) -> None:
    persona = loaded(rook, "words.txt}", "words.txt, instruct: Whisper., lexicon: {Pi: pie}}")
    voice = persona.voice.model_voice
    assert voice is not None
    assert persona.voice == VoiceSpec("mlx", lexicon=(("Pi", "pie"),), model_voice=voice)
    assert (voice.model, voice.reference) == ("a/model", (rook / "clip.wav").resolve())
    assert (voice.transcript, voice.instruct) == ("Now, this is what I said.", "Whisper.")
    assert (voice.speaker, voice.language, voice.ad_hoc) == (None, "en-GB", False)


def test_a_preset_voice_needs_neither_a_clip_nor_a_consent(rook: Path) -> None:
    text = MINIMAL.replace("reference: clip.wav, transcript: words.txt", "speaker: Vivian")
    (rook / "persona.yaml").write_text(text.replace(CONSENT, ""))
    library = load_personas(rook.parent)
    voice = library.find("rook").voice.model_voice
    assert voice is not None
    assert (voice.speaker, voice.reference, voice.transcript) == ("Vivian", None, None)
    assert (library.problems, library.warnings) == ((), ())


def test_a_clip_without_words_clones_the_timbre_and_that_is_told(rook: Path) -> None:
    persona = loaded(rook, ", transcript: words.txt", "")
    assert persona.voice.model_voice and persona.voice.model_voice.transcript is None
    (warning,) = load_personas(rook.parent).warnings
    assert warning == (
        f"{rook / 'persona.yaml'}:3: voice.reference: has no transcript, so only its timbre is cloned; "
        "write its words into a file and name that as transcript, or say x_vector_only: true"
    )


def test_a_timbre_that_was_asked_for_is_no_reason_to_warn(rook: Path) -> None:
    persona = loaded(rook, "transcript: words.txt", "x_vector_only: true")
    assert persona.voice.model_voice and persona.voice.model_voice.transcript is None
    assert load_personas(rook.parent).warnings == ()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "words.txt is missing; put it there, or remove what names it"),
        (b"", "words.txt is empty; write the words of the clip into it, or remove the key"),
        (b" \n\t ", "words.txt is empty; write the words of the clip into it, or remove the key"),
        (b"\xef\xbb\xbf\n", "words.txt is empty; write the words of the clip into it, or remove the key"),
        (b"...", "words.txt: '...' holds nothing that can be spoken; write words"),
        (b"a\x1bb", "words.txt: holds the control character U+001B; remove it"),
        (b"\xfc", "words.txt is not UTF-8; save it as UTF-8"),
        (b"word " * 1000, "words.txt is larger than 4 KiB; shorten it"),
    ],
)
def test_a_missing_transcript_and_an_empty_one_are_told_apart(
    content: bytes | None, told: str, rook: Path
) -> None:
    (rook / "words.txt").unlink()
    if content is not None:
        (rook / "words.txt").write_bytes(content)
    assert problems(rook) == [f"3: voice.transcript: {told}"]


def test_a_missing_or_enormous_clip_is_told(rook: Path) -> None:
    with (rook / "clip.wav").open("wb") as clip:
        clip.truncate(10 * 2**20 + 1)
    assert problems(rook) == ["3: voice.reference: clip.wav is larger than 10 MB; shorten it"]
    (rook / "clip.wav").unlink()
    missing = "clip.wav is missing; put it there, or remove what names it"
    assert problems(rook) == [f"3: voice.reference: {missing}"]


@pytest.mark.parametrize("name", ["../good/clip.wav", "/etc/passwd", "a/b.wav", "..", ".hidden", "a\\b.wav"])
def test_no_path_leads_out_of_the_personas_folder(name: str, rook: Path) -> None:
    (rook.parent / "good" / "clip.wav").write_bytes(CLIP)
    (told,) = problems(rook, MINIMAL.replace("clip.wav", f"'{name}'"))
    why = "is no file of this folder; put the file here and give its name only"
    assert told == f"3: voice.reference: {name!r} {why}"


@pytest.mark.parametrize("name", ["clip.wav", "words.txt"])
def test_no_symlink_leads_out_of_the_folder_of_personas(name: str, rook: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("secret")
    (rook / name).unlink()
    (rook / name).symlink_to(tmp_path / "outside")
    key = "reference" if name == "clip.wav" else "transcript"
    why = "a symlink leads out of the personas folder; copy into it what it leads to"
    assert problems(rook) == [f"3: voice.{key}: {name} {why}"]


@pytest.mark.parametrize(
    ("voice", "told"),
    [
        (
            "{engine: mlx}",
            "model: is missing; give a model of the Hub, such as "
            "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit, or its folder",
        ),
        (
            "{engine: mlx, model: m, pitch: 3}",
            "pitch: there is no such key; known are engine, lexicon, "
            "reference, x_vector_only, transcript, instruct, model, speaker",
        ),
        ("{engine: mlx, model: m, refrence: a}", "refrence: there is no such key; did you mean reference?"),
        (
            "{engine: mlx, model: m, transcript: words.txt}",
            "transcript: there is no clip it could belong to; add reference, or remove this",
        ),
        (
            "{engine: mlx, model: m, x_vector_only: true}",
            "x_vector_only: there is no clip it could belong to; add reference, or remove this",
        ),
        (
            "{engine: mlx, model: m, reference: clip.wav, transcript: words.txt, x_vector_only: true}",
            "transcript: x_vector_only makes no use of it; remove one of the two",
        ),
        (
            "{engine: mlx, model: m, reference: clip.wav, transcript: }",
            "transcript: names no file; give a name, or remove the key",
        ),
    ],
)
def test_keys_that_do_not_belong_together_are_told_wherever_the_voice_stands(
    voice: str, told: str, rook: Path
) -> None:
    text = f"name: Rook\nlanguage: en\nvoice: {voice}\nfallbacks:\n- {voice}\n{CONSENT}"
    assert problems(rook, text) == [f"3: voice.{told}", f"5: fallbacks[0].{told}"]


def test_a_cloned_voice_may_also_stand_in_for_another(rook: Path) -> None:
    text = f"name: Rook\nlanguage: en\nvoice: {{engine: espeak, voice: en}}\nfallbacks: [{CLONED}]\n"
    (rook / "persona.yaml").write_text(text + CONSENT)
    (fallback,) = load_personas(rook.parent).find("rook").fallbacks
    assert fallback.model_voice and fallback.model_voice.transcript == "Now, this is what I said."
    assert problems(rook, text)[0].startswith("1: consent: is missing; a cloned voice needs the leave")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a/model", "another/model"),
        ("en-GB", "de"),
        (", transcript: words.txt", ""),
        ("words.txt}", "words.txt, speaker: Vivian}"),
        ("words.txt}", "words.txt, instruct: Whisper.}"),
    ],
)
def test_the_key_and_the_revision_change_with_the_sound(old: str, new: str, rook: Path) -> None:
    before, revision = key(rook), loaded(rook).revision
    assert key(rook, old, new) != before
    assert loaded(rook, old, new).revision != revision


@pytest.mark.parametrize("name", ["clip.wav", "words.txt"])
def test_the_key_and_the_revision_change_with_the_files(name: str, rook: Path) -> None:
    before, revision = key(rook), loaded(rook).revision
    (rook / name).write_text("Now, this is something else.")
    assert key(rook) != before
    assert loaded(rook).revision != revision


def test_the_key_and_the_revision_stay_where_the_sound_does(rook: Path) -> None:
    before, revision = key(rook), loaded(rook).revision
    (rook / "other.wav").write_bytes(CLIP)
    assert key(rook, "clip.wav", "other.wav") == before
    assert loaded(rook, "scope: home", "scope: school").revision == revision


def test_nothing_of_a_clip_leaves_the_gateway(rook: Path) -> None:
    text = MINIMAL.replace("scope: home", "scope: home, guardian: Grace, relationship: daughter")
    (rook / "persona.yaml").write_text(text + "fallbacks: [{engine: espeak, voice: en}]\n")
    persona = load_personas(rook.parent).find("rook")
    told = described(persona)
    assert told["local_voices"] == [write_record(VoiceSpec("espeak", "en"))]
    assert told["consent_until"] is None and "consent" not in told
    digest = hashlib.sha256(CLIP).hexdigest()
    for secret in (str(rook), "clip.wav", "words.txt", "what I said", "a/model", digest, "Grace", "Ada"):
        assert secret not in str(told)
