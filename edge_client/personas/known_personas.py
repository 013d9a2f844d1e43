"""What the robot knows of each persona: learned from the gateway and kept on disk for the time without it.

Before a gateway was ever seen, the personas that come with robotvoice are known.
"""

import datetime
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from robotvoice.chain.budget import possible_budget
from robotvoice.errors import InvalidMessage, UnknownVoice
from robotvoice.ground.near_names import near
from robotvoice.ground.state_files import read_whole, write_whole
from robotvoice.json_records import read_record, read_value, write_record
from robotvoice.languages import is_other
from robotvoice.persona import (
    FIRST_AUDIO_BUDGET,
    PERSONA_ID,
    WHOLE_ANSWER_BUDGET,
    VoiceSpec,
    numbers_named,
    speaks_here,
)
from robotvoice.reading_options import Acting, Numbers, Reading

log = logging.getLogger(__name__)

FILE_NAME = "personas.json"
SHIPPED = Path(__file__).with_name("shipped_personas.json")
LARGEST_FILE = 1024 * 1024
"""Bytes"""
MOST_NAMED = 12
LAST_TIMESTAMP = 1e11
"""Seconds since 1970; further on, the functions that write a date give up"""
ANY_VOICE = VoiceSpec("espeak")
"""For a persona the robot has never heard of, while no gateway can tell"""


@dataclass(frozen=True, slots=True)
class KnownPersona:
    """A persona as `/v1/personas` describes it, as far as the robot needs it."""

    id: str
    name: str
    language: str
    revision: str
    aliases: tuple[str, ...] = ()
    local_voices: tuple[VoiceSpec, ...] = ()
    phrases: tuple[str, ...] = ()
    acting: Acting = "drop"
    """What becomes of stage directions in its texts"""
    numbers: Numbers = "words"
    """What becomes of numbers in its texts"""
    voices: tuple[VoiceSpec, ...] = ()
    """All it may speak with, its own first; empty: an older gateway did not tell"""
    engine: str = ""
    """What makes its own voice"""
    clones: bool = False
    """Whether its own voice is cloned"""
    first_audio_budget: float = FIRST_AUDIO_BUDGET
    """Seconds; older gateways do not tell it, nor the next"""
    whole_answer_budget: float = WHOLE_ANSWER_BUDGET
    consent_until: str | None = None
    """The last day on which its own cloned voice may be used, as 2026-01-31; None: nobody named one"""

    @property
    def reading(self) -> Reading:
        """How its texts are read."""
        named = numbers_named(self.voices or self.local_voices)
        return Reading(self.language, self.acting, self.numbers, named)

    def other_language(self, asked: str | None) -> str | None:
        """The tag that is asked for, if it is in place of its own."""
        return asked if asked and is_other(asked, self.language) else None

    @property
    def own_local_voice(self) -> VoiceSpec | None:
        """Its own voice, if that is one this robot speaks with too."""
        return self.local_voices[0] if self.local_voices and speaks_here(self.engine) else None


@dataclass(frozen=True, slots=True)
class KnownPersonas:
    """All of them, by any of their names."""

    personas: tuple[KnownPersona, ...]
    learned: bool = field(default=True, compare=False)
    """False: no gateway has told of its personas yet, these were shipped"""
    unusable: tuple[str, ...] = ()
    """Ids of those whose files have a slip over there: they may come back"""
    heard_at: float | None = field(default=None, compare=False)
    """When their gateway told of them last, in seconds of the wall clock; None: nobody wrote it down"""

    def find(self, name: str) -> KnownPersona | None:
        """By id, alias or name, whatever its case."""
        wanted = name.casefold()
        for persona in self.personas:
            if wanted in {known.casefold() for known in (persona.id, persona.name, *persona.aliases)}:
                return persona
        return None

    def unknown(self, name: str) -> UnknownVoice:
        """The error for a name nobody has, with those there are."""
        names = [persona.id for persona in self.personas]
        meant = near(name, names, 2)
        hint = f"did you mean {' or '.join(meant)}? There" if meant else "there"
        more = ", ..." if len(names) > MOST_NAMED else ""
        return UnknownVoice(
            f"there is no persona {name!r:.80}; {hint} are {', '.join(names[:MOST_NAMED])}{more}"
        )


def read_known_personas(answer: Mapping[str, Any]) -> KnownPersonas:
    """From the JSON of `/v1/personas`, without the local voices that need an engine this robot does not have.

    Raises InvalidMessage that names the field.
    """
    listed = answer.get("personas")
    if not isinstance(listed, list) or not listed:
        raise InvalidMessage("personas must be a list with at least one persona")
    for item in listed:
        if not isinstance(item, dict):
            raise InvalidMessage("personas must hold objects")
    unusable = answer.get("unusable")
    return KnownPersonas(
        tuple(_checked(read_record(KnownPersona, item)) for item in listed),
        unusable=tuple(filter(_is_id, unusable)) if isinstance(unusable, list) else (),
    )


def _is_id(name: object) -> bool:
    return isinstance(name, str) and PERSONA_ID.fullmatch(name) is not None


def _checked(persona: KnownPersona) -> KnownPersona:
    if not _is_id(persona.id):
        raise InvalidMessage(f"{persona.id!r:.80} cannot be the id of a persona")
    if persona.consent_until is not None:
        try:
            datetime.date.fromisoformat(persona.consent_until)
        except ValueError:
            raise InvalidMessage("consent_until must be a day, such as 2026-01-31") from None
    return replace(
        persona,
        local_voices=tuple(
            each.in_range.of(persona.language) for each in persona.local_voices if speaks_here(each.engine)
        ),
        voices=tuple(each.in_range.of(persona.language) for each in persona.voices),
        # Whatever a gateway says, its robot waits, and does not wait for ever.
        first_audio_budget=possible_budget(persona.first_audio_budget),
        whole_answer_budget=possible_budget(persona.whole_answer_budget),
    )


def load_known_personas(state_dir: Path) -> KnownPersonas:
    """What was learned last, else what was shipped; a file that cannot be read is passed over."""
    path = state_dir / FILE_NAME
    try:
        found = json.loads(read_whole(path, LARGEST_FILE))
        heard_at = read_value(float | None, found.get("heard_at"), "heard_at")
        if heard_at is not None and not 0 <= heard_at < LAST_TIMESTAMP:
            raise InvalidMessage("heard_at cannot be")
        return replace(read_known_personas(found), heard_at=heard_at)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, RecursionError, AttributeError, InvalidMessage) as error:
        log.warning("%s cannot be used, the personas that were shipped are: %s", path, error)
    return replace(read_known_personas(json.loads(SHIPPED.read_bytes())), learned=False)


def save_known_personas(state_dir: Path, known: KnownPersonas) -> None:
    """Keeps them for the time without a gateway; a disk that is full or read-only is only logged."""
    told = {
        "heard_at": known.heard_at,
        "unusable": known.unusable,
        "personas": [write_record(persona) for persona in known.personas],
    }
    text = json.dumps(told, indent=1)
    try:
        write_whole(state_dir / FILE_NAME, text.encode())
    except OSError as error:
        log.warning("what was learned of the personas cannot be kept: %s", error)
