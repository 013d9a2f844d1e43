"""Plays a count and asks what was heard of it; each answer leads to a line to type."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from edge_client.doctor.sound_check import count_to_six, swallowed
from edge_client.playback.devices.device_names import on_card
from edge_client.playback.devices.sound_cards import Card
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.players.player import each_of
from edge_client.settings.settings import Settings

T = TypeVar("T")

REST = 6.0
"""Seconds in which a loudspeaker falls asleep if it is of that kind"""
SAFE = 0.2
"""Seconds of silence more than was swallowed"""
MOST_TRIES = 3
FILE = "the settings (robot.toml)"
WHAT_IT_PLAYS = (
    f"it rests {REST:.0f} s, in which a loudspeaker may fall asleep, and counts from one to six. Who hears "
    "only the end of it needs silence before the first word"
)
ANSWERS = (
    ("all, from one on", "all is well"),
    ("only from three on", "lead_in = 1.2 (0.5 for each number missing, and 0.2)"),
    ("nothing", "another device, alsamixer, or an amplifier (before)"),
    ("too softly", "alsamixer, or volume = 100"),
    ("with gaps", "robotvoice status tells of underruns"),
)
"""And what to do, for whoever is not asked"""

Ask = Callable[[str], str]
Tell = Callable[[str], object]
Run = Callable[[Coroutine[Any, Any, T]], T]


class Hearing:
    """`run` runs a coroutine to its end; `ask` returns what a person typed, without spaces around it."""

    def __init__(self, settings: Settings, cards: list[Card], run: Run[None], ask: Ask, tell: Tell) -> None:
        self._settings, self._cards, self._run, self._ask, self._tell = settings, cards, run, ask, tell

    def test(self) -> bool:
        """Whether somebody has heard something."""
        first = self._first_heard(self._settings, 0.0)
        if first == 0:
            return self._on_other_cards()
        if first == 1:
            self._tell("The loudspeaker does not swallow anything: lead_in = 0 is enough for it.")
            return True
        return self._with_lead_in(first)

    def _with_lead_in(self, first: int) -> bool:
        lead_in = 0.0
        for _ in range(MOST_TRIES):
            lead_in = math.ceil((lead_in + swallowed(first) + SAFE) * 10) / 10
            self._tell(f"Once more, with {lead_in:g} s of silence before it.")
            first = self._first_heard(self._settings, lead_in)
            if first == 1:
                break
        self._tell(f"Write this line into {FILE}, and restart the daemon:\n\n    lead_in = {lead_in:g}\n")
        return True

    def _on_other_cards(self) -> bool:
        for card in self._cards:
            device = on_card(self._settings.device or "", card.id)
            if device == self._settings.device:
                continue
            if self._ask(f"Try {card.name}? (Enter: yes, n: no) ").lower().startswith("n"):
                continue
            if self._first_heard(replace(self._settings, device=device), 1.0):
                self._tell(
                    f'Write this line into {FILE}, and restart the daemon:\n\n    device = "{device}"\n'
                )
                return True
        self._tell(
            "Nothing was heard. Is the loudspeaker plugged in and switched on? alsamixer shows the volume; "
            'an amplifier may want a command first: before = "…"'
        )
        return False

    def _first_heard(self, settings: Settings, lead_in: float) -> int:
        """1 to 6; 0: nothing."""
        self._tell(f"It is silent for {REST:.0f} s now; then listen.")
        spoken: list[bool] = []
        self._run(count_aloud(replace(settings, lead_in=lead_in), spoken.append))
        if spoken[0]:
            return self._number("Which number did you hear first? (1 to 6; Enter: 1; 0: nothing) ", 1)
        heard = self._number("How many tones did you hear? (0 to 6; Enter: 6) ", 6)
        return 7 - heard if heard else 0

    def _number(self, question: str, usual: int) -> int:
        while True:
            answer = self._ask(question) or str(usual)
            if answer in tuple("0123456"):
                return int(answer)


async def count_aloud(
    settings: Settings, spoken: Callable[[bool], object], on_wait: Callable[[str], object] = lambda told: None
) -> None:
    """After a rest. Tells whether it was in words. Raises PlayerFailed."""
    count = await count_to_six(settings)
    await asyncio.sleep(REST)
    loudspeaker = Loudspeaker(settings, on_wait=on_wait)
    try:
        async with loudspeaker.taken():
            await loudspeaker.play(each_of([count.chunk]))
    finally:
        await loudspeaker.close()
    spoken(count.spoken)
