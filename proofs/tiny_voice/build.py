"""Writes one checkpoint, in a process of its own: the only module here that runs MLX.

A thread that has used MLX may not end before its process, so the process is made for this alone.
"""

import argparse
import importlib
import json
import os
from pathlib import Path
from typing import Any, get_args

import numpy as np

from proofs.tiny_voice.codec_names import as_saved
from proofs.tiny_voice.configs import GENERATION, Ending, Kind, Size, codec_config, model_config
from proofs.tiny_voice.ending import write_ending
from proofs.tiny_voice.tokenizer import write_tokenizer
from proofs.tiny_voice.weights import Weights, random_codec, random_talker


def build(folder: Path, kind: Kind, ending: Ending, size: Size) -> None:
    """Fills an empty folder with everything the ordinary loader wants to find."""
    codec = folder / "speech_tokenizer"
    codec.mkdir()
    config, codec_settings = model_config(kind, size), codec_config(kind)
    for file, content in {
        folder / "config.json": config,
        folder / "generation_config.json": GENERATION,
        folder / "preprocessor_config.json": {},
        codec / "config.json": codec_settings,
    }.items():
        file.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    write_tokenizer(folder)

    # Through import_module, since MLX is not installed wherever this is type-checked.
    qwen = importlib.import_module("mlx_audio.tts.models.qwen3_tts")
    speech = importlib.import_module("mlx_audio.tts.models.qwen3_tts.speech_tokenizer")
    settings = importlib.import_module("mlx_audio.tts.models.qwen3_tts.config")

    talker = random_talker(_initial(qwen.Model(qwen.ModelConfig.from_dict(config))))
    write_ending(talker, ending)
    _save(talker, folder / "model.safetensors")

    tokenizer_settings = settings.Qwen3TTSTokenizerConfig(
        encoder_config=codec_settings.get("encoder_config"), decoder_config=codec_settings["decoder_config"]
    )
    initial = _initial(speech.Qwen3TTSSpeechTokenizer(tokenizer_settings))
    # The decoder's stages: the first convolution, the upsampling ones, an activation, the last convolution.
    last = len(codec_settings["decoder_config"]["upsample_rates"]) + 2
    weights = random_codec(initial, f"decoder.decoder.{last}.conv.weight")
    _save(as_saved(weights), codec / "model.safetensors")


def _initial(model: Any) -> Weights:
    """What the constructor made: names, shapes, and the constants of norms and scales."""
    tree_flatten = importlib.import_module("mlx.utils").tree_flatten
    return {name: np.array(value) for name, value in tree_flatten(model.parameters())}


def _save(weights: Weights, file: Path) -> None:
    mx = importlib.import_module("mlx.core")
    arrays = {name: mx.array(value) for name, value in weights.items()}
    mx.save_safetensors(str(file), arrays, metadata={"format": "mlx"})


def main() -> None:
    """Called by `make_checkpoint`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("kind", choices=get_args(Kind))
    parser.add_argument("ending", choices=get_args(Ending))
    parser.add_argument("size", choices=get_args(Size))
    # Compiling on a CPU starts a C++ compiler, for seconds.
    os.environ.setdefault("MLX_DISABLE_COMPILE", "1")
    arguments = parser.parse_args()
    mx = importlib.import_module("mlx.core")
    mx.set_default_device(mx.cpu)
    build(arguments.folder, arguments.kind, arguments.ending, arguments.size)


if __name__ == "__main__":
    main()
