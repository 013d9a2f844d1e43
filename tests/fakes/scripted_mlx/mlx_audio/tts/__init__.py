"""Where models are loaded."""

from pathlib import Path

from mlx_audio.tts.models.qwen3_tts import Model


def load_model(folder: Path) -> Model:
    return Model(folder)
