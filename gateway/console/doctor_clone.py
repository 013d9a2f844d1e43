"""Speaks with each persona's model as `serve` would: how fast it is, how large, and whether always equal."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass

from gateway.clips.clip import Clip
from gateway.clips.reference_clips import load_persona_clip
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.models.models import as_size, models_of, revisions
from gateway.settings.settings import Settings
from robotvoice.console.checks import Check
from robotvoice.errors import EngineFailure, EngineUnavailable, InvalidClip, InvalidPersona, UnknownVoice
from robotvoice.persona import ModelVoice, Persona, VoiceSpec
from robotvoice.utterance import Sentence

TEXT = "Today we find out how a robot speaks with a borrowed voice."
BETWEEN = "Somebody else speaks in between."
SENTENCE_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Take:
    """One sentence, as it came."""

    pcm: bytes
    first_audio: float
    """Seconds from the request; all of it if nothing came"""
    wall: float
    seconds: float
    """Of audio"""


async def clone_checks(settings: Settings, name: str | None = None) -> list[Check]:
    """One row for each persona's clip and one for its voice; of one persona if it is named."""
    try:
        library = settings.persona_sources.load()
        personas = [library.find(name)] if name else list(library.personas.values())
    except InvalidPersona:
        return []  # the everyday checks have told
    except UnknownVoice as error:
        return [
            Check("clone", "fail", error.message, "robotvoice-gateway persona check lists those there are")
        ]
    voices = [(persona, voice) for persona in personas if (voice := _model_voice_of(persona))]
    if not voices:
        todo = "robotvoice-gateway persona new makes one from a recording"
        return [Check("clone", "warn", "no persona speaks with a model", "" if name else todo)]
    engine = MlxEngine(
        models_of(persona for persona, _ in voices), _clip_of, revisions=revisions(settings.state_dir)
    )
    checks: list[Check] = []
    try:
        await engine.start()
        for index, (persona, voice) in enumerate(voices):
            _, other = voices[(index + 1) % len(voices)]
            checks += [*await _clip(persona, voice), await _voice(engine, persona, voice, other)]
    finally:
        await engine.close()
    return checks


def _model_voice_of(persona: Persona) -> VoiceSpec | None:
    """The first of its voices that a model makes."""
    return next((voice for voice in persona.voices if voice.model_voice), None)


async def _clip_of(voice: ModelVoice) -> Clip:
    if voice.reference is None:
        raise InvalidClip("this voice has no clip")
    return (await load_persona_clip(voice.reference, voice.transcript, voice.language)).clip


async def _clip(persona: Persona, voice: VoiceSpec) -> list[Check]:
    """Nothing for a voice without one."""
    if voice.model_voice is None or (reference := voice.model_voice.reference) is None:
        return []
    name = f"{persona.id}: clip"
    try:
        made = voice.model_voice
        checked = await load_persona_clip(reference, made.transcript, made.language)
    except InvalidClip as error:
        return [Check(name, "fail", error.message, f"robotvoice-gateway persona check {persona.id}")]
    said = f"{checked.clip.seconds:.1f} s"
    if checked.warnings:
        return [Check(name, "warn", f"{said}; {'; '.join(checked.warnings)}")]
    return [Check(name, "ok", said)]


async def _voice(engine: MlxEngine, persona: Persona, voice: VoiceSpec, other: VoiceSpec) -> Check:
    """The same text alone and with another voice before, between and behind it."""
    name = f"{persona.id}: voice"
    if reason := engine.readiness(voice).reason:
        return Check(name, "fail", reason.text)
    try:
        # The first time the clip is encoded; what is measured is how it goes from then on.
        first = await _take(engine, voice, TEXT)
        alone = await _take(engine, voice, TEXT)
        mixed = await asyncio.gather(
            _take(engine, other, BETWEEN),
            _take(engine, voice, TEXT),
            _take(engine, other, BETWEEN),
            _take(engine, voice, TEXT),
        )
    except (EngineFailure, EngineUnavailable) as problem:
        return Check(name, "fail", problem.message, f"robotvoice-gateway persona check {persona.id}")
    except TimeoutError:
        return Check(name, "fail", f"a sentence was not spoken within {SENTENCE_WITHIN:g} s")
    equal = len({take.pcm for take in (first, alone, mixed[1], mixed[3])}) == 1
    assert voice.model_voice is not None
    return judged(name, persona.first_audio_budget, engine.status[voice.model_voice.model], alone, equal)


def judged(name: str, budget: float, status: Mapping[str, object], take: Take, equal: bool) -> Check:
    """What a take says of a voice, where `status` is its model's and `budget` its persona's."""
    description = str(status["description"])
    backend = "Metal" if "Metal" in description else "CPU"
    peak = float(str(status["peak_memory"]))
    factor = take.wall / take.seconds if take.seconds else 0.0
    figures: dict[str, object] = {
        "backend": backend,
        "first_audio": round(take.first_audio, 3),
        "budget": budget,
        "real_time_factor": round(factor, 3),
        "peak_memory": peak,
        "equal": equal,
    }
    said = (
        f"first audio {take.first_audio:.2f} s of {budget:g} s, real-time factor "
        f"{factor:.2f}, peak {as_size(peak)}, {'equal' if equal else 'NOT equal'} each time, on {backend}"
    )
    if not take.seconds:
        return Check(name, "fail", "the model made no sound of a sentence", figures=figures)
    if take.first_audio > budget:
        todo = f"give the persona first_audio_budget: {take.first_audio * 1.5:.0f}, or a smaller model"
        return Check(name, "fail", f"{said}: too late, so its fallback speaks", todo, figures)
    if not equal and backend == "CPU":
        return Check(name, "fail", f"{said}: voices may be mixed", "do not use it, and report this", figures)
    if not equal:
        return Check(name, "warn", said, "the same words sound a little different each time", figures)
    if factor >= 1:
        return Check(
            name, "warn", said, "slower than real time, so speech may pause; a smaller model", figures
        )
    return Check(name, "ok", said, figures=figures)


async def _take(engine: MlxEngine, voice: VoiceSpec, text: str) -> Take:
    """Raises EngineFailure, EngineUnavailable and TimeoutError."""
    began = time.monotonic()
    first = 0.0
    parts: list[bytes] = []
    rate = 1
    async with asyncio.timeout(SENTENCE_WITHIN), aclosing(engine.speak(Sentence(0, text), voice)) as chunks:
        async for chunk in chunks:
            if chunk.samples:
                first = first or time.monotonic() - began
                rate = chunk.format.sample_rate
                parts.append(chunk.pcm)
    wall = time.monotonic() - began
    pcm = b"".join(parts)
    return Take(pcm, first or wall, wall, len(pcm) / 2 / rate)
