"""What is good and bad about each persona, for its owner to read."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np

from gateway.clip import CLIP_RATE
from gateway.console.shown import show
from gateway.engines.mlx.packages import not_installed
from gateway.loudness import integrated_loudness
from gateway.models import models_of, refusal_of, unspoken_of
from gateway.persona_files import FILE_NAME, PersonaLibrary
from gateway.persona_sources import PersonaSources
from gateway.problems import one_line
from gateway.reference_clips import load_persona_clip
from gateway.spoken_length import longest_seconds, shortest_seconds
from speech.errors import InvalidClip, UnknownVoice
from speech.persona import Consent, Persona, VoiceSpec

USABLE, PROBLEMS = 0, 2
PAUSES = 3.0
"""Seconds of a clip that need not be speech"""


async def check_personas(
    sources: PersonaSources, name: str | None = None, revisions: Mapping[str, str] = MappingProxyType({})
) -> int:
    """Prints a report on all personas, or on one; returns PROBLEMS if one of these has any.

    `revisions`: the commit of each model that is pinned. Raises InvalidPersona if none can be used, and
    UnknownVoice if there is no such one.
    """
    library = sources.load()
    personas, problems = list(library.personas.values()), library.problems
    if name is not None:
        problems = tuple(line for folder in sources.folders for line in _about(folder / name, problems))
        # What cannot be used has no name but its folder's.
        personas = [] if problems else [_found(library, name)]
    code = PROBLEMS if problems else USABLE
    for persona in personas:
        clips = await _Clips.of(persona)
        about = (line for folder in sources.folders for line in _about(folder / persona.id, library.warnings))
        warnings = [_shortened(line, sources) for line in about]
        voices = {spec.model_voice for spec in persona.voices if spec.model_voice}
        warnings += sorted(filter(None, {unspoken_of(voice, revisions) for voice in voices}))
        show(
            "\n".join(
                [
                    *_described(persona, clips, persona.id in library.shipped),
                    *_marked("warning", [*warnings, *clips.warnings]),
                ]
            )
        )
        if wrong := [*clips.problems, *_refused(persona, revisions)]:
            code = PROBLEMS
            show("\n".join(_marked("problem", wrong)))
    if problems:
        show("cannot be used:")
        show("\n".join(f"  {_shortened(line, sources)}" for line in problems))
    if models_of(personas) and (missing := not_installed()):
        show(f"warning: no voice that a model makes can be heard here: {missing}")
    return code


def _refused(persona: Persona, revisions: Mapping[str, str]) -> Iterator[str]:
    """Of each voice that its model cannot make, why; as far as its model is here."""
    for spec in persona.voices:
        if spec.model_voice and (why := refusal_of(spec.model_voice, revisions)):
            yield why


@dataclass(slots=True)
class _Clips:
    """What the clips of a persona are, what is wrong with them and what could be better."""

    lines: dict[Path, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @classmethod
    async def of(cls, persona: Persona) -> "_Clips":
        clips = cls()
        for spec in (persona.voice, *persona.fallbacks):
            voice = spec.model_voice
            if voice and voice.reference and voice.reference not in clips.lines:
                clips.lines[voice.reference] = await clips._line(voice.reference, voice.transcript)
        return clips

    async def _line(self, path: Path, transcript: str | None) -> str:
        try:
            checked = await load_persona_clip(path)
        except InvalidClip as error:
            self.problems.append(f"{path.name}: {error.message}")
            return f"{path.name}, which cannot be used"
        seconds = checked.clip.seconds
        self.warnings += [f"{path.name}: {warning}" for warning in checked.warnings]
        if transcript and not shortest_seconds(transcript) <= seconds <= PAUSES + longest_seconds(transcript):
            self.warnings.append(
                f"the {len(transcript.split())} words of the transcript do not fill {seconds:.1f} s of "
                "speech, or do not fit into them; write down all that is said in the clip, and nothing else"
            )
        samples = np.frombuffer(checked.clip.samples, "<f4")[: round(seconds * CLIP_RATE)]
        return f"{path.name}, {seconds:.1f} s, {integrated_loudness(samples):.1f} LUFS"


def _marked(mark: str, lines: Iterable[str]) -> list[str]:
    return [f"  {mark}: {one_line(line)}" for line in lines]


def _found(library: PersonaLibrary, name: str) -> Persona:
    try:
        return library.find(name)
    except UnknownVoice as error:
        known = ", ".join(library.personas)
        raise UnknownVoice(one_line(f"there is no persona {name!r}; there are {known}")) from error


def _about(folder: Path, lines: Iterable[str]) -> tuple[str, ...]:
    """The lines that are about what is in this folder, or about the folder."""
    return tuple(
        line
        for line in lines
        if line.startswith((one_line(f"{folder}:"), one_line(f"{folder / FILE_NAME}:")))
    )


def _shortened(line: str, sources: PersonaSources) -> str:
    for folder in sources.folders:
        line = line.removeprefix(one_line(f"{folder}/"))
    return line


def _described(persona: Persona, clips: _Clips, shipped: bool) -> Iterator[str]:
    aliases = f", also called {', '.join(persona.aliases)}" if persona.aliases else ""
    origin = "; came with robotvoice" if shipped else ""
    yield f"{persona.id}: {persona.name}, speaks {persona.language}{aliases}{origin}"
    for index, spec in enumerate((persona.voice, *persona.fallbacks)):
        yield f"  {'stands in' if index else 'own voice'}: {_settings(spec)}"
        if voice := spec.model_voice:
            if voice.reference:
                yield f"    clip: {clips.lines[voice.reference]}"
            if voice.transcript:
                yield f"    transcript: {len(voice.transcript.split())} words"
    if persona.consent:
        yield f"  consent: {_agreed(persona.consent)}"


def _settings(spec: VoiceSpec) -> str:
    """An engine and what it is set to."""
    voice = spec.model_voice
    parts: Sequence[tuple[str, object]] = (
        ("", spec.voice or None),
        ("pitch ", spec.pitch),
        ("rate ", spec.rate),
        ("volume ", spec.volume),
        ("", voice and voice.model),
        ("speaker ", voice and voice.speaker),
        ("instruct: ", voice and voice.instruct),
    )
    return ", ".join([spec.engine, *(f"{label}{value}" for label, value in parts if value is not None)])


def _agreed(consent: Consent) -> str:
    given = f"{consent.granted_by} lets the voice of {consent.subject} be used for: {consent.scope}"
    return f"{given} (until {consent.expires})" if consent.expires else given
