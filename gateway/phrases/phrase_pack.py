"""A persona's phrases as recordings in its own cloned voice, sentence by sentence."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from robotvoice.errors import RobotVoiceError
from robotvoice.persona import Persona
from robotvoice.reading_options import Reading
from robotvoice.text import sentences


@dataclass(frozen=True, slots=True)
class Recording:
    """A sentence as a WAV file: PCM_16, mono, at the wire's rate."""

    text: str
    sha256: str
    """Of the whole file, in hex"""
    bytes: int
    gain: float = 1.0
    """By which the voice was made louder"""


@dataclass(frozen=True, slots=True)
class PhrasePack:
    """The recordings there are of a persona, in the order of its phrases."""

    persona: str
    revision: str
    recordings: tuple[Recording, ...]
    wanted: int
    """How many there are to be"""

    @property
    def complete(self) -> bool:
        return len(self.recordings) == self.wanted

    @property
    def id(self) -> str:
        """SHA-256 in hex over the revision and each sentence with its hash: equal packs are the same."""
        told = [self.revision, [[each.text, each.sha256] for each in self.recordings]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def sentences_to_record(persona: Persona, today: datetime.date) -> tuple[str, ...]:
    """Each distinct sentence of its phrases; none if its own voice is nobody's clone, or may not be used."""
    found: dict[str, None] = {}
    if persona.voice.clones and not persona.voice.has_ended(today):
        for phrase in persona.phrases:
            found |= dict.fromkeys(_sentences(phrase, persona.reading))
    return tuple(found)


def pack_of(persona: Persona, wanted: Sequence[str], held: Mapping[str, Recording]) -> PhrasePack:
    """Of a persona whose `wanted` sentences are to be recorded, and of whom these recordings are held, by
    text.
    """
    there = tuple(held[text] for text in wanted if text in held)
    return PhrasePack(persona.id, persona.revision, there, len(wanted))


@lru_cache(maxsize=1024)
def _sentences(phrase: str, reading: Reading) -> tuple[str, ...]:
    """None if nothing is left of it when it is cleaned."""
    with suppress(RobotVoiceError):
        return tuple(sentence.text for sentence in sentences(phrase, reading=reading))
    return ()
