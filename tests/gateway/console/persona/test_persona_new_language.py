"""`persona new` knows a language however it is written, and what reads it while the model is away."""

from pathlib import Path

import pytest

from gateway.cli import main
from robotvoice.persona import VoiceSpec
from tests.gateway.clips.recordings import WORDS, encoded, spoken
from tests.gateway.personas.loading import load_personas


@pytest.fixture(autouse=True)
def personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The owner's folder, which is not there yet."""
    for variable in ("ROBOTVOICE_CONFIG", "ROBOTVOICE_PERSONAS", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".config" / "robotvoice" / "personas"


def made(tmp_path: Path, language: str) -> int:
    clip = tmp_path / "clip.flac"
    clip.write_bytes(encoded(spoken(12), format="FLAC"))
    granted = ("--granted-by", "Ada", "--scope", "our robot at home")
    words = ("--transcript", WORDS, "--language", language)
    return main(["persona", "new", "Nova", str(clip), *words, *granted])


@pytest.mark.parametrize(
    ("written", "tag", "voice"),
    [
        ("deu", "de", "de"),
        ("pt_BR", "pt-BR", "pt-br"),
    ],
)
def test_a_new_persona_s_fallback_is_a_voice_that_there_is(
    written: str, tag: str, voice: str, personas: Path, tmp_path: Path
) -> None:
    """Y3."""
    assert made(tmp_path, written) == 0
    nova = load_personas(personas).find("nova")
    assert (nova.language, nova.fallbacks) == (tag, (VoiceSpec("espeak", voice),))


def test_a_language_without_a_voice_gets_the_nearest_and_its_owner_is_told(
    personas: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Y3."""
    assert made(tmp_path, "fil") == 0
    assert load_personas(personas).find("nova").fallbacks == (VoiceSpec("espeak", "id"),)
    said = capsys.readouterr().out
    assert "eSpeak NG has no voice for Tagalog, so while the model is away id (Indonesian)" in said
    assert "say voice:" not in said, "there is none"
