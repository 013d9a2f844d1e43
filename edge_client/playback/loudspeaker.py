"""The daemon's loudspeaker: whether there is one, and how well it was kept supplied with sound."""

import time
from collections.abc import Callable
from typing import Any

from edge_client.playback.player_choice import ProvenPlayer
from edge_client.playback.pre_buffer import PreBuffer
from edge_client.playback.voice_lock import alone
from edge_client.settings import Settings
from speech.errors import PlayerFailed


class Loudspeaker:
    """What `status` says of it."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._tried = False
        self.problem: str | None = None
        """Why nothing can be heard; None: as far as is known, it can"""
        self.pre_buffer = PreBuffer()
        self.proven = ProvenPlayer()
        self._earcons = 0

    async def prove(self) -> None:
        """Plays a moment of silence. Its failure is told by `problem`."""
        try:
            async with alone(self._settings.voice_lock):
                await self.proven.open(self._settings, clock=self._clock)
        except PlayerFailed as failure:
            self.problem = failure.message
        self._tried = True

    def tell_of_an_earcon(self) -> None:
        """One is played."""
        self._earcons += 1

    def as_json(self) -> dict[str, Any]:
        return {
            "player": self.proven.name or self._settings.player,
            "device": self._settings.device,
            "problem": self.problem,
            "before": self.proven.problem_before,
            "tried": self._tried,
            "volume": self._settings.volume,
            "pre_buffer_ms": round(self.pre_buffer.learned * 1000),
            "underruns": self.pre_buffer.underruns,
            "gaps_ms": round(self.pre_buffer.gaps * 1000),
            "earcons": self._earcons,
        }
