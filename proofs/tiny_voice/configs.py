"""The configuration files, and the sizes everything else follows.

The loader guesses from its shape whether a convolution is stored in PyTorch's or in MLX's layout. With a
kernel of one it is right only above 64 channels: hence the 72 and 144 below, where smaller numbers would do.
"""

from typing import Any, Literal

Kind = Literal["base", "custom_voice", "voice_design"]
Ending = Literal["natural", "never", "once"]
"""`natural`: about one frame for each byte of text; `never`: until the cap; `once`: at once, no audio."""
Size = Literal["0b6", "1b7"]

SAMPLE_RATE = 24_000
FRAME_SAMPLES = 1_920
FRAME_SECONDS = FRAME_SAMPLES / SAMPLE_RATE

HIDDEN = 64
HEAD = 32
TEXT_HIDDEN = 32
CODES = 64
"""Entries of each codebook"""
GROUPS = 16
"""Codebooks; the loader's encoder knows no other number"""
LAYERS = 2

ASSISTANT = 256
"""The word `assistant` is one token, as the chat template around a text expects; 0 to 255 are bytes."""
SPECIAL_TOKENS = {
    "<|endoftext|>": 257,
    "<|im_start|>": 258,
    "<|im_end|>": 259,
    "<tts_pad>": 260,
    "<tts_text_bos>": 261,
    "<tts_text_eod>": 262,
}
TOKENS = 263

# The real ids less the codes that are missing here: special ids begin behind the codes, there at 2,048.
CODEC_PAD, CODEC_BOS, CODEC_EOS = CODES + 100, CODES + 101, CODES + 102
CODEC_VOCABULARY = CODES + 1_024
SPEAKERS = {"vivian": CODES + 200, "ryan": CODES + 201}
LANGUAGES = {"english": CODES + 2, "german": CODES + 3, "chinese": CODES + 7}

_TRANSFORMER: dict[str, Any] = {
    "hidden_size": HIDDEN,
    "intermediate_size": 64,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": HEAD,
    "num_code_groups": GROUPS,
}


def model_config(kind: Kind, size: Size) -> dict[str, Any]:
    """`config.json`."""
    talker = {
        **_TRANSFORMER,
        "code_predictor_config": {**_TRANSFORMER, "vocab_size": CODES, "num_hidden_layers": 1},
        "vocab_size": CODEC_VOCABULARY,
        "num_hidden_layers": LAYERS,
        # Sections of the rotary embedding: together half a head.
        "rope_scaling": {"interleaved": True, "mrope_section": [6, 5, 5], "rope_type": "default"},
        "text_hidden_size": TEXT_HIDDEN,
        "text_vocab_size": TOKENS,
        "codec_pad_id": CODEC_PAD,
        "codec_bos_id": CODEC_BOS,
        "codec_eos_token_id": CODEC_EOS,
        "codec_think_id": CODES + 106,
        "codec_nothink_id": CODES + 107,
        "codec_think_bos_id": CODES + 108,
        "codec_think_eos_id": CODES + 109,
        "codec_language_id": LANGUAGES,
    }
    if kind == "custom_voice":
        talker |= {"spk_id": SPEAKERS, "spk_is_dialect": dict.fromkeys(SPEAKERS, False)}
    config = {
        "model_type": "qwen3_tts",
        "tts_model_type": kind,
        "tts_model_size": size,
        "tokenizer_type": "qwen3_tts_tokenizer_12hz",
        "sample_rate": SAMPLE_RATE,
        "talker_config": talker,
        "im_start_token_id": SPECIAL_TOKENS["<|im_start|>"],
        "im_end_token_id": SPECIAL_TOKENS["<|im_end|>"],
        "tts_pad_token_id": SPECIAL_TOKENS["<tts_pad>"],
        "tts_bos_token_id": SPECIAL_TOKENS["<tts_text_bos>"],
        "tts_eos_token_id": SPECIAL_TOKENS["<tts_text_eod>"],
    }
    if kind == "base":
        config["speaker_encoder_config"] = _SPEAKER_ENCODER
    return config


def codec_config(kind: Kind) -> dict[str, Any]:
    """`speech_tokenizer/config.json`; only a model that clones has an encoder."""
    config: dict[str, Any] = {
        "encoder_valid_num_quantizers": GROUPS,
        "input_sample_rate": SAMPLE_RATE,
        "output_sample_rate": SAMPLE_RATE,
        "decode_upsample_rate": FRAME_SAMPLES,
        "encode_downsample_rate": FRAME_SAMPLES,
        "decoder_config": _DECODER,
    }
    if kind == "base":
        config["encoder_config"] = _ENCODER
    return config


GENERATION = {
    "temperature": 0.9,
    "top_k": 50,
    "top_p": 1.0,
    "repetition_penalty": 1.05,
    "max_new_tokens": 2048,
}
"""`generation_config.json`"""

_SPEAKER_ENCODER = {
    "mel_dim": 128,
    "enc_dim": HIDDEN,
    "enc_channels": [72, 72, 72, 72, 216],
    "enc_kernel_sizes": [5, 3, 3, 3, 1],
    "enc_dilations": [1, 2, 3, 4, 1],
    "enc_attention_channels": 72,
    "enc_res2net_scale": 8,
    "enc_se_channels": 72,
    "sample_rate": SAMPLE_RATE,
}

_DECODER = {
    "latent_dim": 16,
    "codebook_dim": 144,
    "codebook_size": CODES,
    "decoder_dim": 16,
    "hidden_size": 32,
    "intermediate_size": 64,
    "head_dim": 16,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_hidden_layers": 1,
    "num_quantizers": GROUPS,
    "num_semantic_quantizers": 1,
    "sliding_window": 72,
    # All of the 1,920 samples of a frame come from the second kind of stage, which is cheaper.
    "upsample_rates": [],
    "upsampling_ratios": [5, 6, 8, 8],
    "layer_scale_initial_scale": 0.01,
}

_ENCODER = {
    "frame_rate": 12.5,
    "audio_channels": 1,
    "codebook_dim": 72,
    "codebook_size": CODES,
    "compress": 2,
    "hidden_size": 72,
    "head_dim": 36,
    "intermediate_size": 72,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "num_hidden_layers": 1,
    "num_filters": 9,
    "num_quantizers": GROUPS,
    "upsampling_ratios": [8, 6, 5, 4],
    "sliding_window": 250,
    "vector_quantization_hidden_dimension": 72,
}
