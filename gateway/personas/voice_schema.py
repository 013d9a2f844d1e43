"""The voices of a persona.yaml: which keys each engine takes, and what may be given for them."""

import unicodedata
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    ValidationInfo,
    field_validator,
)

from gateway.engines.upstream.upstream_settings import UPSTREAM_NAME
from gateway.ground.problems import shown
from robotvoice.engines.command.command_settings import VOICE_NAME
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.persona import (
    COMMAND_PREFIX,
    SEMITONES,
    SPEED,
    UPSTREAM_PREFIX,
    ModelVoice,
    UpstreamVoice,
    VoiceSpec,
)

ENGINES = ("command", "espeak", "hibari", "mlx", "pyttsx3", "upstream")
ENGINES_SAID = f"{', '.join(ENGINES[:-1])} or {ENGINES[-1]}"


def printable(text: str) -> str:
    """`text`, or ValueError if it holds what no terminal prints."""
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(f"holds the control character U+{ord(character):04X}; remove it")
    return text


def speakable(text: str) -> str:
    """`text`, or ValueError if nothing in it can be spoken."""
    if not any(character.isalnum() for character in text):
        raise ValueError(f"{shown(text)} holds nothing that can be spoken; write words")
    return text


def _file_name(name: str) -> str:
    if name.startswith(".") or "/" in name or "\\" in name:
        raise ValueError(f"{shown(name)} is no file of this folder; put the file here and give its name only")
    return name


def text_of(limit: int) -> StringConstraints:
    """Text of 1 to `limit` characters without the space around it."""
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=limit)


Name = Annotated[str, text_of(64), AfterValidator(printable)]
FileName = Annotated[str, text_of(128), AfterValidator(printable), AfterValidator(_file_name)]


class Block(BaseModel):
    """The description of a field says what may be given, and is what its owner reads if it is not."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class AnyVoice(Block):
    """What every engine takes."""

    engine: str = Field(description=f"the engine: {ENGINES_SAID}")
    lexicon: dict[Name, Name] = Field(
        default={}, description="word: replacement, each as text of 1 to 64 characters"
    )

    @field_validator("engine")
    @classmethod
    def _known(cls, engine: str) -> str:
        if engine not in ENGINES:
            raise ValueError(f"there is no engine {shown(engine)}; {nearest_or_all(engine, ENGINES)}")
        return engine


class EspeakVoice(AnyVoice):
    voice: str = Field(
        default="",
        max_length=64,
        validate_default=True,
        description="a voice of the engine, such as en-gb or en+f4",
    )
    pitch: int | None = Field(default=None, ge=0, le=99, description="a whole number from 0 to 99")
    rate: int | None = Field(default=None, ge=80, le=450, description="whole words per minute from 80 to 450")
    volume: int | None = Field(default=None, ge=0, le=200, description="a whole number from 0 to 200")

    @field_validator("voice")
    @classmethod
    def _named(cls, voice: str, info: ValidationInfo) -> str:
        if info.data.get("engine") == "espeak" and not voice.strip():
            raise ValueError("engine espeak needs a voice; give one, such as en-gb or en+f4")
        return printable(voice.strip())

    def spec(self) -> VoiceSpec:
        return VoiceSpec(
            self.engine, self.voice, self.pitch, self.rate, self.volume, tuple(self.lexicon.items())
        )


class Pyttsx3Voice(EspeakVoice):
    """The same keys, as far as every driver of pyttsx3 has them."""

    voice: str = Field(
        default="",
        max_length=128,
        description="a voice of the system by its id or name, or a language such as en-gb",
    )
    pitch: None = Field(default=None, description="nothing here")
    volume: int | None = Field(default=None, ge=0, le=100, description="a whole number from 0 to 100")

    @field_validator("pitch", mode="before")
    @classmethod
    def _not_to_be_set(cls, pitch: object) -> None:
        raise ValueError("engine pyttsx3 has no pitch; remove this")


class HibariVoice(AnyVoice):
    """One voice, which is given other characters by its pitch; beyond 4 semitones words begin to be lost."""

    pitch: float | None = Field(
        default=None,
        ge=SEMITONES[0],
        le=SEMITONES[1],
        description="semitones from -6 to 6, by which it is higher than by itself",
    )
    speed: float | None = Field(
        default=None, ge=SPEED[0], le=SPEED[1], description="a number from 0.5 to 2; 1 is the voice as it is"
    )

    def spec(self) -> VoiceSpec:
        return VoiceSpec(
            self.engine, lexicon=tuple(self.lexicon.items()), semitones=self.pitch, speed=self.speed
        )


class NeuralVoice(AnyVoice):
    """What is common to voices that may be cloned from a clip."""

    reference: FileName | None = Field(
        default=None, description="the name of a sound file beside persona.yaml, such as reference.wav"
    )
    x_vector_only: bool = Field(
        default=False, description="true to clone the timbre alone, without a transcript, or false"
    )
    transcript: FileName | None = Field(
        default=None,
        description="the name of a text file beside persona.yaml that holds the words of the clip",
    )
    instruct: Annotated[str, text_of(512), AfterValidator(printable)] | None = Field(
        default=None, description="text of 1 to 512 characters: how to speak"
    )

    @field_validator("reference", "transcript")
    @classmethod
    def _given(cls, name: str | None) -> str:
        # Without the key there is none; a key without a value is a slip of the hand.
        if name is None:
            raise ValueError("names no file; give a name, or remove the key")
        return name

    @field_validator("transcript", "x_vector_only")
    @classmethod
    def _of_a_clip(cls, value: str | bool, info: ValidationInfo) -> str | bool:
        if value and info.data.get("reference", "") is None:
            raise ValueError("there is no clip it could belong to; add reference, or remove this")
        if isinstance(value, str) and info.data.get("x_vector_only"):
            raise ValueError("x_vector_only makes no use of it; remove one of the two")
        return value


class MlxVoice(NeuralVoice):
    """A voice that a model makes; which of the keys belong together is the model's business."""

    model: Annotated[str, text_of(256), AfterValidator(printable)] = Field(
        description="a model of the Hub, such as mlx-community/Qwen3-TTS-12Hz-0.6B-Base-8bit, or its folder"
    )
    speaker: Name | None = Field(default=None, description="one of the model's preset voices")

    def spec(self, model_voice: ModelVoice) -> VoiceSpec:
        return VoiceSpec(self.engine, lexicon=tuple(self.lexicon.items()), model_voice=model_voice)


