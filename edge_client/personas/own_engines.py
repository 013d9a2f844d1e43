"""What a robot speaks with by itself: its engines, each behind a breaker, and when they are made ready."""

import asyncio
from collections.abc import Collection, Iterable, Mapping

from edge_client.personas.known_personas import ANY_VOICE
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.engines.base import Engine
from robotvoice.engines.command.command_engine import MissingCommand, command_engines
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.hibari.hibari_engine import HibariEngine
from robotvoice.persona import VoiceSpec


class OwnEngines:
    """Nothing is started yet; `close` ends what was."""

    def __init__(
        self, settings: Settings, *, espeak: EspeakEngine | None = None, hibari: HibariEngine | None = None
    ) -> None:
        """The last two stand for what is installed here."""
        self.espeak = espeak or EspeakEngine.installed(settings.espeak, on_demand=True)
        self.hibari = hibari or HibariEngine()
        commands = command_engines(settings.voices).values()
        engines: tuple[Engine, ...] = (self.espeak, self.hibari, *commands)
        self._guarded: Mapping[str, GuardedEngine] = {
            engine.name: GuardedEngine(engine, CircuitBreaker(engine.name)) for engine in engines
        }

    def __getitem__(self, voice: VoiceSpec) -> GuardedEngine:
        """Whose voice it is; one that is missing here is never ready."""
        return self._guarded.get(voice.engine) or GuardedEngine(MissingCommand(voice.engine))

    def get(self, name: str) -> Engine | None:
        guarded = self._guarded.get(name)
        return guarded.engine if guarded else None

    @property
    def breakers(self) -> list[tuple[Engine, CircuitBreaker]]:
        """For canaries."""
        return [(each.engine, each.breaker) for each in self._guarded.values() if each.breaker]

    @property
    def description(self) -> str:
        """What would speak, for a person; what nobody's voice needs is not mentioned."""
        return "; ".join([*([self.hibari.description] if self.hibari.warm else []), self.espeak.description])

    @property
    def mute(self) -> str | None:
        """Why this robot cannot speak by itself in any voice, and what to do."""
        missing = self.espeak.readiness(ANY_VOICE).reason
        return missing.text if missing else None

    def why_mute(self, voices: Iterable[VoiceSpec]) -> str | None:
        """The same for a persona with these voices, one of which may need no eSpeak NG."""
        return None if any(self[voice].engine.readiness(voice) for voice in voices) else self.mute

    async def start_for(self, voices: Collection[VoiceSpec]) -> None:
        """Makes ready what these need; eSpeak NG is needed by all, as the last resort."""
        await asyncio.gather(self.espeak.start(), self.warm(voices))

    async def warm(self, voices: Iterable[VoiceSpec]) -> None:
        """A neural voice holds memory: its child waits only where somebody may speak with it."""
        neural = (voice for voice in voices if voice.engine == self.hibari.name)
        if any(self.hibari.readiness(voice) for voice in neural):
            await self.hibari.warm_up()

    async def close(self) -> None:
        await asyncio.gather(*(each.engine.close() for each in self._guarded.values()))
