"""A text tokenizer in which every byte is a token: a text has as many tokens as it has bytes of UTF-8.

One pair of letters is more: what holds it, text or transcript, makes speech go on and on.
"""

import json
from pathlib import Path
from typing import Any

from proofs.tiny_voice.configs import ASSISTANT, SPECIAL_TOKENS

BABBLES_ON = "zz"
BABBLES_FOR = 300
"""Frames of speech"""


def write_tokenizer(folder: Path) -> None:
    """`tokenizer.json` and `tokenizer_config.json`."""
    _write(folder / "tokenizer.json", _tokenizer())
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": 131_072,
        "clean_up_tokenization_spaces": False,
    }
    _write(folder / "tokenizer_config.json", settings)


def _tokenizer() -> dict[str, Any]:
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            _added("assistant", ASSISTANT, special=False),
            *(_added(token, number, special=True) for token, number in SPECIAL_TOKENS.items()),
        ],
        "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, _much_longer(BABBLES_ON)]},
        "pre_tokenizer": byte_level,
        "post_processor": None,
        "decoder": byte_level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": False,
            "vocab": _byte_symbols(),
            "merges": [],
        },
    }


def _byte_symbols() -> dict[str, int]:
    """The 256 characters that stand for bytes in a byte-level vocabulary: those that can be seen stand for
    themselves, the others are moved behind Latin-1 in their order."""
    visible = {*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    symbols: dict[str, int] = {}
    moved = 0x100
    for byte in range(256):
        if byte in visible:
            symbols[chr(byte)] = byte
        else:
            symbols[chr(moved)] = byte
            moved += 1
    return symbols


def _much_longer(letters: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"String": letters}, "content": letters[0] * BABBLES_FOR}


def _added(content: str, number: int, *, special: bool) -> dict[str, Any]:
    return {
        "id": number,
        "content": content,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": special,
    }


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
