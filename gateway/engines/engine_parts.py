"""The engines of a gateway: which there are, what is around each, and what new personas mean to them."""

import datetime
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from gateway.clips.caller_clips import CallerClips
from gateway.engines.cache.cache_engine import CacheEngine, cached
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.consented_engine import ConsentedEngine, Today
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.upstream.upstream_engine import UpstreamEngine, upstream_engines
from gateway.guard.output_guard_engine import OutputGuardEngine
from gateway.loudness.loudness_engine import LoudnessEngine, levelled
from gateway.loudness.voice_loudness import VoiceLoudness
from gateway.models.models import models_of, revisions
from gateway.personas.persona_files import PersonaLibrary
from gateway.settings.settings import Settings
from robotvoice.engines.base import Engine
from robotvoice.engines.command.command_engine import command_engines
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.hibari.hibari_engine import HibariEngine

Sources = Collection[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Parts:
    """The engines by name, as they are asked, and what some of them can do besides speaking."""

    engines: Mapping[str, Engine]
    mlx: MlxEngine | None = None
    """Models can be told which voices to expect, and tell how their workers are"""
    cache: CacheEngine | None = None
    storing: Mapping[str, StoringEngine] = field(default_factory=dict)
    """Those whose sound is kept in the cache, by name: they make a sentence for the next time"""
    levelled: Mapping[str, LoudnessEngine] = field(default_factory=dict)
    """Those that know how loud their voices are, by name"""
    caller_clips: CallerClips = field(default_factory=CallerClips)
    loudness: VoiceLoudness | None = None
    today: Today = datetime.date.today
    """Says which consents have ended"""
    forgets: tuple[Callable[[Sources], None], ...] = ()
    """Those who remember voices for their canaries; see `VoiceSpec.source`"""

    async def personas_changed(self, library: PersonaLibrary) -> None:
        """Models that nobody needs any more end, new ones start in the background."""
        self.use_voices(library)
        if self.mlx:
            await self.mlx.use(models_of(library.personas.values()))

    def use_voices(self, library: PersonaLibrary) -> None:
        """Those of these personas are measured before they are heard, where that is possible."""
        if self.loudness:
            self.loudness.use(library.voices)
        if self.mlx:
            today = self.today()
            self.mlx.expect(voice for voice in library.voices if not voice.has_ended(today))
        for engine in self.levelled.values():
            engine.use(library.voices)


def parts_of(settings: Settings, library: PersonaLibrary, today: Today = datetime.date.today) -> Parts:
    """Nothing is started yet."""
    clips = CallerClips()
    pinned = revisions(settings.state_dir)
    mlx = MlxEngine(models_of(library.personas.values()), clips.clip_of, revisions=pinned)
    # Inside of the guard, whose canaries are to ask for leave, too.
    guards = {mlx.name: OutputGuardEngine(ConsentedEngine(mlx, today))}
    upstreams = upstream_engines(settings.upstreams)
    for name, upstream in upstreams.items():
        guards[name] = OutputGuardEngine(ConsentedEngine(upstream, today), any_language=True)
    commands = command_engines(settings.voices)
    engines: dict[str, Engine] = {
        "espeak": EspeakEngine.installed(settings.espeak),
        "hibari": HibariEngine(),
        "pyttsx3": Pyttsx3Engine(),
        **guards,
        **{name: OutputGuardEngine(command, any_language=True) for name, command in commands.items()},
    }
    cache, storing = cached(engines, settings, pinned, today) if settings.cache else (None, {})
    if cache:
        engines = {cache.name: cache, **engines, **storing}
    loudness = VoiceLoudness(settings.state_dir, pinned)
    # Around the cache too: it keeps what the model made, and plays it with the gain that was learned since.
    all_levelled = levelled(engines, loudness)
    remembering: list[OutputGuardEngine | UpstreamEngine] = [*guards.values(), *upstreams.values()]
    forgets = tuple(each.forget for each in remembering)
    parts = Parts(all_levelled, mlx, cache, storing, all_levelled, clips, loudness, today, forgets)
    parts.use_voices(library)
    return parts
