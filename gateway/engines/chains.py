"""From a persona's voices to the chain of engines that speak them."""

from collections.abc import Iterable, Iterator, Mapping

from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing import StoringEngine
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.wrapped import inside
from robotvoice.errors import UnknownVoice
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.utterance import Sentence

PATIENCE = 4.0
"""Seconds for the last that can speak, where silence is the only alternative"""


def chain_for(
    persona: Persona, engines: Mapping[str, GuardedEngine], *, own_only: bool = False
) -> FallbackChain:
    """All the persona's voices, or only what counts as its own; what is kept of a voice comes before it."""
    voices = (persona.voice,) if own_only else (*persona.voices, *_plain(persona, engines))
    cache = engines.get(CacheEngine.name)
    entries = []
    for voice in voices:
        if cache and voice.model_voice:
            entries.append(ChainEntry(cache, voice, recalls=True))
        guarded = engines[voice.engine]
        storing = inside(guarded.engine, StoringEngine)
        for_later = storing.make_for_later if storing else None
        entries.append(ChainEntry(guarded, voice, for_later=for_later))
    # Who asks for the persona's own voice alone has substitutes nearer the loudspeaker.
    return FallbackChain(entries, last_resort=not own_only, patience=0.0 if own_only else PATIENCE)


def _plain(persona: Persona, engines: Mapping[str, GuardedEngine]) -> Iterator[VoiceSpec]:
    """A plain voice of its language, where eSpeak NG has none of those that are to stand in."""
    if persona.when_unavailable == "silent":
        return
    espeak = [voice for voice in persona.voices if voice.engine == "espeak"]
    reasons = [engines[voice.engine].engine.readiness(voice).reason for voice in espeak]
    if reasons and all(reason and reason.code == UnknownVoice.code for reason in reasons):
        yield VoiceSpec("espeak", language=persona.language)


def all_kept(persona: Persona, engines: Mapping[str, GuardedEngine], spoken: Iterable[Sentence]) -> bool:
    """Whether each of these sentences was spoken with the persona's own voice before and can be played."""
    guarded = engines.get(CacheEngine.name)
    cache = inside(guarded.engine, CacheEngine) if guarded else None
    if cache is None:
        return False
    entry = ChainEntry(guarded, persona.voice) if guarded else None
    return entry is not None and all(cache.holds(entry.given(sentence), entry.voice) for sentence in spoken)
