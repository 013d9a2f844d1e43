"""Whose voices may not be used any more: what was made of them is to go, and not only to rest."""

import datetime
from collections.abc import Mapping
from itertools import chain

from robotvoice.persona import Persona, VoiceSpec

Personas = Mapping[str, Persona]


def withdrawn(before: Personas, now: Personas, today: datetime.date) -> dict[str, tuple[VoiceSpec, ...]]:
    """Cloned voices by the id of their persona: of one whose consent has ended, is not there any more, or
    who is not there any more itself. What another persona may still speak with is none of them.
    """
    everybody = [*before.items(), *now.items()]
    clones = {id: _clones(persona) for id, persona in now.items()}
    in_use = {voice.source for voice in chain.from_iterable(clones.values()) if not voice.has_ended(today)}
    found: dict[str, dict[tuple[str, str], VoiceSpec]] = {}
    for id, persona in everybody:
        for voice in _clones(persona):
            over = voice.has_ended(today) or not clones.get(id)
            if over and voice.source not in in_use:
                found.setdefault(id, {})[voice.source] = voice
    return {id: tuple(voices.values()) for id, voices in found.items()}


def _clones(persona: Persona) -> tuple[VoiceSpec, ...]:
    return tuple(voice for voice in persona.every_voice if voice.clones)
