"""From a persona's voices to the chain of engines that speak them."""

from collections.abc import Mapping

from gateway.engines.cache import CacheEngine
from speech.fallback import FallbackChain
from speech.guarded import ChainEntry, GuardedEngine
from speech.persona import Persona


def chain_for(
    persona: Persona, engines: Mapping[str, GuardedEngine], *, own_only: bool = False
) -> FallbackChain:
    """All the persona's voices, or only what counts as its own; what is kept of a voice comes before it."""
    voices = (persona.voice,) if own_only else persona.voices
    cache = engines.get(CacheEngine.name)
    entries = []
    for voice in voices:
        if cache and voice.model_voice:
            entries.append(ChainEntry(cache, voice, recalls=True))
        entries.append(ChainEntry(engines[voice.engine], voice))
    return FallbackChain(entries)
