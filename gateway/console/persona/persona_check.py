"""What is good and bad about each persona, for its owner to read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from gateway.clips.clip import CLIP_RATE, ClipFinding, of_level
from gateway.clips.reference_clips import load_persona_clip
from gateway.console.persona.voice_check import VoiceCheck
from gateway.engines.mlx.packages import not_installed
from gateway.loudness.loudness_measure import integrated_loudness
from gateway.models.models import models_of
from gateway.personas.persona_files import FILE_NAME, PersonaLibrary
from gateway.personas.persona_sources import PersonaSources
from gateway.settings.settings import Settings
from robotvoice.console.output import show
from robotvoice.console.wrapping import one_line
from robotvoice.errors import InvalidClip, UnknownVoice
from robotvoice.persona import Consent, ModelVoice, Persona, UpstreamVoice, VoiceSpec

USABLE, PROBLEMS = 0, 2


async def check_personas(settings: Settings, name: str | None = None) -> int:
    """Prints a report on all personas, or on one; returns PROBLEMS if one of these has any.

    Raises InvalidPersona if none can be used, and UnknownVoice if there is no such one.
    """
    sources = settings.persona_sources
    library = sources.load()
    personas, problems = list(library.personas.values()), library.problems
    if name is not None:
        problems = tuple(line for folder in sources.folders for line in _about(folder / name, problems))
        # What cannot be used has no name but its folder's.
        personas = [] if problems else [_found(library, name)]
    code = PROBLEMS if problems else USABLE
    async with VoiceCheck(settings, personas) as voices:
        for persona in personas:
            clips = await _Clips.of(persona)
            places = [folder / persona.id for folder in sources.folders]
            about = (line for place in places for line in _about(place, library.warnings))
            in_files = [_shortened(line, sources) for line in about]
            found = [*voices.findings_of(persona), *clips.findings]
            lines = [*_described(persona, clips, persona.id in library.shipped)]
            lines += _marked("remark", of_level(found, "remark"))
            over = [line for line in in_files if ": consent.expires: " in line]
            in_files = [line for line in in_files if line not in over]
            problems_here = [*over, *of_level(found, "problem")]
            lines += _marked("warning", [*in_files, *of_level(found, "warning")])
            lines += _marked("problem", problems_here)
            show("\n".join(lines))
            if problems_here:
                code = PROBLEMS
        missing = voices.cannot_tell()
    if problems:
        show("cannot be used:")
        show("\n".join(f"  {_shortened(line, sources)}" for line in problems))
    for line in missing:
        show(f"warning: whether its voices exist is not known: {line}")
    if models_of(personas) and (missing_packages := not_installed()):
        show(f"warning: no voice that a model makes can be heard here: {missing_packages}")
    return code


@dataclass(slots=True)
class _Clips:
    """What the clips of a persona are, and what was found in them."""

    lines: dict[tuple[Path, str | None], str] = field(default_factory=dict)
    findings: list[ClipFinding] = field(default_factory=list)

    @classmethod
    async def of(cls, persona: Persona) -> "_Clips":
        clips = cls()
        for voice in (spec.made_of for spec in persona.every_voice):
            if voice and voice.reference and (voice.reference, voice.transcript) not in clips.lines:
                line = await clips._line(voice.reference, voice)
                clips.lines[voice.reference, voice.transcript] = line
        return clips

    async def _line(self, path: Path, voice: ModelVoice | UpstreamVoice) -> str:
        try:
            checked = await load_persona_clip(path, voice.transcript, voice.language)
        except InvalidClip as error:
            self.findings.append(ClipFinding("clip", "problem", f"{path.name}: {error.message}"))
            return f"{path.name}, which cannot be used"
        self.findings += [replace(found, text=f"{path.name}: {found.text}") for found in checked.findings]
        seconds = checked.clip.seconds
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
    for index, spec in enumerate(persona.every_voice):
        yield f"  {'stands in' if index else 'own voice'}: {_settings(spec)}"
        if voice := spec.made_of:
            if voice.reference:
                yield f"    clip: {clips.lines[voice.reference, voice.transcript]}"
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
