"""What each family of models takes, and how a persona is told that it asks for something else."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.engines.mlx.families import FAMILIES, family_of
from robotvoice.persona import ModelVoice

BARE = ModelVoice("model", "key")
CLONE = replace(BARE, reference=Path("clip.wav"), transcript="What is said.")
PRESET = replace(BARE, speaker="Ryan")
DESIGNED = replace(BARE, instruct="A calm voice.")


@pytest.mark.parametrize(
    ("variant", "size", "voice"),
    [
        ("base", "0b6", CLONE),
        ("base", "1b7", CLONE),
        ("base", "0b6", replace(CLONE, transcript=None)),
        ("base", "0b6", replace(BARE, ad_hoc=True)),
        ("custom_voice", "0b6", PRESET),
        ("custom_voice", "1b7", replace(PRESET, speaker="RYAN", instruct="Happy.")),
        ("voice_design", "1b7", DESIGNED),
    ],
)
def test_what_a_model_can_do_is_not_refused(variant: str, size: str, voice: ModelVoice) -> None:
    family = family_of("qwen3_tts", variant, size)
    assert family is not None
    assert family.refusal(voice, ["ryan", "vivian"]) is None


@pytest.mark.parametrize(
    ("variant", "size", "voice", "key"),
    [
        ("base", "0b6", BARE, "reference"),
        ("base", "0b6", replace(CLONE, instruct="Whisper."), "instruct"),
        ("base", "0b6", replace(CLONE, speaker="Ryan"), "speaker"),
        ("base", "0b6", replace(CLONE, transcript=""), "transcript"),
        ("base", "0b6", replace(CLONE, transcript=" \n"), "transcript"),
        ("custom_voice", "0b6", BARE, "speaker"),
        ("custom_voice", "0b6", replace(PRESET, instruct="Happy."), "instruct"),
        ("custom_voice", "1b7", CLONE, "reference"),
        ("custom_voice", "1b7", replace(BARE, speaker="nobody"), "ryan, vivian"),
        ("voice_design", "1b7", BARE, "instruct"),
        ("voice_design", "1b7", replace(BARE, instruct=""), "instruct"),
        ("voice_design", "1b7", CLONE, "reference"),
    ],
)
def test_what_a_model_cannot_do_is_refused_by_the_key_to_change(
    variant: str, size: str, voice: ModelVoice, key: str
) -> None:
    """Where the library would ignore it, fail later or speak as somebody else."""
    family = family_of("qwen3_tts", variant, size)
    assert family is not None
    refusal = family.refusal(voice, ["vivian", "ryan"])
    assert refusal is not None
    assert key in refusal.text


def test_a_model_nobody_has_written_an_adapter_for_has_no_family() -> None:
    assert family_of("kokoro", "", "") is None
    assert family_of("qwen3_tts", "singing", "0b6") is None


def test_each_family_names_an_adapter_that_is_there() -> None:
    folder = Path(__file__).parents[4] / "gateway" / "engines" / "mlx" / "worker"
    assert all((folder / f"{family.adapter}.py").is_file() for family in FAMILIES.values())
