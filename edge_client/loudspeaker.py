"""Whether there is a loudspeaker: tried when the daemon starts, and known since from what is played."""

import time
from collections.abc import Callable
from typing import Any

from edge_client.player_choice import open_player
from edge_client.settings import Settings
from edge_client.voice_lock import alone
from speech.errors import PlayerFailed


class Loudspeaker:
    """What `status` says of it."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._clock = settings, clock
        self._player: str | None = None
        self._tried = False
        self.problem: str | None = None
        """Why nothing can be heard; None: as far as is known, it can"""

    async def prove(self) -> None:
        """Plays a moment of silence. Its failure is told by `problem`."""
        try:
            async with alone(self._settings.voice_lock):
                self._player = (await open_player(self._settings, clock=self._clock)).name
        except PlayerFailed as failure:
            self.problem = failure.message
        self._tried = True

    def as_json(self) -> dict[str, Any]:
        return {
            "player": self._player or self._settings.player,
            "device": self._settings.device,
            "problem": self.problem,
            "tried": self._tried,
        }
