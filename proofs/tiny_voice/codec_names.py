"""The codec's encoder under the names and in the layout of PyTorch.

The loader takes the decoder as MLX has it, but expects the encoder to come from PyTorch. This is its
translation the other way round.
"""

import numpy as np

from proofs.tiny_voice.weights import Weights

_ENCODER = "encoder_model."
_STAGES = 4
_PREFIXES = {
    "encoder.init_conv1d.conv.": "encoder.layers.0.",
    **{f"encoder.layers.{i}.downsample.conv.": f"encoder.layers.{3 * i + 3}." for i in range(_STAGES)},
    **{
        f"encoder.layers.{i}.residuals.0.block.{part}.conv.": (
            f"encoder.layers.{3 * i + 1}.block.{2 * part + 1}."
        )
        for i in range(_STAGES)
        for part in (0, 1)
    },
    "encoder.final_conv1d.conv.": "encoder.layers.14.",
    "encoder_transformer.transformer.": "encoder_transformer.",
    "downsample.conv.conv.": "downsample.",
    "quantizer.rvq_first.vq.": "quantizer.semantic_residual_vector_quantizer.",
    "quantizer.rvq_first.": "quantizer.semantic_residual_vector_quantizer.",
    "quantizer.rvq_rest.vq.": "quantizer.acoustic_residual_vector_quantizer.",
    "quantizer.rvq_rest.": "quantizer.acoustic_residual_vector_quantizer.",
}
_PARTS = {
    "self_attn.out_proj": "self_attn.o_proj",
    "gating.linear1": "mlp.fc1",
    "gating.linear2": "mlp.fc2",
    "norm1": "input_layernorm",
    "norm2": "post_attention_layernorm",
    "layer_scale_1": "self_attn_layer_scale",
    "layer_scale_2": "mlp_layer_scale",
    "embedding_sum": "embed_sum",
}
_JOINED = "self_attn.in_proj.weight"


def as_saved(weights: Weights) -> Weights:
    """The same arrays as a file of this codec holds them. Raises KeyError for a name that is not known."""
    saved: Weights = {}
    for name, value in weights.items():
        if not name.startswith(_ENCODER):
            saved[name] = value
            continue
        renamed = "encoder." + _renamed(name.removeprefix(_ENCODER))
        if renamed.endswith(_JOINED):
            for letter, part in zip("qkv", np.split(value, 3), strict=True):
                saved[f"{renamed.removesuffix(_JOINED)}self_attn.{letter}_proj.weight"] = part
        else:
            # (out, kernel, in) here, (out, in, kernel) there
            saved[renamed] = value.swapaxes(1, 2) if value.ndim == 3 else value
    return saved


def _renamed(name: str) -> str:
    for here, there in _PREFIXES.items():
        if name.startswith(here):
            name = there + name.removeprefix(here)
            break
    else:
        raise KeyError(name)
    for here, there in _PARTS.items():
        name = name.replace(here, there)
    return name
