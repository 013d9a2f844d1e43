"""When speech ends, written into the weights.

Three hidden dimensions are kept free of everything else. One is set at every position that holds a token of
text, one at every frame of speech. An attention head of the first layer looks at all positions alike and
writes (frames - tokens) / length into the third; speech ends once that is above zero. A clip to clone and
its transcript stand in the same row before the text and add to both sides: speech gets the right length
when the clip has one frame for each byte of its transcript.
"""

import math

import numpy as np

from proofs.tiny_voice.configs import (
    CODEC_BOS,
    CODEC_EOS,
    CODEC_PAD,
    CODES,
    GROUPS,
    HEAD,
    HIDDEN,
    LAYERS,
    SPECIAL_TOKENS,
    Ending,
)
from proofs.tiny_voice.weights import Array, Weights

TEXT, FRAME, DIFFERENCE = KEPT = [0, 1, 2]
GROUP_WIDTH = (HIDDEN - len(KEPT)) // GROUPS
MARK = 4.0
"""As large as all else in a frame, so that it is no small part of what the layers see"""
CARRY = 0.02
"""So small that the difference disturbs nothing else"""
CERTAIN = 2e5
"""One frame too many, in a thousand positions, outweighs every code"""
CONSTANT = 200.0

_HEAD = "talker.model.layers.0.self_attn."
_SPEECH = "talker.model.codec_embedding.weight"
_GROUPS = [_SPEECH, *(f"talker.code_predictor.model.codec_embedding.{i}.weight" for i in range(GROUPS - 1))]
_TEXT = "talker.model.text_embedding.weight"
_PROJECTION = "talker.text_projection.linear_fc"


def write_ending(weights: Weights, ending: Ending) -> None:
    """Changes the language model's weights in place."""
    _keep_free(weights)
    _make_frames_equally_long(weights)
    # Each token of text is added to the codec's padding; each frame has exactly one code of the second group.
    weights[_SPEECH][CODEC_PAD, TEXT] = MARK
    weights[_GROUPS[1]][:, FRAME] = MARK
    # Without a clip the first frame follows this one; with a clip it stands before the clip's frames.
    weights[_SPEECH][CODEC_BOS, FRAME] = MARK
    _write_difference(weights)

    head = weights["talker.codec_head.weight"]
    head[:, KEPT] = 0
    head[CODEC_EOS] = 0
    # Each position that a frame follows is a frame or the beginning of speech itself, so FRAME is set there.
    match ending:
        case "natural":
            head[CODEC_EOS, DIFFERENCE] = CERTAIN
        case "never":
            head[CODEC_EOS, FRAME] = -CONSTANT
        case "once":
            head[CODEC_EOS, FRAME] = CONSTANT


def _keep_free(weights: Weights) -> None:
    for name in _GROUPS:
        weights[name][:, KEPT] = 0
    writers = [_PROJECTION + "2.weight", "speaker_encoder.fc.weight"]
    for layer in range(LAYERS):
        writers += [
            f"talker.model.layers.{layer}.{part}.weight" for part in ("self_attn.o_proj", "mlp.down_proj")
        ]
    for name in writers:
        if name in weights:
            weights[name][KEPT] = 0


def _make_frames_equally_long(weights: Weights) -> None:
    """Each group of codes has dimensions of its own and vectors of length one; what is added to them is zero.

    The layers see a vector divided by its length, so only thus does each frame count for the same.
    """
    weights[_TEXT][SPECIAL_TOKENS["<tts_pad>"]] = 0
    for group, name in enumerate(_GROUPS):
        begin = len(KEPT) + group * GROUP_WIDTH
        codes = weights[name][:CODES]
        own = codes[:, begin : begin + GROUP_WIDTH].copy()
        codes[:] = 0
        codes[:, begin : begin + GROUP_WIDTH] = own / np.linalg.norm(own, axis=1, keepdims=True)


def _write_difference(weights: Weights) -> None:
    # A query of zeros finds all keys alike.
    weights[_HEAD + "q_proj.weight"][:HEAD] = 0
    value = weights[_HEAD + "v_proj.weight"]
    value[0] = 0
    value[0, FRAME] = 1 / _seen(math.hypot(MARK, math.sqrt(GROUPS)))
    value[0, TEXT] = -1 / _seen(np.linalg.norm(_letters(weights), axis=1).mean())
    output = weights[_HEAD + "o_proj.weight"]
    output[:, 0] = 0
    output[DIFFERENCE, 0] = CARRY


def _seen(length: float) -> float:
    """What is left of a mark when a vector of this length is normalised."""
    return MARK / length * math.sqrt(HIDDEN)


def _letters(weights: Weights) -> Array:
    """Positions that hold the commonest characters of English."""
    embedded = weights[_TEXT][list(b" etaoinshrdlu")]
    inner = embedded @ weights[_PROJECTION + "1.weight"].T
    projected = inner / (1 + np.exp(-inner)) @ weights[_PROJECTION + "2.weight"].T
    positions: Array = projected + weights[_SPEECH][CODEC_PAD]
    return positions
