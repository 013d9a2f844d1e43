"""Models that cannot be had, and what their owner is told."""

import shutil
from pathlib import Path

import pytest

from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.errors import EngineUnavailable
from tests.gateway.engines.mlx.listening import Checkpoint, clip_of, of, pcm_of


async def started(model: str) -> MlxEngine:
    engine = MlxEngine([model], clip_of)
    await engine.start()
    return engine


@pytest.fixture(autouse=True)
def _empty_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))


async def test_a_model_that_was_not_pulled_is_not_fetched_but_said_how(checkpoint: Checkpoint) -> None:
    name = "somebody/Qwen3-TTS"
    engine = await started(name)
    readiness = engine.readiness(of(name))
    assert readiness.reason is not None
    assert readiness.reason.code == "not_pulled"
    assert f"robotvoice-gateway models pull {name}" in readiness.reason.text
    with pytest.raises(EngineUnavailable):
        await pcm_of(engine, of(name))
    await engine.close()


@pytest.mark.parametrize(
    ("lost", "code"),
    [
        ("config.json", "incomplete_model"),
        ("model.safetensors", "incomplete_model"),
        ("tokenizer.json", "incomplete_model"),
        ("speech_tokenizer", "incomplete_model"),
    ],
)
async def test_half_a_model_is_not_ready_and_says_what_it_lacks(
    checkpoint: Checkpoint, tmp_path: Path, lost: str, code: str
) -> None:
    """Also where the library would only have printed a warning, and spoken as somebody else."""
    model = Path(shutil.copytree(checkpoint(), tmp_path / "model"))
    part = model / lost
    shutil.rmtree(part) if part.is_dir() else part.unlink()
    engine = await started(str(model))
    reason = engine.readiness(of(str(model))).reason
    await engine.close()
    assert reason is not None
    assert reason.code == code, reason.text
    assert "copy" in reason.text


async def test_a_folder_that_is_not_there_is_named(checkpoint: Checkpoint, tmp_path: Path) -> None:
    model = str(tmp_path / "gone")
    engine = await started(model)
    reason = engine.readiness(of(model)).reason
    await engine.close()
    assert reason is not None
    assert reason.code == "no_model"
    assert model in reason.text


async def test_a_model_of_an_unknown_family_is_refused(checkpoint: Checkpoint, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "parrot"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    engine = await started(str(tmp_path))
    reason = engine.readiness(of(str(tmp_path))).reason
    await engine.close()
    assert reason is not None
    assert reason.code == "unknown_family"
    assert "parrot" in reason.text
