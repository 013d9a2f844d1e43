"""From a persona's voices to the chain of engines that speak them."""

from collections.abc import Mapping

from speech.fallback import FallbackChain
from speech.guarded import ChainEntry, GuardedEngine
from speech.persona import Persona


def chain_for(
    persona: Persona, engines: Mapping[str, GuardedEngine], *, own_only: bool = False
) -> FallbackChain:
    """All the persona's voices, or only what counts as its own."""
    voices = (persona.voice,) if own_only else persona.voices
    return FallbackChain([ChainEntry(engines[voice.engine], voice) for voice in voices])
