"""Random weights of a given shape, the same on every machine."""

import math
import zlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Weights = dict[str, Array]
"""Arrays by the name they have in the model"""

SPEECH_EMBEDDING = 0.125
"""Standard deviation. Sixteen of these are added up for a frame, so each is small."""
TEXT_EMBEDDING = 0.5
CODEBOOK = 0.3
LOUDNESS = 4.0
"""Factor on the last convolution; without it the noise would be too quiet to count as sound"""
DECISIVE = 3.0
"""Factor on the layer that chooses codes; without it each choice would be a throw of dice"""


def random_talker(initial: Mapping[str, Array]) -> Weights:
    """For the language model and the speaker encoder; `initial` gives names, shapes and constants."""
    weights = {name: _random(name, value) for name, value in initial.items()}
    weights["talker.codec_head.weight"] *= DECISIVE
    return weights


def random_codec(initial: Mapping[str, Array], last_convolution: str) -> Weights:
    """For the speech tokenizer, encoder and decoder."""
    weights = {}
    for name, value in initial.items():
        if name.endswith(("cluster_usage", "initialized")):
            weights[name] = np.ones_like(value)
        elif name.endswith("embedding_sum"):
            weights[name] = _normal(name, value.shape, CODEBOOK)
        else:
            weights[name] = _random(name, value)
    weights[last_convolution] *= LOUDNESS
    return weights


def _random(name: str, value: Array) -> Array:
    if name.endswith(".bias"):
        return np.zeros_like(value)
    if value.ndim == 1:
        return value
    if "text_embedding" in name:
        return _normal(name, value.shape, TEXT_EMBEDDING)
    if "embed" in name:
        return _normal(name, value.shape, CODEBOOK if "codebook" in name else SPEECH_EMBEDDING)
    return _normal(name, value.shape, 1 / math.sqrt(math.prod(value.shape[1:])))


def _normal(name: str, shape: tuple[int, ...], deviation: float) -> Array:
    # Seeded by its name, so that no array depends on how many were made before it.
    generator = np.random.default_rng(zlib.crc32(name.encode()))
    return generator.standard_normal(shape, dtype=np.float32) * np.float32(deviation)
