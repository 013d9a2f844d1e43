"""Who speaks a request of OpenAI's dialect: a persona, or the voice of a clip that came with it."""

import hashlib
import json
import math
from dataclasses import dataclass, replace
from http import HTTPStatus

from aiohttp import web

from gateway.api.openai.openai_request import OpenAISpeech
from gateway.clips.caller_clips import words_of
from gateway.clips.clip import Clip
from gateway.engines.chains import chain_for
from gateway.http.openai_errors import OpenAIRefusal
from gateway.models.models import display_name
from gateway.requests.app_keys import CALLER_CLIPS, ENGINES, PERSONAS
from gateway.requests.request_language import can_speak, speaking
from gateway.requests.request_options import who_is_asked
from gateway.security.callers import Caller
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry
from robotvoice.errors import NothingCanSpeak
from robotvoice.languages import language_of
from robotvoice.persona import ModelVoice, Persona, VoiceSpec
from robotvoice.voice_warnings import VoiceWarnings

CLONING = "mlx"
"""The engine that clones"""
CALLER = "ref_audio"
"""Stands for the persona where a clip came with the request"""


@dataclass(frozen=True, slots=True)
class RequestVoice:
    """Who will speak."""

    chain: FallbackChain
    persona: str
    language: str
    speaks: Persona | None = None
    """As it is to speak this time; None: a caller's clip does"""
    clip: tuple[str, Clip] | None = None
    """The caller's own, and the key of its voice"""
    clones: bool = True
    """Whether its own voice is made from somebody's recording"""
    first_audio_budget: float = math.inf
    """Seconds, if the request says nothing; so is the next"""
    whole_answer_budget: float = math.inf


def persona_for(
    app: web.Application,
    caller: Caller,
    asked: OpenAISpeech,
    warnings: VoiceWarnings,
    *,
    own_only: bool = False,
) -> Persona | None:
    """Who is asked, in the language that is asked for; None: the voice of the clip. Raises UnknownVoice."""
    if asked.ref_audio is not None:
        return None
    persona = who_is_asked(app, caller, asked.voice, warnings)
    if asked.instructions and not _takes_instructions(app, persona.voice, asked):
        warnings.add("instructions", "instructions are not followed by this voice")
    return speaking(persona, asked.language, app[ENGINES], warnings, own_only=own_only)


async def request_voice_for(
    app: web.Application,
    asked: OpenAISpeech,
    persona: Persona | None,
    warnings: VoiceWarnings,
    *,
    own_only: bool = False,
    full_house: bool = False,
) -> RequestVoice:
    """`persona` is that of `persona_for`. Raises Refusal, InvalidClip and TooManyRequests."""
    if persona is None:
        assert asked.ref_audio is not None, "who sends no clip asks a persona"
        return await _clone(app, asked, asked.ref_audio, warnings)
    told = replace(
        persona,
        voice=_as_asked(app, persona.voice, asked),
        fallbacks=tuple(_as_asked(app, voice, asked) for voice in persona.fallbacks),
    )
    return RequestVoice(
        chain_for(told, app[ENGINES], own_only=own_only, full_house=full_house),
        persona.id,
        persona.language,
        told,
        clones=persona.voice.clones,
        first_audio_budget=persona.first_audio_budget,
        whole_answer_budget=persona.whole_answer_budget,
    )


def models(app: web.Application) -> dict[str, str]:
    """The models of the personas' voices by the name they are shown by; those that clone come first."""
    voices = [
        voice.model_voice
        for persona in app[PERSONAS].library.personas.values()
        for voice in persona.voices
        if voice.engine == CLONING and voice.model_voice
    ]
    voices.sort(key=lambda voice: voice.reference is None)
    return {display_name(voice.model): voice.model for voice in voices}


def _as_asked(app: web.Application, voice: VoiceSpec, asked: OpenAISpeech) -> VoiceSpec:
    """A model's voice with what this request says; its key stays, as that names what was made of its clip."""
    if voice.model_voice is None:
        return voice
    changed = replace(voice.model_voice, seed=voice.model_voice.seed if asked.seed is None else asked.seed)
    if _takes_instructions(app, voice, asked):
        changed = replace(changed, instruct=asked.instructions)
    return replace(voice, model_voice=changed)


def _takes_instructions(app: web.Application, voice: VoiceSpec, asked: OpenAISpeech) -> bool:
    """Whether the request has some, and nothing speaks against it."""
    if not asked.instructions or voice.model_voice is None:
        return False
    instructed = replace(voice, model_voice=replace(voice.model_voice, instruct=asked.instructions))
    reason = app[ENGINES][voice.engine].engine.readiness(instructed).reason
    return reason is None or reason.code != "not_supported"


async def _clone(
    app: web.Application, asked: OpenAISpeech, audio: bytes, warnings: VoiceWarnings
) -> RequestVoice:
    """The clip's voice and no other: who sends a clip wants that one."""
    known = models(app)
    engine = app[ENGINES].get(CLONING)
    if engine is None or not known:
        raise OpenAIRefusal(
            HTTPStatus.BAD_REQUEST,
            "cannot_clone",
            "this gateway has no model that clones a voice; leave ref_audio out and name a persona",
            "ref_audio",
        )
    checked = await app[CALLER_CLIPS].load(audio)
    transcript, told = words_of(checked, asked.transcript, asked.language)
    model = known.get(asked.model) or next(iter(known.values()))
    voice = ModelVoice(
        model,
        key=hashlib.sha256(json.dumps([CALLER, model, checked.clip.key, transcript]).encode()).hexdigest(),
        transcript=transcript,
        instruct=asked.instructions or None,
        seed=asked.seed,
        ad_hoc=True,
    )
    for about, sentences in (("ref_audio", checked.warnings), ("ref_text", told)):
        for each in sentences:
            warnings.add(about, each)
    spec = VoiceSpec(CLONING, CALLER, model_voice=voice)
    reason = engine.engine.readiness(spec).reason
    if reason and reason.code == "not_supported" and asked.instructions:
        warnings.add("instructions", "instructions are not followed by this model")
        spec = replace(spec, model_voice=replace(voice, instruct=None))
        reason = engine.engine.readiness(spec).reason
    if reason and reason.code in {"not_supported", "incomplete_voice"}:
        raise OpenAIRefusal(HTTPStatus.BAD_REQUEST, "cannot_clone", reason.text, "ref_audio")
    if asked.ref_text is None and not asked.x_vector_only_mode:
        warnings.add("ref_text", "without ref_text only the timbre is cloned; send the words of the clip")
    if asked.language:
        in_language = spec.speaking(asked.language)
        if can_speak(in_language, app[ENGINES]):
            spec = in_language
        else:
            name = language_of(asked.language).name
            warnings.add("language", f"{name} is not followed: this model finds out the language by itself")
    chain = FallbackChain([ChainEntry(engine, spec)])
    return RequestVoice(chain, CALLER, asked.language or "", clip=(voice.key, checked.clip))


def check_can_speak(speaker: RequestVoice) -> None:
    """Raises NothingCanSpeak or, where it is known when to come back, Refusal."""
    ready = speaker.chain.can_speak()
    if ready.reason:
        said = f"{speaker.persona} cannot speak: {ready.reason.text}"
        raise OpenAIRefusal(
            HTTPStatus.SERVICE_UNAVAILABLE, NothingCanSpeak.code, said, retry_after=ready.retry_after
        )
