"""What a persona.yaml may hold, what is wrong with one, and the `Persona` that comes of it."""

import hashlib
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import MISSING, fields
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from gateway.problems import did_you_mean, shown
from gateway.yaml_lines import Location
from speech.persona import Consent, Persona, VoiceSpec, WhenUnavailable

ENGINES = ("espeak",)
"""Engines of this version"""
LATER_ENGINES = frozenset({"mlx", "pyttsx3", "upstream"})
"""Engines a persona may have been written for already"""


def _printable(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(f"holds the control character U+{ord(character):04X}; remove it")
    return text


def _speakable(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError(f"{shown(text)} holds nothing that can be spoken; write words")
    return text


def _text(limit: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=limit)


Name = Annotated[str, _text(64), AfterValidator(_printable)]
Phrase = Annotated[str, _text(240), AfterValidator(_printable), AfterValidator(_speakable)]


class _Block(BaseModel):
    """The description of a field says what may be given, and is what its owner reads if it is not."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class VoiceBlock(_Block):
    engine: str = Field(description=f"the engine: {', '.join(ENGINES)}")
    voice: str = Field(
        default="",
        max_length=64,
        validate_default=True,
        description="a voice of the engine, such as en-gb or en+f4",
    )
    pitch: int | None = Field(default=None, ge=0, le=99, description="a whole number from 0 to 99")
    rate: int | None = Field(default=None, ge=80, le=450, description="whole words per minute from 80 to 450")
    volume: int | None = Field(default=None, ge=0, le=200, description="a whole number from 0 to 200")
    lexicon: dict[Name, Name] = Field(
        default={}, description="word: replacement, each as text of 1 to 64 characters"
    )

    @field_validator("engine")
    @classmethod
    def _of_this_version(cls, engine: str) -> str:
        if engine in LATER_ENGINES:
            raise ValueError(f"engine {engine} is not part of this version; use {' or '.join(ENGINES)}")
        if engine not in ENGINES:
            raise ValueError(f"there is no engine {shown(engine)}; {did_you_mean(engine, ENGINES)}")
        return engine

    @field_validator("voice")
    @classmethod
    def _named(cls, voice: str, info: ValidationInfo) -> str:
        if info.data.get("engine") == "espeak" and not voice.strip():
            raise ValueError("engine espeak needs a voice; give one, such as en-gb or en+f4")
        return _printable(voice.strip())

    def spec(self) -> VoiceSpec:
        return VoiceSpec(
            self.engine, self.voice, self.pitch, self.rate, self.volume, tuple(self.lexicon.items())
        )


class ConsentBlock(_Block):
    subject: Name = Field(description="text of 1 to 64 characters: whose voice it is")
    granted_by: Name = Field(description="text of 1 to 64 characters: who allowed its use")
    scope: Name = Field(description="text of 1 to 64 characters: what it may be used for")


class PersonaFile(_Block):
    name: Name = Field(description="text of 1 to 64 characters")
    language: str = Field(
        max_length=35,
        pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$",
        description="a language tag, such as en or en-GB",
    )
    aliases: list[Name] = Field(
        default=[], max_length=16, description="a list of at most 16 names of 1 to 64 characters"
    )
    voice: VoiceBlock = Field(description="a block such as {engine: espeak, voice: en-gb}")
    fallbacks: list[VoiceBlock] = Field(
        default=[],
        max_length=8,
        description="a list of at most 8 blocks such as {engine: espeak, voice: en-gb}",
    )
    when_unavailable: WhenUnavailable = Field(default="substitute", description="substitute or silent")
    first_audio_budget: float = Field(default=2.0, ge=0.1, le=60, description="seconds from 0.1 to 60")
    phrases: list[Phrase] = Field(
        default=[], max_length=64, description="a list of at most 64 phrases of 1 to 240 characters"
    )
    consent: ConsentBlock | None = Field(default=None, description="a block of subject, granted_by and scope")

    def persona(self, persona_id: str) -> Persona:
        voice, fallbacks = self.voice.spec(), tuple(block.spec() for block in self.fallbacks)
        return Persona(
            id=persona_id,
            name=self.name,
            language=self.language,
            voice=voice,
            fallbacks=fallbacks,
            aliases=tuple(self.aliases),
            when_unavailable=self.when_unavailable,
            first_audio_budget=self.first_audio_budget,
            phrases=tuple(self.phrases),
            consent=Consent(**self.consent.model_dump()) if self.consent else None,
            revision=_revision(self.language, self.when_unavailable, voice, *fallbacks),
        )


def _revision(language: str, when_unavailable: str, *voices: VoiceSpec) -> str:
    """16 hex digits over what changes the sound: language, voices in their order, when_unavailable.

    Names, phrases, budget and consent do not. A field left at its default is not hashed, so that a field
    `VoiceSpec` gains later leaves the sound that was kept before valid.
    """
    chain = [
        {
            f.name: value
            for f in fields(spec)
            if (value := getattr(spec, f.name)) != f.default or f.default is MISSING
        }
        for spec in voices
    ]
    sounding = {"language": language, "voices": chain, "when_unavailable": when_unavailable}
    return hashlib.sha256(json.dumps(sounding, sort_keys=True).encode()).hexdigest()[:16]


def problems_in(error: ValidationError) -> Iterator[tuple[Location, str]]:
    """Each thing pydantic found, in the words of the schema: where, what, and what to give instead."""
    details = error.errors(include_url=False)
    # An entry for another engine has that engine's keys; to list them all would hide the one reason.
    foreign = {d["loc"][:-1] for d in details if d["type"] == "value_error" and d["loc"][-1] == "engine"}
    for detail in details:
        location = tuple(part for part in detail["loc"] if part != "[key]")  # pydantic marks a bad key so
        model, field = _field_at(location)
        wanted = model.model_fields[field].description if field in model.model_fields else None
        match detail["type"]:
            case "extra_forbidden" if location[:-1] in foreign:
                continue
            case "extra_forbidden":
                text = f"there is no such key; {did_you_mean(str(location[-1]), model.model_fields)}"
            case "missing":
                text = f"is missing; give {wanted}"
            case "value_error":
                text = str(detail["ctx"]["error"])
            case kind:
                text = f"{shown(detail['input'])} cannot be used; give {wanted}"
                if kind == "string_type" and isinstance(detail["input"], bool | int | float):
                    text += ", in quotes if this is meant as text"
        yield location, text


def _field_at(location: Location) -> tuple[type[_Block], str]:
    """The model a location falls into, and its field there."""
    keys = [part for part in location if isinstance(part, str)]
    blocks: dict[str, type[_Block]] = {"voice": VoiceBlock, "fallbacks": VoiceBlock, "consent": ConsentBlock}
    if len(keys) > 1 and keys[0] in blocks:
        return blocks[keys[0]], keys[1]
    return PersonaFile, keys[0]
