"""`doctor --clone`: each persona's model is made to speak, and measured."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.cli import main
from proofs.tiny_voice import make_checkpoint, reference_clip
from robotvoice.persona import VoiceSpec

pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(
        importlib.util.find_spec("mlx_audio") is None,
        reason="mlx-audio is not installed; pip install '.[mlx]'",
    ),
    pytest.mark.timeout(180),
]
CONSENT = "consent: {subject: synthetic, granted_by: project, scope: tests}\n"


@pytest.fixture
def personas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two that are cloned with a tiny model, and one that is not."""
    for variable in ("ROBOTVOICE_CONFIG", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ROBOTVOICE_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("ROBOTVOICE_PORT", "0")
    folder = tmp_path / "personas"
    monkeypatch.setenv("ROBOTVOICE_PERSONAS", str(folder))
    monkeypatch.setenv("ROBOTVOICE_HIDE", "*")
    model = make_checkpoint(tmp_path / "tiny")
    for name, voice in {"ann": "en", "bob": "en+f4"}.items():
        (folder / name).mkdir(parents=True)
        _, words = reference_clip(folder / name, VoiceSpec("espeak", voice=voice, rate=150))
        (folder / name / "words.txt").write_text(words)
        (folder / name / "persona.yaml").write_text(
            f"name: {name.title()}\nlanguage: en\nfirst_audio_budget: 30\n"
            f"voice: {{engine: mlx, model: {model}, reference: reference.wav, transcript: words.txt}}\n"
            f"fallbacks: [{{engine: espeak, voice: en}}]\n{CONSENT}"
        )
    (folder / "cid").mkdir()
    (folder / "cid" / "persona.yaml").write_text(
        "name: Cid\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"
    )
    return folder


def looked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, dict[str, Any]]]:
    code = main(["doctor", "--clone", "--json", *arguments])
    return code, {row["name"]: row for row in json.loads(capsys.readouterr().out)}


def test_every_cloned_persona_is_measured(personas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = looked(capsys)
    assert [name for name in rows if ": " in name] == ["ann: clip", "ann: voice", "bob: clip", "bob: voice"]
    for name in ("ann", "bob"):
        assert rows[f"{name}: clip"]["state"] == "ok"
        figures = rows[f"{name}: voice"]["figures"]
        assert (figures["equal"], figures["backend"]) == (True, "CPU")
        assert 0 < figures["first_audio"] <= figures["budget"] == 30
        assert figures["real_time_factor"] > 0
        assert figures["peak_memory"] > 1_000_000
        # A busy machine may be slower than real time.
        assert rows[f"{name}: voice"]["state"] in ("ok", "warn")
    assert code == 0


def test_one_persona_can_be_asked_for_by_any_of_its_names(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, rows = looked(capsys, "--persona", "Bob")
    assert code == 0
    assert [name for name in rows if ": " in name] == ["bob: clip", "bob: voice"]


def test_a_clip_and_a_model_that_cannot_be_used_fail(
    personas: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (personas / "ann" / "reference.wav").write_bytes(b"no sound")
    file = personas / "bob" / "persona.yaml"
    file.write_text(file.read_text().replace("/tiny,", "/gone,"))
    code, rows = looked(capsys)
    assert code == 1
    assert rows["ann: clip"]["state"] == rows["ann: voice"]["state"] == rows["bob: voice"]["state"] == "fail"
    assert rows["bob: clip"]["state"] == "ok"
    assert "gone" in rows["bob: voice"]["found"]


def test_nobody_to_measure_is_told(personas: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, rows = looked(capsys, "--persona", "cid")
    assert (code, rows["clone"]["found"]) == (0, "no persona speaks with a model")
    code, rows = looked(capsys, "--persona", "nobody")
    assert (code, rows["clone"]["state"]) == (1, "fail")
