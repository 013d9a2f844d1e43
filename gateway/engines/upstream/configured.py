"""The engines of the upstreams in the settings, and what stands for one that is not there."""

from collections.abc import AsyncGenerator, Mapping

from gateway.engines.upstream.upstream_engine import UpstreamEngine
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from robotvoice.engines.base import Engine, EngineBase, Readiness
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import UPSTREAM_PREFIX, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence


def upstream_engines(upstreams: Mapping[str, UpstreamSettings]) -> dict[str, Engine]:
    """By the engine's name; nothing is started yet."""
    engines = [UpstreamEngine(name, settings) for name, settings in upstreams.items()]
    return {engine.name: engine for engine in engines}


class MissingUpstream(EngineBase):
    """A persona names it and the settings do not: never ready, so that the next voice speaks."""

    first_audio_cap = 1.0

    def __init__(self, name: str) -> None:
        """`name` is the engine's."""
        self.name = name
        upstream = name.removeprefix(UPSTREAM_PREFIX)
        self.description = f"there is no [upstreams.{upstream}] in the settings file; add it with its url"

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return Readiness(Reason("unknown_upstream", self.description))

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        raise EngineUnavailable("unknown_upstream", self.description)
        yield  # a generator, which raises when it is listened to

    async def probe(self) -> None:
        raise EngineUnavailable("unknown_upstream", self.description)
