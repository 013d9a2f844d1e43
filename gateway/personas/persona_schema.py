"""What a persona.yaml may hold, what is wrong with one, and the `Persona` that comes of it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, replace
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationError

from gateway.ground.problems import shown
from gateway.personas.consent import ConsentBlock
from gateway.personas.voice_schema import (
    VOICES,
    Block,
    CommandBlock,
    EspeakVoice,
    HibariVoice,
    MlxVoice,
    Name,
    UpstreamBlock,
    VoiceBlock,
    printable,
    speakable,
    text_of,
)
from gateway.personas.yaml_lines import Location
from robotvoice.errors import UnknownLanguage
from robotvoice.ground.near_names import nearest_or_all
from robotvoice.languages import language_tag
from robotvoice.persona import (
    ModelVoice,
    Persona,
    UpstreamVoice,
    VoiceSpec,
    WhenUnavailable,
    numbers_named,
)
from robotvoice.reading_options import Acting, Numbers
from robotvoice.text.numbers import spoken_numbers

Phrase = Annotated[str, text_of(240), AfterValidator(printable), AfterValidator(speakable)]


def _language(text: str) -> str:
    """As a tag. Raises ValueError, which lists near names."""
    try:
        return language_tag(text)
    except UnknownLanguage as error:
        raise ValueError(error.message) from error


class PersonaFile(Block):
    name: Name = Field(description="text of 1 to 64 characters")
    language: Annotated[str, AfterValidator(_language)] = Field(
        description="a language, such as en, en-GB, deu or German"
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
    acting: Acting = Field(default="drop", description="drop or say: what becomes of *sighs* and [laughs]")
    numbers: Numbers = Field(
        default="words",
        description="words or as_written: whether numbers are written out, alike for all voices",
    )
    first_audio_budget: float = Field(default=2.0, ge=0.1, le=60, description="seconds from 0.1 to 60")
    whole_answer_budget: float = Field(default=12.0, ge=0.5, le=600, description="seconds from 0.5 to 600")
    phrases: list[Phrase] = Field(
        default=[], max_length=64, description="a list of at most 64 phrases of 1 to 240 characters"
    )
    consent: ConsentBlock | None = Field(default=None, description="a block of subject, granted_by and scope")

    @property
    def voices(self) -> dict[Location, EspeakVoice | CommandBlock | HibariVoice | MlxVoice | UpstreamBlock]:
        """All voices by where they are written, the persona's own first."""
        return {("voice",): self.voice} | {("fallbacks", i): block for i, block in enumerate(self.fallbacks)}

    def persona(
        self,
        persona_id: str,
        model_voices: Mapping[Location, ModelVoice],
        upstream_voices: Mapping[Location, UpstreamVoice],
    ) -> Persona:
        """The persona; the last two hold each voice that may be a clone, as its files say it is."""

        def made(
            at: Location, block: EspeakVoice | CommandBlock | HibariVoice | MlxVoice | UpstreamBlock
        ) -> VoiceSpec:
            match block:
                case MlxVoice():
                    return block.spec(model_voices[at])
                case UpstreamBlock():
                    return block.spec(upstream_voices[at])
            return block.spec()

        def spec(
            at: Location, block: EspeakVoice | CommandBlock | HibariVoice | MlxVoice | UpstreamBlock
        ) -> VoiceSpec:
            voice = made(at, block).of(self.language)
            return replace(voice, until=self.consent.expires) if self.consent and voice.clones else voice

        voices = (spec(at, block) for at, block in self.voices.items())
        voice, *fallbacks = voices if self.numbers == "as_written" else _agreeing(voices, self.language)
        return Persona(
            id=persona_id,
            name=self.name,
            language=self.language,
            voice=voice,
            fallbacks=tuple(fallbacks),
            aliases=tuple(self.aliases),
            when_unavailable=self.when_unavailable,
            acting=self.acting,
            numbers=self.numbers,
            first_audio_budget=self.first_audio_budget,
            whole_answer_budget=self.whole_answer_budget,
            phrases=tuple(self.phrases),
            consent=self.consent.consent() if self.consent else None,
            revision=_revision(self.language, self.when_unavailable, voice, *fallbacks),
        )


def _agreeing(voices: Iterable[VoiceSpec], language: str) -> Iterator[VoiceSpec]:
    """With an entry in each lexicon for what the lexicon of another voice names and what holds a number.

    As those words are left as they are written, a voice without an entry would read them in its own way.
    """
    voices = tuple(voices)
    for voice in voices:
        own = {word.casefold() for word, _ in voice.lexicon}
        words = [word for word in numbers_named(voices) if word.casefold() not in own]
        more = tuple((word, spoken_numbers(word, language)) for word in words)
        yield replace(voice, lexicon=voice.lexicon + more)


def _revision(language: str, when_unavailable: str, *voices: VoiceSpec) -> str:
    """16 hex digits over what changes the sound: language, voices in their order, when_unavailable.

    Names, phrases, budgets and consent do not, nor do acting and numbers: other words are kept by themselves.
    Nor does the day until which a voice may be used.
    A field left at its default is not hashed, so that a field `VoiceSpec` gains later leaves the sound that
    was kept before valid.
    """
    chain = [
        {
            f.name: value.key if isinstance(value, ModelVoice | UpstreamVoice) else value
            for f in fields(spec)
            if f.name != "until" and ((value := getattr(spec, f.name)) != f.default or f.default is MISSING)
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
        model, field, location = _written_at(detail["loc"])
        wanted = model.model_fields[field].description if field in model.model_fields else None
        match detail["type"]:
            case "extra_forbidden" if detail["loc"][:-1] in foreign:
                continue
            case "extra_forbidden":
                text = f"there is no such key; {nearest_or_all(str(location[-1]), model.model_fields)}"
            case "missing":
                text = f"is missing; give {wanted}"
            case "value_error":
                text = str(detail["ctx"]["error"])
            case kind:
                text = f"{shown(detail['input'])} cannot be used; give {wanted}"
                if kind == "string_type" and isinstance(detail["input"], bool | int | float):
                    text += ", in quotes if this is meant as text"
        yield location, text


def _written_at(path: Location) -> tuple[type[Block], str, Location]:
    """The block a path of pydantic's leads into, the field there, and the place in the file."""
    path = tuple(part for part in path if part != "[key]")  # pydantic marks a bad key so
    first = str(path[0])
    depth = {"voice": 1, "fallbacks": 2, "consent": 1}.get(first, 0)
    if not depth or len(path) <= depth:
        return PersonaFile, first, path
    if first == "consent":
        return ConsentBlock, str(path[1]), path
    # The engine stands in pydantic's path and in no file.
    location = (*path[:depth], *path[depth + 1 :])
    if len(location) == depth:
        return PersonaFile, first, location
    return VOICES[str(path[depth])], str(location[depth]), location
