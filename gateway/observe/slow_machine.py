"""Says once which persona's own voice can never be in time on this machine, and what to do about it."""

import logging
from collections.abc import Callable, Iterable

from robotvoice.chain.attempt import FAIR
from robotvoice.chain.budget import RESERVE
from robotvoice.persona import Persona, VoiceSpec

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
            this = persona.id, persona.revision
            if this not in self._told and (advice := self.advice(persona)):
                self._told.add(this)
                log.warning("persona %s: %s", persona.id, advice)

    def advice(self, persona: Persona) -> str | None:
        """What is so and what to do about it; None if it can be in time, or nobody knows yet."""
        best, budget = self._best_start(persona.voice), persona.first_audio_budget
        # As the chain reckons: with some time to spare, and some for each who may have to take over.
        needs = 0.0 if best is None else FAIR * best + RESERVE * (len(persona.voices) - 1)
        if best is None or needs <= budget:
            return None
        enough = round(max(1.5 * best + 0.5, needs + 0.1), 1)
        return (
            f"its own voice begins after {best:.1f} s on this machine and its budget is {budget:g} s, so its "
            f"fallbacks speak; write first_audio_budget: {enough:g} into its persona.yaml, which its robots "
            "keep too, or take a smaller model"
        )