class UpstreamBlock(NeuralVoice):
    """A voice of another server: one it knows by name, or a clip that is sent with each sentence.

    What a consent is given for is said in free words, so whether the clip may leave this machine is asked for
    by a key of its own.
    """

    upstream: str = Field(
        pattern=f"^{UPSTREAM_NAME.pattern}$",
        description="the NAME of a table [upstreams.NAME] in the gateway's settings file",
    )
    voice: Name | None = Field(
        default=None, validate_default=True, description="what the voice is called at the upstream"
    )
    model: Annotated[str, text_of(256), AfterValidator(printable)] | None = Field(
        default=None, description="the name of a model of the upstream"
    )
    cloned: bool = Field(
        default=False, description="true if the voice that the upstream knows is somebody's, or false"
    )
    send_reference: bool = Field(
        default=False,
        validate_default=True,
        description="true to let the clip leave this machine, or false",
    )

    @field_validator("voice")
    @classmethod
    def _one_voice(cls, voice: str | None, info: ValidationInfo) -> str | None:
        if "reference" in info.data and (voice is None) == (info.data["reference"] is None):
            raise ValueError(
                "an upstream needs to know who speaks; give a voice it knows, or a reference and no voice"
            )
        return voice

    @field_validator("send_reference")
    @classmethod
    def _may_leave(cls, send: bool, info: ValidationInfo) -> bool:
        if "reference" in info.data and send != (info.data["reference"] is not None):
            raise ValueError(
                "there is no clip that could be sent; add reference, or remove this"
                if send
                else "the clip would leave this machine with each sentence; say send_reference: true if its "
                "owner agreed to that, or give a voice the upstream knows"
            )
        return send

    def spec(self, upstream_voice: UpstreamVoice) -> VoiceSpec:
        return VoiceSpec(
            f"{UPSTREAM_PREFIX}{self.upstream}",
            self.voice or "",
            lexicon=tuple(self.lexicon.items()),
            upstream_voice=upstream_voice,
        )


class CommandBlock(AnyVoice):
    """A program of this machine; what is run is in its settings, and no persona's file can say it."""

    voice: str = Field(
        pattern=f"^{VOICE_NAME.pattern}$",
        description="the NAME of a table [voices.NAME] in this machine's settings file",
    )

    def spec(self) -> VoiceSpec:
        lexicon = tuple(self.lexicon.items())
        return VoiceSpec(f"{COMMAND_PREFIX}{self.voice}", self.voice, lexicon=lexicon)


VOICES: dict[str, type[AnyVoice]] = {
    "command": CommandBlock,
    "espeak": EspeakVoice,
    "hibari": HibariVoice,
    "mlx": MlxVoice,
    "pyttsx3": Pyttsx3Voice,
    "upstream": UpstreamBlock,
}


def voice_kind(block: Any) -> str:
    """Which of VOICES reads a block: its engine's, and for what names no engine the first one."""
    engine = block.get("engine") if isinstance(block, dict) else None
    return engine if isinstance(engine, str) and engine in VOICES else "espeak"


VoiceBlock = Annotated[
    Annotated[EspeakVoice, Tag("espeak")]
    | Annotated[CommandBlock, Tag("command")]
    | Annotated[HibariVoice, Tag("hibari")]
    | Annotated[MlxVoice, Tag("mlx")]
    | Annotated[Pyttsx3Voice, Tag("pyttsx3")]
    | Annotated[UpstreamBlock, Tag("upstream")],
    Discriminator(voice_kind),
]
