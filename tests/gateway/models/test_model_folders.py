"""The key `model` means the folder its writer meant, and what is wrong there has words of its own."""

from pathlib import Path

import pytest

from gateway.models.model_folders import resolved, why_no_model


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "home"
    (home / "models" / "qwen").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SECRET", "secret")
    return home


def model_in(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"x")
    return folder


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~/models/qwen", "{home}/models/qwen"),
        ("$HOME/models/qwen", "{home}/models/qwen"),
        ("${HOME}/models/qwen", "{home}/models/qwen"),
        ("/models/../qwen", "/qwen"),
        ("./qwen", "{folder}/qwen"),
        ("../qwen", "{folder}/../qwen"),
        ("qwen", "{folder}/qwen"),
        ("here/qwen", "{folder}/here/qwen"),
        ("a/b/c", "{folder}/a/b/c"),
        ("mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit", "mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit"),
        ("$SECRET/qwen", "{folder}/$SECRET/qwen"),
        ("$HOMELESS/qwen", "{folder}/$HOMELESS/qwen"),
    ],
)
def test_a_folder_is_seen_from_the_persona_and_a_name_of_the_hub_stays(
    written: str, meant: str, home: Path, tmp_path: Path
) -> None:
    """X8: other variables than the home's are nobody's business, and are not looked up."""
    folder = tmp_path / "personas" / "nova"
    model_in(folder / "here" / "qwen")
    expected = meant.format(home=home, folder=folder)
    if "/../" in meant and meant.startswith("{"):
        expected = str(folder.parent / "qwen")
    assert resolved(written, folder) == expected


def test_each_thing_that_is_no_model_is_told_in_words_of_its_own(home: Path, tmp_path: Path) -> None:
    """X8."""
    models = home / "models"
    (models / "file").write_text("x")
    (models / "no-config").mkdir()
    (models / "no-config" / "readme").write_text("x")
    model_in(models / "nested" / "snapshot")
    (models / "half").mkdir()
    (models / "half" / "model.safetensors").write_bytes(b"x")
    (models / "bare").mkdir()
    (models / "bare" / "config.json").write_text("{}")
    correct = "correct the key model"
    told = {
        "qwen": f"{models}/qwen is empty; copy the model into it, or {correct}",
        "qwan": f"there is no folder {models}/qwan; did you mean qwen?",
        "whisper": f"there is no folder {models}/whisper; {correct}, or give OWNER/NAME as on the Hub",
        "file": f"{models}/file is a file; give the folder that the model lies in",
        "no-config": f"{models}/no-config has no config.json, so it is no model; {correct}",
        "nested": f"{models}/nested has no config.json, so it is no model; did you mean snapshot?",
        "half": f"{models}/half has no config.json; copy all files of the model into it",
        "bare": f"{models}/bare has no weights; copy all files of the model into it",
    }  # fmt: skip
    assert {name: why_no_model(str(models / name)) for name in told} == told
    assert why_no_model("/nowhere/at/all") == (
        "there is no folder /nowhere/at/all; correct the key model, or give OWNER/NAME as on the Hub"
    )


def test_a_model_is_a_model_and_of_the_hub_nothing_is_claimed(tmp_path: Path) -> None:
    assert why_no_model(str(model_in(tmp_path / "m"))) is None
    assert why_no_model("owner/name") is None
