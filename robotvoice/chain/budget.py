"""How long an answer may take, and what of it is left for a sentence."""

import math
from dataclasses import dataclass

from robotvoice.voice_warnings import VoiceWarnings
from robotvoice.wire.lenient_fields import nearest, number

RESERVE = 0.25
"""Seconds that are kept for each engine that may have to take over, at least"""
AUDIO_SECONDS_A_CHARACTER = 0.07
"""Slow English speech; for whole answers only, whose budget is generous"""
LEAST_BUDGET_MS, MOST_BUDGET_MS = 50, 600_000
"""What a request may ask for"""


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one answer. Seconds."""

    first_audio: float = math.inf
    """From when a sentence is wanted to its first sound"""
    whole: float = math.inf
    """From the request to the last sample; for answers that are nothing before they are whole"""


UNBOUNDED = Budget()


@dataclass(frozen=True, slots=True)
class Due:
    """When a sentence has to sound, and when all that is left of a text has to be made; clock of the loop."""

    start_by: float = math.inf
    finish_by: float = math.inf
    characters: int = 0
    """Of the text that is left"""

    @property
    def seconds_of_audio(self) -> float:
        return self.characters * AUDIO_SECONDS_A_CHARACTER


def possible_budget(seconds: float) -> float:
    """The nearest that a request may ask for."""
    return min(max(seconds, LEAST_BUDGET_MS / 1000), MOST_BUDGET_MS / 1000)


def budget_in(field: str, milliseconds: str | int | None, warnings: VoiceWarnings) -> float | None:
    """Seconds that a request gives its answer; None: it does not say, or not what can be read."""
    if milliseconds is None or not str(milliseconds).strip():
        return None
    said = number(milliseconds)
    if said is None:
        warnings.add(field, f"{field} is not followed: it must be a number of milliseconds")
        return None
    return nearest(round(said), LEAST_BUDGET_MS, MOST_BUDGET_MS, field, " ms", warnings) / 1000
