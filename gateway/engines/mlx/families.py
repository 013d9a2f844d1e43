"""The model families: what each takes, by the type and size its config.json names.

A new family is a row here and an adapter in `worker`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from speech.persona import ModelVoice
from speech.utterance import Reason

Use = Literal["none", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Family:
    """What a kind of model takes."""

    name: str
    adapter: str
    """The module in `worker` that speaks with it"""
    reference: Use = "none"
    transcript: Use = "none"
    """Without one a reference gives only its timbre, not its manner"""
    speaker: Use = "none"
    instruct: Use = "none"

    def refusal(self, voice: ModelVoice, speakers: Sequence[str] = ()) -> Reason | None:
        """Why this voice cannot be had from such a model, by the persona's keys; None if it can.

        `speakers` are the model's preset voices.
        """
        given = {
            "reference": voice.reference is not None or voice.ad_hoc,
            "transcript": voice.transcript is not None,
            "speaker": voice.speaker is not None,
            "instruct": voice.instruct is not None,
        }
        for key, is_given in given.items():
            use: Use = getattr(self, key)
            if is_given and use == "none":
                return Reason("not_supported", f"{self.name} takes no {key}: remove that key")
            if not is_given and use == "required":
                return Reason("incomplete_voice", f"{self.name} cannot do without {key}: add that key")
            if is_given and isinstance(text := getattr(voice, key), str) and not text.strip():
                return Reason("incomplete_voice", f"{key} is empty; fill it, or leave the key {key} out")
        known = {speaker.lower() for speaker in speakers}
        if voice.speaker is not None and voice.speaker.lower() not in known:
            names = ", ".join(sorted(known))
            return Reason("unknown_voice", f"{self.name} has no speaker {voice.speaker!r}; it has {names}")
        return None


ANY_SIZE = ""
FAMILIES = {
    ("qwen3_tts", "base", ANY_SIZE): Family(
        "Qwen3-TTS Base", "qwen3", reference="required", transcript="optional"
    ),
    # The small one drops `instruct` without a word.
    ("qwen3_tts", "custom_voice", "0b6"): Family("Qwen3-TTS CustomVoice 0.6B", "qwen3", speaker="required"),
    ("qwen3_tts", "custom_voice", ANY_SIZE): Family(
        "Qwen3-TTS CustomVoice", "qwen3", speaker="required", instruct="optional"
    ),
    ("qwen3_tts", "voice_design", ANY_SIZE): Family("Qwen3-TTS VoiceDesign", "qwen3", instruct="required"),
}
"""By (model_type, tts_model_type, tts_model_size) of config.json."""


def family_of(kind: str, variant: str, size: str) -> Family | None:
    """The row for a model; None for one nobody has written an adapter for."""
    return FAMILIES.get((kind, variant, size)) or FAMILIES.get((kind, variant, ANY_SIZE))
