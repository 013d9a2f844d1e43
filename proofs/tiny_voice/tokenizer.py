"""A text tokenizer in which every byte is a token: a text has as many tokens as it has bytes of UTF-8.

One pair of letters is more: what holds it, text or transcript, makes speech go on and on.
"""

import importlib
import itertools
import json
from pathlib import Path

from proofs.tiny_voice.configs import ASSISTANT, SPECIAL_TOKENS

BABBLES_ON = "zz"
BABBLES_FOR = 300
"""Frames of speech"""


def write_tokenizer(folder: Path) -> None:
    """`tokenizer.json` and `tokenizer_config.json`."""
    # Through import_module, since it is not installed wherever this is type-checked.
    tokenizers = importlib.import_module("tokenizers")
    normalizers = tokenizers.normalizers
    made = tokenizers.Tokenizer(tokenizers.models.BPE(vocab=_byte_symbols(), merges=[]))
    much_longer = normalizers.Replace(BABBLES_ON, BABBLES_ON[0] * BABBLES_FOR)
    made.normalizer = normalizers.Sequence([normalizers.NFC(), much_longer])
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    made.add_tokens([tokenizers.AddedToken("assistant", normalized=False)])
    made.add_special_tokens(list(SPECIAL_TOKENS))
    assert made.token_to_id("assistant") == ASSISTANT
    assert all(made.token_to_id(token) == number for token, number in SPECIAL_TOKENS.items())
    made.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 131_072,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")


def _byte_symbols() -> dict[str, int]:
    """The 256 characters that stand for bytes in a byte-level vocabulary: those that can be seen stand for
    themselves, the others are moved behind Latin-1 in their order."""
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    moved = itertools.count(0x100)
    return {chr(byte if byte in visible else next(moved)): byte for byte in range(256)}
