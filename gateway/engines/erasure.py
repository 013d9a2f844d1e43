"""A voice whose consent has ended, or whose persona was removed, leaves nothing that was made of it."""

import asyncio
import datetime
import logging
from collections.abc import Callable, Iterable, Iterator

from gateway.engines.engine_parts import Parts
from gateway.personas.active_personas import ActivePersonas
from gateway.personas.withdrawn import withdrawn
from robotvoice.ground.changes import set_within
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.wire.last_answers import LastAnswers

log = logging.getLogger(__name__)

LOOK_ANYWAY = 60.0
"""Seconds: a machine that slept through midnight, or whose clock was set, is told by nobody"""


class Erasure:
    """Erases as soon as a day is over. `run` is to be a task for as long as the gateway runs."""

    def __init__(
        self,
        personas: ActivePersonas,
        parts: Parts,
        answers: LastAnswers,
        *,
        changed: Callable[[], None],
        now: Callable[[], datetime.datetime] = datetime.datetime.now,
    ) -> None:
        """`changed` is called when a voice may not be used any more; `now` tells how far midnight is."""
        self._personas, self._parts, self._answers = personas, parts, answers
        self._changed, self._now = changed, now
        self._before = personas.library.personas
        self._erased: set[tuple[str, tuple[str, str]]] = set()
        self._again = asyncio.Event()

    def look_again(self) -> None:
        """The personas are others."""
        self._again.set()

    async def run(self) -> None:
        """Until cancelled; whatever goes wrong, it goes on."""
        if self._parts.cache:
            await self._parts.cache.opened.wait()
        while True:
            self._again.clear()
            try:
                await self._look()
            except Exception:
                log.exception("erasing what was made of a voice broke, and is tried again")
            await set_within(self._again, min(LOOK_ANYWAY, self._until_midnight()))

    async def _look(self) -> None:
        now = self._personas.library.personas
        gone = withdrawn(self._before, now, self._parts.today())
        known = {(id, voice.source) for id, voices in gone.items() for voice in voices}
        news = known - self._erased
        for id, voices in gone.items():
            if fresh := [voice for voice in voices if (id, voice.source) in news]:
                await self._erase(id, fresh)
        self._before, self._erased = now, known
        if self._parts.cache:
            # What nobody can tell of may be of the same voice, from before its persona was changed.
            older = await self._parts.cache.keep_only(_voices(now.values()), at_once=bool(news))
            if older:
                log.warning("recordings of former voices erased from the audio cache: %d", older)
        if news:
            self._answers.clear()
            self._parts.use_voices(self._personas.library)
            self._changed()

    async def _erase(self, id: str, voices: list[VoiceSpec]) -> None:
        """Raises OSError."""
        for forget in self._parts.forgets:
            forget([voice.source for voice in voices])
        made = [voice.model_voice for voice in voices if voice.model_voice]
        if self._parts.mlx:
            self._parts.mlx.forget([voice.key for voice in made])
        files = 0
        if self._parts.cache:
            for voice in voices:
                files += await self._parts.cache.erase(voice)
        why = "is gone" if id not in self._personas.library.personas else "has no consent any more"
        log.warning("the cloned voice of %s %s; recordings erased from the audio cache: %d", id, why, files)

    def _until_midnight(self) -> float:
        """Seconds, and a moment more."""
        now = self._now()
        tomorrow = datetime.datetime.combine(now.date() + datetime.timedelta(days=1), datetime.time())
        return (tomorrow - now).total_seconds() + 0.1


def _voices(personas: Iterable[Persona]) -> Iterator[VoiceSpec]:
    return (voice for persona in personas for voice in persona.every_voice)
