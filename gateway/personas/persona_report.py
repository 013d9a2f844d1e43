"""Tells the log what is wrong with the personas in use, their voices and their clips: each thing once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

from gateway.clips.clip import of_level
from gateway.clips.reference_clips import load_persona_clip
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.errors import InvalidClip
from robotvoice.persona import ModelVoice, Persona, UpstreamVoice

log = logging.getLogger(__name__)

PASSING = frozenset({"starting", "loading", "warming_up", "restarting", "unknown_model", "machine_full"})
"""Reasons that are over in a moment, or that the engine tells by itself"""


class PersonaReport:
    """`run` is to be a task for as long as the gateway runs; clips are decoded in processes of their own."""

    def __init__(
        self, personas: Callable[[], Iterable[Persona]], engines: Mapping[str, GuardedEngine]
    ) -> None:
        self._personas = personas
        self._engines = engines
        self._due = asyncio.Event()
        self._told: set[str] = set()

    def look_again(self) -> None:
        """The engines have started, or the personas are others."""
        self._due.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._due.wait()
            self._due.clear()
            now = [line async for line in self._lines()]
            for line in now:
                if line not in self._told:
                    log.warning("%s", line)
            # What was mended and is broken again is told again.
            self._told = set(now)

    async def _lines(self) -> AsyncIterator[str]:
        for persona in tuple(self._personas()):
            for voice in persona.voices:
                reason = self._engines[voice.engine].engine.readiness(voice).reason
                if reason and reason.code not in PASSING:
                    yield f"persona {persona.id}: {reason.text}"
                if made := voice.made_of:
                    for told in await _of_clip(made):
                        yield f"persona {persona.id}: {told}"


async def _of_clip(voice: ModelVoice | UpstreamVoice) -> tuple[str, ...]:
    if voice.reference is None:
        return ()
    name = voice.reference.name
    try:
        checked = await load_persona_clip(voice.reference, voice.transcript, voice.language)
    except InvalidClip as error:
        return (f"{name} cannot be cloned: {error.message}",)
    return tuple(f"{name}: {text}" for text in of_level(checked.findings, "warning"))
