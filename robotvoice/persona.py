"""What both sides know of a persona: who it is and the ordered voices it may speak with."""

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from robotvoice.json_records import NOT_ON_WIRE
from robotvoice.reading_options import Acting, Numbers, Reading

PERSONA_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
"""What a persona may be called; use `fullmatch`."""

PITCH, RATE, VOLUME = (0, 99), (80, 450), (0, 200)
"""The least and the most of what eSpeak NG takes: see VoiceSpec"""
SEMITONES, SPEED = (-6.0, 6.0), (0.5, 2.0)
"""The same of hibari"""
FIRST_AUDIO_BUDGET, WHOLE_ANSWER_BUDGET = 2.0, 12.0
"""Seconds, of a persona that says nothing else"""
WhenUnavailable = Literal["substitute", "silent"]


@dataclass(frozen=True, slots=True)
class ModelVoice:
    """A voice that a neural model makes. Which fields a model takes is its family's business."""

    model: str
    """A name on the Hub, or a folder"""
    key: str
    """Hash of everything below and of the clip's content: equal keys sound equal"""
    reference: Path | None = None
    """The clip that is cloned"""
    transcript: str | None = None
    """What is said in the clip, to the letter; None: nobody wrote it down"""
    speaker: str | None = None
    """One of the model's preset voices"""
    instruct: str | None = None
    """How to speak, in words"""
    language: str | None = None
    """A tag such as en-GB; None: the model finds out"""
    seed: int | None = None
    """Of a single request; None: it follows from `key`"""
    ad_hoc: bool = False
    """True: the clip came with a single request, and `reference` is None"""

    @property
    def clones(self) -> bool:
        """Whether it is made from somebody's recording."""
        return self.reference is not None or self.ad_hoc


@dataclass(frozen=True, slots=True)
class UpstreamVoice:
    """A voice of another server, where it is called `VoiceSpec.voice` unless a clip is sent to be cloned.

    Which fields a server takes is its dialect's business.
    """

    key: str
    """Hash of everything below, of the voice's name and of the clip's content: equal keys sound equal"""
    model: str | None = None
    """None: the only one it has"""
    reference: Path | None = None
    """The clip that is sent with each sentence"""
    transcript: str | None = None
    """What is said in the clip, to the letter; None: nobody wrote it down"""
    instruct: str | None = None
    """How to speak, in words"""
    language: str | None = None
    """A tag such as en-GB"""
    cloned: bool = False
    """Whether the voice that the server knows by its name is somebody's"""
    granted_by: str | None = None
    """Who allowed to use the clip: another gateway asks for that, too"""

    @property
    def clones(self) -> bool:
        """Whether it is made from somebody's recording."""
        return self.reference is not None or self.cloned


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """One entry of a persona's chain: an engine and how it is to sound. None means the engine's default."""

    engine: str
    voice: str = ""
    pitch: int | None = None
    """eSpeak NG: 0 to 99"""
    rate: int | None = None
    """Words per minute"""
    volume: int | None = None
    """eSpeak NG: 0 to 200, 100 is its normal"""
    lexicon: tuple[tuple[str, str], ...] = ()
    """(word as written, word as this engine should be given it), applied last"""
    model_voice: ModelVoice | None = field(default=None, metadata=NOT_ON_WIRE)
    """For engines that run a model; None for all others"""
    upstream_voice: UpstreamVoice | None = field(default=None, metadata=NOT_ON_WIRE)
    """For engines that ask another server; None for all others"""
    semitones: float | None = None
    """hibari: by how much higher than by itself, -6 to 6"""
    speed: float | None = None
    """hibari: how many times as fast as by itself, 0.5 to 2"""
    language: str | None = field(default=None, metadata=NOT_ON_WIRE)
    """A tag that a request asks for, else what `of` says; None: what the voice speaks by itself"""
    until: str | None = field(default=None, metadata=NOT_ON_WIRE)
    """Of somebody's voice: the last day on which it may be used, as 2026-01-31; None: nobody named one"""

    def has_ended(self, today: datetime.date) -> bool:
        """Whether the consent to it was given for days that are over."""
        return self.until is not None and self.until < today.isoformat()

    @property
    def in_range(self) -> "VoiceSpec":
        """The same voice, where others than this machine's owner wrote its numbers."""
        return replace(
            self,
            pitch=_within(self.pitch, PITCH),
            rate=_within(self.rate, RATE),
            volume=_within(self.volume, VOLUME),
            semitones=_within(self.semitones, SEMITONES),
            speed=_within(self.speed, SPEED),
        )

    def of(self, language: str) -> "VoiceSpec":
        """The same voice, of a persona that speaks this; who may have only one language must know it."""
        one = self.engine in ONE_LANGUAGE or self.engine.startswith(COMMAND_PREFIX)
        return replace(self, language=language) if one else self

    def speaking(self, language: str | None) -> "VoiceSpec":
        """The same voice, to speak what a request asks for; None: nothing."""
        if language is None:
            return self
        made, far = self.model_voice, self.upstream_voice
        return replace(
            self,
            language=language,
            model_voice=made and replace(made, language=language),
            upstream_voice=far and replace(far, language=language),
        )

    @property
    def made_of(self) -> ModelVoice | UpstreamVoice | None:
        """What a model, or another server, makes it of; None for a voice of this machine."""
        return self.model_voice or self.upstream_voice

    @property
    def spoken(self) -> str | None:
        """The language as a tag: what a request asks for, else its own; None: nobody said."""
        return self.language or (self.made_of.language if self.made_of else None)

    @property
    def clones(self) -> bool:
        """Whether it is made from somebody's recording."""
        return self.made_of is not None and self.made_of.clones

    @property
    def ad_hoc(self) -> bool:
        """Whether its clip came with a single request."""
        return self.model_voice is not None and self.model_voice.ad_hoc

    @property
    def source(self) -> tuple[str, str]:
        """Equal for what comes of the same clip or name, whatever a single request wishes besides."""
        return self.engine, self.made_of.key if self.made_of else self.voice


