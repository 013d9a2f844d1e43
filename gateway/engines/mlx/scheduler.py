"""Whose turn it is in front of one worker: the urgent first, then each client in turn; no wait is endless."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Sequence

from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.errors import EngineUnavailable
from robotvoice.utterance import Priority

RETRY = 5.0
"""Seconds after which it is worth asking again"""
EACH = 2
"""Sentences that one client may have waiting; urgent ones do not count"""


class Scheduler:
    """A bounded line. Within a priority the client goes next whose last turn is longest ago."""

    def __init__(self, limit: int, patience: float, each: int = EACH) -> None:
        """At most `limit` wait, `each` of one client, each for at most `patience` seconds."""
        self._limit = limit
        self._patience = patience
        self._each = each
        self._line: dict[WorkerSentence, float] = {}
        """In the order they came, with the time at which each is given back"""
        self._served: dict[str, int] = {}
        """The number of each client's last turn, for those that were there of late; the oldest first"""
        self._numbers = itertools.count(1)
        self.refused: Counter[str] = Counter()
        """How many were given back unspoken, by the code of the reason"""
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._line)

    def put(self, turn: WorkerSentence) -> None:
        """Raises EngineUnavailable when the line is full, or this client's share of it.

        In a full line the last of the least urgent makes room for a more urgent one.
        """
        if turn.priority is not Priority.URGENT:
            normal = [other for other in self._line if other.priority is not Priority.URGENT]
            mine = [other for other in normal if other.client == turn.client]
            if turn.client and len(mine) >= self._each:
                message = f"{self._each} sentences of this client wait"
                raise self._counted(EngineUnavailable("client_busy", message, RETRY))
        if len(self._line) >= self._limit:
            last = max(reversed(self._line), key=lambda other: other.priority)
            if last.priority <= turn.priority:
                message = f"{self._limit} sentences wait for this model already"
                raise self._counted(EngineUnavailable("busy", message, RETRY))
            self._refuse(last, EngineUnavailable("busy", "a more urgent sentence took its place", RETRY))
        self._line[turn] = asyncio.get_running_loop().time() + self._patience
        self._filled.set()

    async def filled(self) -> None:
        """Waits until somebody waits."""
        await self._filled.wait()

    def wake(self) -> None:
        """Ends the wait of `filled` once, though nobody waits."""
        self._filled.set()

    def pop(self) -> WorkerSentence | None:
        """The next turn; None if nobody waits any more. What would be too late is given back."""
        now = asyncio.get_running_loop().time()
        for turn, given_back in list(self._line.items()):
            if now > turn.asked.start_by:
                self._refuse(turn, EngineUnavailable("too_late", "its turn came too late"))
            elif now > given_back:
                message = "other sentences went before this one for too long"
                self._refuse(turn, EngineUnavailable("busy", message, RETRY))
        if not self._line:
            self._filled.clear()
            return None
        turn = min(self._line, key=self._rank)
        del self._line[turn]
        self._served.pop(turn.client, None)
        self._served[turn.client] = next(self._numbers)
        while len(self._served) > self._limit + 1:
            del self._served[next(iter(self._served))]
        return turn

    def ahead_of(self, priority: Priority) -> Sequence[WorkerSentence]:
        """Who would go before, or may, if somebody with this priority came now."""
        return [turn for turn in self._line if turn.priority <= priority]

    @property
    def somebody_waits(self) -> bool:
        """And not in the background."""
        return any(turn.priority is not Priority.BACKGROUND for turn in self._line)

    def remove(self, turn: WorkerSentence) -> None:
        """Its listener has left; nothing happens if it is not in the line any more."""
        self._line.pop(turn, None)

    def refuse_all(self, reason: EngineUnavailable) -> None:
        for turn in list(self._line):
            self._refuse(turn, reason)

    def _rank(self, turn: WorkerSentence) -> tuple[int, int]:
        """The smallest goes next; of equals the one that came first."""
        return turn.priority, self._served.get(turn.client, 0)

    def _refuse(self, turn: WorkerSentence, reason: EngineUnavailable) -> None:
        del self._line[turn]
        turn.put(self._counted(reason))

    def _counted(self, reason: EngineUnavailable) -> EngineUnavailable:
        self.refused[reason.reason] += 1
        return reason
