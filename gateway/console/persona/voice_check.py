"""Asks each engine of this machine whether it has the voices that personas name."""

from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack

from gateway.clips.clip import ClipFinding
from gateway.engines.pyttsx3.pyttsx3_engine import Pyttsx3Engine
from gateway.engines.upstream.upstream_engine import upstream_engines
from gateway.models.model_folders import why_no_model
from gateway.models.models import refusal_of, revisions, unspoken_of
from gateway.settings.settings import Settings
from robotvoice.engines.base import Engine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.engines.hibari.hibari_engine import HibariEngine
from robotvoice.errors import UnknownLanguage
from robotvoice.languages import CANNOT_SPEAK, language_of
from robotvoice.persona import COMMAND_PREFIX, UPSTREAM_PREFIX, Persona, VoiceSpec

THE_VOICE = frozenset({"unknown_voice", "not_supported", "incomplete_voice", "unknown_upstream"})
"""Reasons of an engine that concern the voice; any other one concerns the engine or this moment"""


class VoiceCheck:
    """Use as a context: engines that answer for their voices are started for it and end with it."""

    def __init__(self, settings: Settings, personas: Iterable[Persona]) -> None:
        self._settings = settings
        self._wanted = {voice.engine for persona in personas for voice in persona.every_voice}
        self._revisions = revisions(settings.state_dir)
        self._engines: dict[str, Engine] = {}
        self._until = AsyncExitStack()

    async def __aenter__(self) -> "VoiceCheck":
        known: Mapping[str, Engine] = {
            "espeak": EspeakEngine.installed(self._settings.espeak),
            "hibari": HibariEngine(),
            "pyttsx3": Pyttsx3Engine(),
        }
        for name in known.keys() & self._wanted:
            self._engines[name] = known[name]
            self._until.push_async_callback(known[name].close)
            await known[name].start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._until.aclose()

    def findings_of(self, persona: Persona) -> list[ClipFinding]:
        """About each of its voices, also of those that a silent persona never uses."""
        found = []
        for place, voice in enumerate(persona.every_voice):
            where = f"fallbacks[{place - 1}]" if place else "voice"
            if why := self._refusal(voice):
                found.append(ClipFinding("voice", "problem", f"{where}: {why}"))
            elif told := self._other_language(voice, persona.language):
                found.append(ClipFinding("language", "warning", f"{where}: {told}"))
        return found

    def cannot_tell(self) -> list[str]:
        """Of each engine that does not run here, why: then nothing is known of its voices."""
        reasons = (engine.readiness(VoiceSpec(engine.name)).reason for engine in self._engines.values())
        return [reason.text for reason in reasons if reason and reason.code not in THE_VOICE]

    def _refusal(self, voice: VoiceSpec) -> str | None:
        """Why the engine can never make it."""
        if voice.model_voice:
            return why_no_model(voice.model_voice.model) or refusal_of(voice.model_voice, self._revisions)
        if voice.engine.startswith(UPSTREAM_PREFIX):
            if voice.engine in upstream_engines(self._settings.upstreams):
                return None
            name = voice.engine.removeprefix(UPSTREAM_PREFIX)
            return f"there is no table [upstreams.{name}] in the gateway's settings; add it, or name another"
        if voice.engine.startswith(COMMAND_PREFIX):
            if voice.voice in self._settings.voices:
                return None
            return (
                f"there is no table [voices.{voice.voice}] in the gateway's settings; add it, or name another"
            )
        engine = self._engines.get(voice.engine)
        reason = engine.readiness(voice).reason if engine else None
        return reason.text if reason and reason.code in THE_VOICE else None

    def _other_language(self, voice: VoiceSpec, language: str) -> str | None:
        """What is to be said of a voice that would not read the persona's language as one who speaks it."""
        if voice.model_voice:
            return unspoken_of(voice.model_voice, self._revisions)
        known = self._engines.get(voice.engine)
        reason = known.readiness(voice).reason if known else None
        if reason and reason.code == CANNOT_SPEAK:
            return f"{reason.text}, so it never speaks for this persona; remove it"
        espeak = self._engines.get(voice.engine)
        if not isinstance(espeak, EspeakEngine):
            return None
        try:
            spoken, wanted = language_of(voice.voice.partition("+")[0]), language_of(language)
        except UnknownLanguage:
            return None
        better, is_its_own = espeak.voice_for(language)
        if spoken.code == wanted.code or not is_its_own:
            return None
        return f"{voice.voice} reads {spoken.name}, and the persona speaks {wanted.name}; say voice: {better}"
