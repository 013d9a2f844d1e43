"""Where the sound comes out: device, card, sink and mixer, and how long that takes to wake up."""

import asyncio
import logging
import re
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from edge_client.playback.devices.device_names import (
    card_named,
    card_of,
    is_bluetooth,
    names_a_number,
    on_card,
)
from edge_client.playback.devices.mixer import WITHIN, Mixer, default_sink, mixer_of
from edge_client.playback.devices.player_commands import Buffers
from edge_client.playback.devices.sound_cards import PROC, Card, Use, cards, program, use_of, uses
from edge_client.playback.programs.child_failed import ChildFailed
from edge_client.playback.programs.child_process import output_of
from edge_client.settings.settings import Settings

log = logging.getLogger(__name__)

SLEEPER = 1.0
"""Seconds of silence for headsets and screens: what owners report that these swallow after a rest"""
FRESH = 5.0
"""Seconds for which what programs told is taken to be so"""
_LISTED = re.compile(r"^card (\d+): (\S+) \[(.*?)\], device \d+:", re.MULTILINE)
_NAMED = re.compile(r"^(?:plug)?hw:CARD=([\w-]+)(?:,DEV=\d+)?\n\s+(.*)", re.MULTILINE)


class OutputDevice:
    """What is known of it. It looks into /proc, and asks programs that only tell something."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.monotonic, proc: Path = PROC
    ) -> None:
        self._settings, self._clock, self._proc = settings, clock, proc
        self.device = settings.device
        """The one that is used, by the name its player knows"""
        self.cards: Sequence[Card] = ()
        self._id: str | None = None
        """Of the card that had the number which the settings name"""
        self._use: tuple[int, Use | None] = (0, None)
        """What the player with this process id has open"""
        self.sink: str | None = None
        self.mixer: Mixer | None = None
        self._asked = self._looked_at_mixer = float("-inf")

    @property
    def card(self) -> Card | None:
        """Where the player was seen to play, or where it is to."""
        if use := self._use[1]:
            return next((card for card in self.cards if card.number == use.card), None)
        return card_of(self.device, self.cards)

    @property
    def lead_in(self) -> float:
        """Seconds of silence that wake it after a rest."""
        if self._settings.lead_in is not None:
            return self._settings.lead_in
        return SLEEPER if self.kind else 0.0

    @property
    def kind(self) -> str | None:
        """What is known to fall asleep."""
        if is_bluetooth(self.device) or (not self._use[1] and is_bluetooth(self.sink)):
            return "Bluetooth"
        known = self.card or (self.cards[0] if len(self.cards) == 1 else None)
        shown = not self._use[1] and "hdmi" in (self.sink or self.device or "").lower()
        return "HDMI" if shown or (known and known.is_hdmi) else None

    def look(self) -> None:
        """Which cards there are; a card that got another number is followed."""
        told = cards(self._proc)
        self.cards = self.cards if told is None else told
        self.device = self._settings.device
        moved = next((card for card in self.cards if card.id == self._id), None)
        if self.device and moved and card_named(self.device) != str(moved.number):
            self.device = on_card(self.device, moved.id)
            log.warning("%s is now %s: write that as device", self._settings.device, self.device)

    def works(self, sink: str | None) -> None:
        """It can be heard there."""
        self.sink = sink
        named = card_of(self.device, self.cards)
        if named and names_a_number(self.device):
            self._id = named.id

    async def look_closer(self) -> None:
        """Asks aplay for the cards where the kernel tells of none."""
        if self.cards or not shutil.which("aplay") or self._clock() < self._asked + FRESH:
            return
        with suppress(ChildFailed):
            listed = _LISTED.findall(await output_of("aplay", ["-l"], WITHIN))
            found = {id: Card(int(number), id, name) for number, id, name in listed}
            if not found:
                named = _NAMED.findall(await output_of("aplay", ["-L"], WITHIN))
                found = {id: Card(None, id, name.partition(",")[0]) for id, name in named}
            self.cards = tuple(found.values())
        self._asked = self._clock()

    async def look_at_mixer(self) -> None:
        """Of the card, if that is known."""
        if self._clock() >= self._looked_at_mixer + FRESH:
            card = self.card
            self.mixer = await mixer_of(card.number if card else None)
            self._looked_at_mixer = self._clock()

    async def find_sink(self) -> str | None:
        """The sound server's default, where that is what is played on."""
        return None if self._use[1] or self.device else await default_sink()

    def buffers_of(self, pid: int) -> Buffers | None:
        """Of the card that this player has open itself; None: nobody knows."""
        if self._use[0] != pid:
            self._use = pid, use_of(pid, self._proc)
        use = self._use[1]
        # Behind ALSA's dmix a player has a smaller buffer of its own, and the card's is dmix's.
        return use.buffers if use and (self.device or "").startswith(("hw:", "plughw:")) else None

    async def holder(self) -> str | None:
        """The program that has the card, or any if nobody knows which one is meant."""
        card = self.card
        for use in await asyncio.to_thread(uses, self._proc):
            name = program(use.pid, self._proc) if card is None or use.card == card.number else None
            if name:
                return name
        return None

    def as_json(self) -> dict[str, Any]:
        card = self.card
        return {
            "card": {"number": card.number, "id": card.id, "name": card.name} if card else None,
            "sink": self.sink,
            "mixer": self.mixer.label if self.mixer else None,
            "lead_in_s": self.lead_in,
        }
