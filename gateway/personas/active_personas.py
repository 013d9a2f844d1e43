"""The personas in use: what changes in their folder is taken over as a whole, and the rest stays good."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from gateway.ground.folders import reachable
from gateway.personas.persona_files import FILE_NAME, PersonaLibrary
from robotvoice.console.wrapping import one_line
from robotvoice.persona import Persona, VoiceSpec


@dataclass(slots=True)
class ActivePersonas:
    """Where everybody looks for a persona. Who has found one keeps it as it was."""

    library: PersonaLibrary


def succeeded(
    used: PersonaLibrary, found: PersonaLibrary, folder: Path, default: str, shipped: Path | None = None
) -> PersonaLibrary:
    """What is to be used from now on, where `used` was and `found` is in `folder`, and in `shipped` if given.

    A persona that cannot be used any more stays as it was while its folder is there, even if one of its id
    was shipped, and the default one in any case; but no voice is cloned on when something is wrong with the
    consent to it, or its folder is gone.
    """
    personas = dict(found.personas)
    problems = list(found.problems)
    for id, persona in used.personas.items():
        home = shipped if shipped and id in used.shipped else folder
        there = not reachable(home) or reachable(home / id)
        replaced = id in found.shipped and id not in used.shipped
        if id in found.personas and not (replaced and there):
            continue
        if not there and id != default:
            continue
        kept: Persona | None = persona
        if not there or _consent_is_wrong(home / id, found.problems):
            kept = _without_clones(persona, must_speak=id == default)
        if kept is None:
            continue
        personas[id] = kept
        why = "is broken; the last good one speaks" if there else "is removed, but it is the default persona"
        problems.append(one_line(f"{home / id}:1: file: {why}"))
    ordered = MappingProxyType(dict(sorted(personas.items())))
    as_shipped = frozenset(id for id in found.shipped if personas[id] is found.personas[id])
    unusable = found.unusable - ordered.keys()
    return PersonaLibrary(ordered, tuple(problems), found.warnings, as_shipped, unusable)


def _consent_is_wrong(folder: Path, problems: Iterable[str]) -> bool:
    mine = one_line(f"{folder / FILE_NAME}:")
    keys = (line.removeprefix(mine).partition(": ")[2] for line in problems if line.startswith(mine))
    return any(key.startswith("consent") for key in keys)


def _without_clones(persona: Persona, *, must_speak: bool) -> Persona | None:
    """With the voices that nobody has to consent to; None if that leaves it none."""
    voices = [voice for voice in persona.voices if not voice.clones]
    if not voices and must_speak:
        voices = [VoiceSpec("espeak", voice="en")]
    if len(voices) == len(persona.voices):
        return persona
    if not voices:
        return None
    revision = hashlib.sha256(f"{persona.revision} without clones".encode()).hexdigest()[:16]
    return replace(persona, voice=voices[0], fallbacks=tuple(voices[1:]), revision=revision)
