"""The engines of a gateway: which there are, what is around each, and what new personas mean to them."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.clips.caller_clips import CallerClips
from gateway.engines.cache.cache_engine import with_cache
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.upstream.configured import upstream_engines
from gateway.guard.listening import ListeningEngine
from gateway.loudness.levelled import LevelledEngine, levelled
from gateway.loudness.voice_loudness import VoiceLoudness
from gateway.models.models import models_of, revisions
from gateway.personas.persona_files import PersonaLibrary
from gateway.settings.settings import Settings
from robotvoice.engines.base import Engine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine


@dataclass(frozen=True, slots=True)
class Parts:
    """What `make_app` is given by the command."""

    engines: Mapping[str, LevelledEngine]
    caller_clips: CallerClips
    mlx: MlxEngine
    loudness: VoiceLoudness

    async def personas_changed(self, library: PersonaLibrary) -> None:
        """Models that nobody needs any more end, new ones start in the background."""
        self.use_voices(library)
        await self.mlx.use(models_of(library.personas.values()))

    def use_voices(self, library: PersonaLibrary) -> None:
        """Those of these personas are measured before they are heard, where that is possible."""
        voices = [voice for persona in library.personas.values() for voice in persona.voices]
        self.loudness.use(voices)
        self.mlx.expect(voices)
        for engine in self.engines.values():
            engine.use(voices)


def parts_of(settings: Settings, library: PersonaLibrary) -> Parts:
    """Nothing is started yet."""
    clips = CallerClips()
    pinned = revisions(settings.state_dir)
    mlx = MlxEngine(models_of(library.personas.values()), clips.clip_of, revisions=pinned)
    engines: dict[str, Engine] = {
        "espeak": EspeakEngine.installed(settings.espeak),
        "mlx": ListeningEngine(mlx),
        "pyttsx3": Pyttsx3Engine(),
    }
    for name, upstream in upstream_engines(settings.upstreams).items():
        engines[name] = ListeningEngine(upstream, any_language=True)
    loudness = VoiceLoudness(settings.state_dir, pinned)
    # Around the cache too: it keeps what the model made, and plays it with the gain that was learned since.
    cached = with_cache(engines, settings, pinned)
    parts = Parts(levelled(cached, loudness), clips, mlx, loudness)
    parts.use_voices(library)
    return parts
