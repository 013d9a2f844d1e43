"""The language that a request asks for: a voice speaks it, or gives way to one that can."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.engines.guarded_engines import GuardedEngines
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry
from robotvoice.errors import EmptyText
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK, is_other, language_of, same_language
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.utterance import Reason, Sentence
from robotvoice.voice_warnings import VoiceWarnings


def speaking(
    persona: Persona,
    language: str | None,
    engines: GuardedEngines,
    warnings: VoiceWarnings,
    *,
    own_only: bool = False,
) -> Persona:
    """The persona with voices that are to speak `language`, a tag; those that do so by themselves stay.

    If none of them can, it speaks as ever, with a warning; but who wants its own voice or nothing has others.
    """
    if language is None:
        return persona
    told = replace(
        persona,
        language=language,
        voice=_told(persona.voice, language),
        fallbacks=tuple(_told(voice, language) for voice in persona.fallbacks),
    )
    if own_only or any(can_speak(voice, engines) for voice in told.voices):
        return told
    name = language_of(language).name
    warnings.add("language", f"language is not followed: no voice of {persona.id} speaks {name}")
    return persona


def can_speak(voice: VoiceSpec, engines: GuardedEngines) -> bool:
    """Whether nothing is known against the language that a voice is asked for."""
    reason = engines[voice.engine].engine.readiness(voice).reason
    return reason is None or reason.code != CANNOT_SPEAK


def check_legible(chain: FallbackChain, spoken: Sequence[Sentence]) -> None:
    """Raises EmptyText if no voice of the chain reads anything of it."""
    unread = [read for sentence in spoken if not (read := chain.legible(sentence)).text]
    if len(unread) == len(spoken):
        names = dict.fromkeys(name for read in unread for name in read.left_out)
        raise EmptyText(f"no voice here reads {' or '.join(names)}; choose a persona that does")


def for_another_voice(
    chain: FallbackChain,
    persona: Persona,
    engines: GuardedEngines,
    spoken: Sequence[Sentence],
) -> Reason | None:
    """Why the voices that a robot has itself are better asked: they read what the persona's own does not."""
    for sentence in spoken:
        own = chain.legible(sentence)
        if not own.left_out:
            continue
        entries = [ChainEntry(engines[voice.engine], voice) for voice in persona.local_voices]
        others = [entry.legible(sentence) for entry in entries]
        more = any(each.text and len(each.left_out) < len(own.left_out) for each in others)
        if more or not own.text:
            return Reason(CANNOT_READ, f"{chain.own_engine} does not read {' and '.join(own.left_out)}")
    return None


def _told(voice: VoiceSpec, language: str) -> VoiceSpec:
    own = voice.spoken or voice.voice.partition("+")[0]
    # A model knows languages, and no regions of them.
    other = not same_language(language, own) if voice.model_voice else is_other(language, own)
    return voice.speaking(language) if other else voice
