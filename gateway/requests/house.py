"""How many texts are in work: whose are spoken by any voice, and whose by a plain one as the house is full.

A full house costs nobody the fallback: whoever may speak is spoken for, by a voice that needs no model.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum, auto

from gateway.engines.chains import BUSY
from robotvoice.chain.fallback import FallbackChain
from robotvoice.errors import TooManyRequests

EACH, WAITING = 4, 8
"""Texts of one peer that are in work at a time, and that wait for that"""
KEPT = 8
"""Every so manieth place is kept for those at home"""
PLAIN = 3
"""How many times as many are spoken for by plain voices on top"""
WAITS = 5.0
"""Seconds that one waits at most, and at most half of the time that its answer has"""
FULL = "too many texts are being spoken; try again in a moment"


@dataclass(frozen=True, slots=True)
class Peer:
    """Who asks, as far as it is counted."""

    name: str
    """All that is asked under it is one peer's"""
    client: str
    """Whose turns at a model are shared out fairly"""
    is_home: bool
    """A program on this machine, or a paired robot: places are kept for it"""
    is_here: bool
    """A program on this machine: the owner's, for whom only the house is a bound"""


class Place(Enum):
    """What somebody is given."""

    ANY_VOICE = auto()
    PLAIN_VOICE = auto()


class House:
    """Of one gateway, for one event loop."""

    def __init__(self, limit: int) -> None:
        """So many texts may be spoken by any voice."""
        self._limit, self._kept = limit, limit // KEPT
        self._full: Counter[str] = Counter()
        self._plain = 0
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @property
    def inside(self) -> int:
        """Texts in work."""
        return self._full.total() + self._plain

    @asynccontextmanager
    async def place(self, peer: Peer, *, within: float = 0.0) -> AsyncIterator[Place]:
        """`within` is what the answer has, in seconds. Raises TooManyRequests: never to those at home."""
        await self._turn(peer, min(WAITS, within / 2))
        if self._has_room(peer) and self._of(peer) < EACH:
            with self._counted(peer):
                yield Place.ANY_VOICE
        elif self._plain >= PLAIN * self._limit and not peer.is_home:
            raise TooManyRequests(FULL)
        else:
            self._plain += 1
            try:
                yield Place.PLAIN_VOICE
            finally:
                self._plain -= 1

    def _has_room(self, peer: Peer) -> bool:
        return self._full.total() < self._limit - (0 if peer.is_home else self._kept)

    def _of(self, peer: Peer) -> int:
        return 0 if peer.is_here else self._full[peer.name]

    @contextmanager
    def _counted(self, peer: Peer) -> Iterator[None]:
        self._full[peer.name] += 1
        try:
            yield
        finally:
            self._full[peer.name] -= 1
            if not self._full[peer.name]:
                del self._full[peer.name]
            self._next(peer)

    def _next(self, peer: Peer) -> None:
        """Of this peer's it is the turn of whoever waits for longest."""
        waiting = (each for each in self._waiting.get(peer.name, ()) if not each.done())
        if (first := next(waiting, None)) is not None:
            first.set_result(None)

    async def _turn(self, peer: Peer, patience: float) -> None:
        """Waits while this peer has enough in work, for as long as that may help."""
        line = self._waiting.get(peer.name, deque())
        has_enough = self._of(peer) + len(line) >= EACH
        if peer.is_here or not has_enough or not patience or len(line) >= WAITING or not self._has_room(peer):
            return
        mine = asyncio.get_running_loop().create_future()
        self._waiting[peer.name] = line
        line.append(mine)
        try:
            async with asyncio.timeout(patience):
                await mine
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            if not mine.cancelled():
                self._next(peer)
            raise
        finally:
            line.remove(mine)
            if not line:
                del self._waiting[peer.name]


def check_spoken_for(place: Place, chain: FallbackChain) -> None:
    """Raises TooManyRequests if there is no plain voice for who is given one."""
    if place is Place.PLAIN_VOICE and (reason := chain.can_speak().reason) and reason.code == BUSY:
        raise TooManyRequests(FULL)
