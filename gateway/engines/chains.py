"""From a persona's voices to the chain of engines that speak them."""

from collections.abc import AsyncGenerator, Iterable, Iterator
from dataclasses import replace

from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.consented_engine import CONSENT_EXPIRED
from gateway.engines.guarded_engines import GuardedEngines
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry
from robotvoice.engines.base import Readiness
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.errors import EngineUnavailable, UnknownVoice
from robotvoice.persona import LOCAL_ENGINES, Persona, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

PLAIN = LOCAL_ENGINES | {"pyttsx3"}
"""Engines that need no model, so that there is always room for one sentence more"""
BUSY, FULL = "busy", "too many texts are being spoken"
RETRY = 1.0
"""Seconds after which it is worth asking again"""
LAST_RESORT_WITHIN = 4.0
"""Seconds for the last that can speak, where silence is the only alternative"""


class Taken(WrappedEngine):
    """One that has enough to do already."""

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return super().readiness(voice) and Readiness(Reason(BUSY, FULL), RETRY)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        raise EngineUnavailable(BUSY, FULL, RETRY)
        yield  # what makes it a generator


def chain_for(
    persona: Persona, engines: GuardedEngines, *, own_only: bool = False, full_house: bool = False
) -> FallbackChain:
    """All the persona's voices, or only what counts as its own; what is kept of a voice comes before it.

    In a `full_house` only what is kept, and voices that need no model.
    """
    plain = tuple(_plain(persona, engines, full_house=full_house))
    voices = (persona.voice,) if own_only else (*persona.voices, *plain)
    cache = engines.get(CacheEngine.name)
    entries = []
    for voice in voices:
        if cache and voice.model_voice:
            entries.append(ChainEntry(cache, voice, recalls=True))
        storing = engines.parts.storing.get(voice.engine)
        for_later = storing.make_for_later if storing else None
        guarded = engines[voice.engine]
        if full_house and voice.engine not in PLAIN:
            guarded = replace(guarded, engine=Taken(guarded.engine))
        entries.append(ChainEntry(guarded, voice, for_later=for_later))
    # Who asks for the persona's own voice alone has substitutes nearer the loudspeaker.
    return FallbackChain(entries, last_resort=not own_only, patience=0.0 if own_only else LAST_RESORT_WITHIN)


def _plain(persona: Persona, engines: GuardedEngines, *, full_house: bool) -> Iterator[VoiceSpec]:
    """A plain voice of its language, where eSpeak NG has none of those that are to stand in, or all that it
    has are somebody's, and the consent to one of them has ended, or all need a model in a full house.
    """
    if persona.when_unavailable == "silent":
        return
    if full_house and "espeak" in engines and not any(voice.engine in PLAIN for voice in persona.voices):
        yield VoiceSpec("espeak", language=persona.language)
        return
    if all(voice.clones for voice in persona.voices) and any(
        why_not.code == CONSENT_EXPIRED
        for voice in persona.voices
        if (why_not := engines[voice.engine].engine.readiness(voice).reason)
    ):
        yield VoiceSpec("espeak", language=persona.language)
        return
    espeak = [voice for voice in persona.voices if voice.engine == "espeak"]
    reasons = [engines[voice.engine].engine.readiness(voice).reason for voice in espeak]
    if reasons and all(reason and reason.code == UnknownVoice.code for reason in reasons):
        yield VoiceSpec("espeak", language=persona.language)


def all_cached(persona: Persona, engines: GuardedEngines, spoken: Iterable[Sentence]) -> bool:
    """Whether each of these sentences was spoken with the persona's own voice before and can be played."""
    cache = engines.parts.cache
    if cache is None:
        return False
    entry = ChainEntry(engines[cache.name], persona.voice)
    return all(cache.holds(entry.given(sentence), entry.voice) for sentence in spoken)
