"""Says once which persona's own voice can never be in time on this machine, and what to do about it."""

import logging
from collections.abc import Callable, Iterable

from speech.persona import Persona, VoiceSpec

log = logging.getLogger(__name__)

BestStart = Callable[[VoiceSpec], float | None]
"""Seconds to the first sound of a voice when nobody is before it; None: not measured yet"""


class TooSlow:
    """Remembers who has been told."""

    def __init__(self, best_start: BestStart) -> None:
        self._best_start = best_start
        self._told: set[tuple[str, str]] = set()

    def look(self, personas: Iterable[Persona]) -> None:
        """Logs a line for each persona, and each revision of it, that misses its budget even when idle."""
        for persona in personas:
            best, budget = self._best_start(persona.voice), persona.first_audio_budget
            this = persona.id, persona.revision
            if best is None or best <= budget or this in self._told:
                continue
            self._told.add(this)
            log.warning(
                "persona %s: its own voice begins after %.1f s on this machine and its budget is %g s, so "
                "its fallbacks speak; write first_audio_budget: %g into its persona.yaml, or take a smaller "
                "model",
                persona.id,
                best,
                budget,
                round(1.5 * best + 0.5, 1),
            )
