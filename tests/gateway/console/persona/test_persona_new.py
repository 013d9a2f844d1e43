"""`persona new` makes a persona of a recording: whole or not at all, and never over another."""

import datetime
import hashlib
import shlex
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile

from gateway.cli import main
from gateway.engines.mlx import packages
from gateway.settings.settings import load_settings
from robotvoice.ground.installation import how_to_install
from robotvoice.persona import Consent, VoiceSpec
from tests.gateway.clips.recordings import WORDS, encoded, spoken, with_pauses
from tests.gateway.personas.loading import load_personas

GRANTED = ("--granted-by", "Ada", "--scope", "our robot at home")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for variable in ("ROBOTVOICE_CONFIG", "ROBOTVOICE_PERSONAS", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def personas(home: Path) -> Path:
    """The owner's folder, which is not there yet."""
    return home / ".config" / "robotvoice" / "personas"


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "Recording 1.FLAC"
    path.write_bytes(encoded(spoken(12), format="FLAC"))
    return path


def made(*arguments: str | Path) -> int:
    return main(["persona", "new", *map(str, arguments)])


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_recording_and_its_words_become_a_persona(
    personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made("Café Ada", clip, "--transcript", WORDS, *GRANTED, "--language", "en-GB") == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [f"made {personas / 'cafe-ada'}", "cafe-ada: Café Ada, speaks en-GB"]
    folder = personas / "cafe-ada"
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {stat.S_IMODE(each.stat().st_mode) for each in (personas, folder)} == {0o700}
    library = load_personas(personas)
    assert (library.problems, library.warnings) == ((), ())
    persona = library.find("Café Ada")
    voice = persona.voice.model_voice
    assert voice is not None
    assert voice.transcript == WORDS
    assert voice.reference and voice.reference.name == "reference.flac"
    assert voice.reference.read_bytes() == clip.read_bytes()
    assert persona.fallbacks == (VoiceSpec("espeak", "en"),)
    assert persona.consent == Consent(
        "Ada",
        "Ada",
        "our robot at home",
        date=datetime.date.today().isoformat(),
        clip_sha256=hashlib.sha256(clip.read_bytes()).hexdigest(),
    )


MODEL = "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"
PULL = f"  robotvoice-gateway models pull {MODEL}"
INSTALL = f"  {how_to_install('mlx')}"
SERVE = "  robotvoice-gateway serve     (one that runs takes it into use by itself)"
SAY = "  robotvoice say --persona rook 'Hello, I am Rook.'     (to hear it)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lacks", "steps"),
    [({"mlx", "model"}, [INSTALL, PULL, SERVE, SAY]), ({"model"}, [PULL, SERVE, SAY]), (set(), [SERVE, SAY])],
)
def test_what_to_type_next_is_told_by_what_is_not_here_yet(
    lacks: set[str],
    steps: list[str],
    home: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the order in which it is needed, up to the first words that are heard."""
    monkeypatch.setattr(packages, "PACKAGES", ("json", "no_such_package") if "mlx" in lacks else ("json",))
    monkeypatch.delenv("HF_HOME", raising=False)
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    if "model" not in lacks:
        kept = home / ".cache" / "huggingface" / "hub" / f"models--{MODEL.replace('/', '--')}"
        (kept / "snapshots" / "c0ffee").mkdir(parents=True)
        (kept / "refs").mkdir()
        (kept / "refs" / "main").write_text("c0ffee")
    assert made("Rook", clip, "--transcript", WORDS, *GRANTED) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[said.index("go on with:") + 1 :] == steps
    warned = [line for line in said if line.startswith("warning: no voice that a model makes")]
    assert [INSTALL.strip() in line for line in warned] == [True] * ("mlx" in lacks)


def test_a_folder_of_ones_own_is_named_in_what_to_type(
    tmp_path: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "my personas"
    assert made("Rook", clip, *GRANTED, "--personas", folder) == 0
    assert f"  robotvoice-gateway serve --personas '{folder}'     (one" in capsys.readouterr().out


def test_all_of_a_consent_can_be_given(personas: Path, clip: Path) -> None:
    more = ("--subject", "Tim", "--relationship", "son", "--guardian", "Ada", "--expires", "2999-12-31")
    assert made("Tim", clip, "--transcript", WORDS, *GRANTED, *more) == 0
    consent = load_personas(personas).find("tim").consent
    assert consent is not None
    assert (consent.subject, consent.granted_by, consent.relationship) == ("Tim", "Ada", "son")
    assert (consent.guardian, consent.expires) == ("Ada", "2999-12-31")


def test_the_words_may_be_in_a_file(personas: Path, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "words.md").write_text(f"\ufeff{WORDS}\n", encoding="utf-8")
    assert made("Rook", clip, "--transcript", tmp_path / "words.md", *GRANTED) == 0
    voice = load_personas(personas).find("rook").voice.model_voice
    assert voice is not None and voice.transcript == WORDS


def test_without_words_it_is_made_with_a_warning(
    personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made("Rook", clip, *GRANTED) == 0
    assert "  warning: rook/persona.yaml:6: voice.reference: has no transcript" in capsys.readouterr().out


def test_the_personas_of_the_package_stay(personas: Path, clip: Path) -> None:
    """The owner's folder adds to the package's, and holds no copy."""
    assert made("Rook", clip, *GRANTED) == 0
    assert {path.name for path in personas.iterdir()} == {"rook"}
    library = load_settings().persona_sources.load()
    assert set(library.personas) == {"gremlin", "rook", "spark", "vixen"}


def test_a_folder_that_was_named_holds_nothing_else(tmp_path: Path, clip: Path) -> None:
    assert made("Rook", clip, *GRANTED, "--personas", tmp_path / "mine") == 0
    assert {path.name for path in (tmp_path / "mine").iterdir()} == {"rook"}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Rook", "rook!", "ROOK", "castle"])
def test_nothing_is_ever_overwritten(
    name: str, personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made("Rook", clip, "--transcript", WORDS, *GRANTED) == 0
    file = personas / "rook" / "persona.yaml"
    file.write_text(file.read_text() + "aliases: [castle]\n")
    before = files(personas)
    assert made(name, clip, *GRANTED) == 2
    assert files(personas) == before
    told = capsys.readouterr().err
    assert "is there already; give another name, or remove it first" in told or "rook is called" in told


def test_a_name_of_the_package_is_taken_before_there_is_an_owners_folder(
    personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert made("Data", clip, *GRANTED) == 2
    assert "spark is called 'data' already; give another name" in capsys.readouterr().err
    assert not personas.exists()


@pytest.mark.parametrize(
    ("name", "more", "told"),
    [
        ("Rook", ("--language", "x_x"), "language: 'x_x' is no language known here; write one as de"),
        ("Rook", ("--language", "jp"), "language: 'jp' is no language known here; near: ja (Japanese)"),
        ("Rook", ("--expires", "soon"), "consent.expires: 'soon' is no day; give one as 2026-01-31"),
        ("Rook", ("--expires", "2001-01-01"), "consent.expires: ended with 2001-01-01, so no voice"),
        ("Rook", ("--transcript", " "), "voice.transcript: transcript.txt is empty; write the words"),
        ("Rook", ("--transcript", "gone.txt"), "there is no file gone.txt; name one that is there"),
        ("你好", (), "no id can be made of the name '你好'; give one with letters from a to z or digits"),
    ],
)
def test_what_cannot_be_used_is_told_and_nothing_is_made(
    name: str,
    more: tuple[str, ...],
    told: str,
    personas: Path,
    clip: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert made(name, clip, *GRANTED, *more) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"robotvoice-gateway: {told}")
    assert not (personas / "rook").exists()
    if personas.exists():
        assert not list(personas.iterdir())


def test_a_clip_that_cannot_be_cloned_leaves_no_trace(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "short.wav").write_bytes(encoded(spoken(2)))
    for name, told in (("short.wav", "2.0 s long and needs 3 s"), ("gone.wav", "cannot be read")):
        assert made("Rook", tmp_path / name, *GRANTED) == 2
        assert told in capsys.readouterr().err
    assert not home.exists()


@pytest.mark.parametrize("words", ["it.rtf", "it.docx", "it.srt", "two words of a text"])
def test_a_document_of_words_is_refused_and_a_missing_one_is_no_text(
    words: str, tmp_path: Path, personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B8."""
    if "." in words:
        assert made("Rook", clip, "--transcript", words, *GRANTED) == 2
        assert f"there is no file {words}; name one that is there" in capsys.readouterr().err
    file = tmp_path / words
    file.write_bytes(b"{\\rtf1 " + b"hello " * 2000)
    assert made("Rook", clip, "--transcript", file, *GRANTED) == 2
    assert f"{file} is RTF, as TextEdit and Word save it; save it as plain text" in capsys.readouterr().err
    assert not personas.exists()


def test_words_that_cannot_be_those_of_the_clip_make_no_persona(
    personas: Path, clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B1."""
    assert made("Rook", clip, "--transcript", WORDS * 4, *GRANTED) == 2
    assert "the transcript has about 3.9 times the words that are heard" in capsys.readouterr().err
    assert not personas.exists()


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("/nowhere", "--model: there is no folder /nowhere; "),
        ("./empty", "--model: {here}/empty is empty; "),
        ("qwen", "--model: there is no folder {here}/qwen; "),
    ],
)
def test_a_model_folder_without_a_model_makes_no_persona(
    model: str,
    told: str,
    personas: Path,
    clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """X8: as seen from where it is typed."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    assert made("Rook", clip, "--transcript", WORDS, *GRANTED, "--model", model) == 2
    assert told.format(here=tmp_path) in capsys.readouterr().err
    assert not personas.exists()


def test_a_recording_of_any_length_gets_its_places_to_cut(
    tmp_path: Path, personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """X7: a minute at the rate of a studio is larger than a clip may be."""
    file = tmp_path / "long.wav"
    samples = np.concatenate([with_pauses(20, 4, 9.5, 13), spoken(35)[:, 0]])
    file.write_bytes(encoded(np.repeat(samples[:, None], 2, axis=1), rate=24_000, subtype="FLOAT"))
    assert file.stat().st_size > 10 * 2**20
    assert made("Rook", file, "--transcript", WORDS, *GRANTED) == 2
    assert "the clip is 55.0 s long and may have 15 s; cut it in a pause, at 4, 9.5 or 13 s, and" in (
        capsys.readouterr().err
    )
    assert not personas.exists()


def test_a_recording_that_had_to_be_converted_is_kept_as_what_everybody_reads(
    tmp_path: Path, personas: Path, clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """B2: a stand-in for ffmpeg gives back what it was asked to convert."""
    folder = tmp_path / "tools"
    folder.mkdir()
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\nexec /bin/cat {shlex.quote(str(clip))}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    phone = tmp_path / "New Recording 3.webm"
    phone.write_bytes(b"\x1aE\xdf\xa3 and so on")
    assert made("Rook", phone, "--transcript", WORDS, *GRANTED) == 0
    (persona,) = (each for each in load_personas(personas).personas.values() if each.id == "rook")
    assert persona.voice.model_voice is not None
    reference = persona.voice.model_voice.reference
    assert reference is not None
    assert (reference.name, soundfile.info(reference).frames) == ("reference.wav", 12 * 24_000)
    assert persona.consent is not None
    assert persona.consent.clip_sha256 == hashlib.sha256(reference.read_bytes()).hexdigest()
