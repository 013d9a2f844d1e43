"""Whose turn it is: first come, first served, and nobody waits without end."""

import asyncio
from collections import deque

from gateway.engines.mlx.turn import Turn
from speech.errors import EngineUnavailable

RETRY = 5.0
"""Seconds after which it is worth asking again"""


class Scheduler:
    """A bounded line of sentences in front of one worker."""

    def __init__(self, limit: int, patience: float) -> None:
        """At most `limit` wait, each for at most `patience` seconds."""
        self._limit = limit
        self._patience = patience
        self._line: deque[tuple[float, Turn]] = deque()
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._line)

    def put(self, turn: Turn) -> None:
        """Raises EngineUnavailable when the line is full."""
        if len(self._line) >= self._limit:
            raise EngineUnavailable("busy", f"{self._limit} sentences wait for this model already", RETRY)
        self._line.append((asyncio.get_running_loop().time() + self._patience, turn))
        self._filled.set()

    async def filled(self) -> None:
        """Waits until somebody waits."""
        await self._filled.wait()

    def pop(self) -> Turn | None:
        """The next turn; None if nobody waits any more."""
        while self._line:
            deadline, turn = self._line.popleft()
            if asyncio.get_running_loop().time() <= deadline:
                return turn
            turn.put(EngineUnavailable("busy", "others were before this sentence for too long", RETRY))
        self._filled.clear()
        return None

    def remove(self, turn: Turn) -> None:
        """Its listener has left; nothing happens if it is not in the line any more."""
        self._line = deque(entry for entry in self._line if entry[1] is not turn)

    def refuse_all(self, reason: EngineUnavailable) -> None:
        while self._line:
            self._line.popleft()[1].put(reason)
