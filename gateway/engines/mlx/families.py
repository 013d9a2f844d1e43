"""The model families: what each takes, by the type and size its config.json names.

A new family is a row here and an adapter in `worker`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from robotvoice.languages import CANNOT_SPEAK, QWEN3_TTS, language_of
from robotvoice.persona import ModelVoice
from robotvoice.utterance import Reason

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
    languages: frozenset[str] = frozenset()
    """Codes of those it was made for; empty: nobody said"""

    @property
    def scripts(self) -> frozenset[str]:
        """What those are written in."""
        return frozenset(script for code in self.languages for script in language_of(code).scripts)

    def unspoken(self, language: str | None) -> Reason | None:
        """Why a language, a tag, is not spoken; None if it is, or none is given."""
        if language is None or not self.languages or language_of(language).code in self.languages:
            return None
        name, others = language_of(language).name, ", ".join(sorted(self.languages))
        return Reason(CANNOT_SPEAK, f"{name} is none of the languages of {self.name}, which are {others}")

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
_BASE = Family("Qwen3-TTS Base", "qwen3", reference="required", transcript="optional", languages=QWEN3_TTS)
_CUSTOM = Family("Qwen3-TTS CustomVoice", "qwen3", speaker="required", languages=QWEN3_TTS)
_DESIGN = Family("Qwen3-TTS VoiceDesign", "qwen3", instruct="required", languages=QWEN3_TTS)
FAMILIES = {
    ("qwen3_tts", "base", ANY_SIZE): _BASE,
    # The small one drops `instruct` without a word.
    ("qwen3_tts", "custom_voice", "0b6"): replace(_CUSTOM, name="Qwen3-TTS CustomVoice 0.6B"),
    ("qwen3_tts", "custom_voice", ANY_SIZE): replace(_CUSTOM, instruct="optional"),
    ("qwen3_tts", "voice_design", ANY_SIZE): _DESIGN,
}
"""By (model_type, tts_model_type, tts_model_size) of config.json."""


def family_of(kind: str, variant: str, size: str) -> Family | None:
    """The row for a model; None for one nobody has written an adapter for."""
    return FAMILIES.get((kind, variant, size)) or FAMILIES.get((kind, variant, ANY_SIZE))