Amount = TypeVar("Amount", int, float)


def _within(value: Amount | None, bounds: tuple[Amount, Amount]) -> Amount | None:
    return None if value is None else min(max(value, bounds[0]), bounds[1])


@dataclass(frozen=True, slots=True)
class Consent:
    """By whose leave this voice is used. A cloned voice is somebody's. Its names never leave the gateway."""

    subject: str
    granted_by: str
    scope: str
    relationship: str | None = None
    """What the two are to each other"""
    date: str | None = None
    """When it was given, as 2026-01-31; so is `expires`"""
    expires: str | None = None
    """The last day"""
    clip_sha256: str | None = None
    """Of the file it was given for"""
    guardian: str | None = None
    """Who agreed for somebody who may not do so alone"""


@dataclass(frozen=True, slots=True)
class Persona:
    """A character with a voice of its own and the voices that may stand in for it."""

    id: str
    name: str
    language: str
    voice: VoiceSpec
    fallbacks: tuple[VoiceSpec, ...] = ()
    aliases: tuple[str, ...] = ()
    when_unavailable: WhenUnavailable = "substitute"
    acting: Acting = "drop"
    """What becomes of stage directions in its texts"""
    numbers: Numbers = "words"
    """What becomes of numbers in its texts"""
    first_audio_budget: float = FIRST_AUDIO_BUDGET
    """Seconds until the first sound of an answer"""
    whole_answer_budget: float = WHOLE_ANSWER_BUDGET
    """Seconds for an answer that is nothing before it is whole"""
    phrases: tuple[str, ...] = field(default=())
    consent: Consent | None = None
    revision: str = ""
    """Hash of everything that changes the sound"""

    @property
    def voices(self) -> tuple[VoiceSpec, ...]:
        """The whole chain, the persona's own voice first; only that one if it would rather be silent."""
        return (self.voice,) if self.when_unavailable == "silent" else self.every_voice

    @property
    def every_voice(self) -> tuple[VoiceSpec, ...]:
        """Also those that it would rather be silent than use."""
        return (self.voice, *self.fallbacks)

    @property
    def consent_until(self) -> str | None:
        """The last day on which its own voice may be used, as 2026-01-31; None: no such day was named."""
        return self.voice.until

    @property
    def reading(self) -> Reading:
        """How its texts are read."""
        return Reading(self.language, self.acting, self.numbers, numbers_named(self.voices))

    @property
    def local_voices(self) -> tuple[VoiceSpec, ...]:
        """What a robot can speak with by itself when the gateway is gone."""
        return tuple(spec for spec in self.voices if speaks_here(spec.engine))


def numbers_named(voices: Iterable[VoiceSpec]) -> tuple[str, ...]:
    """The words with digits that a lexicon of these voices says how to pronounce."""
    words = (word for voice in voices for word, _ in voice.lexicon)
    return tuple(dict.fromkeys(word for word in words if any(map(str.isdigit, word))))


UPSTREAM_PREFIX = "upstream:"
"""In front of an upstream's name in the name of its engine"""
LOCAL_ENGINES = frozenset({"espeak", "hibari"})
"""Engines that need nothing but the machine they run on."""
COMMAND_PREFIX = "command:"
"""In front of a command's name in the name of its engine; what is run is in a machine's own settings"""
ONE_LANGUAGE = frozenset({"hibari"})
"""Engines whose every voice speaks the same language"""


def speaks_here(engine: str) -> bool:
    """Whether a robot may have this engine itself."""
    return engine in LOCAL_ENGINES or engine.startswith(COMMAND_PREFIX)
