"""The connections of one server: how many there may be, and which one makes room for another."""

import resource
from collections import Counter, OrderedDict
from collections.abc import Iterator
from typing import Protocol

from robotvoice.ground.interfaces import is_loopback

MOST = 256
"""At a time, if the system lets this process open enough files"""
FILES_FOR_EACH = 4
"""That there have to be: one is the connection, the others are for what a burst brings before any is cut, for
sound, and for children's pipes"""
SHARE = 4
"""A quarter of all may be from one address that is not this machine's: here a proxy may stand for many"""


class Counted(Protocol):
    """A connection, for who counts them."""

    peer: str
    """Its address; empty for one over a Unix socket"""
    is_kept: bool
    """Whether it goes last: somebody is known to be behind it, who may ask nothing for hours"""

    def cut(self) -> None: ...


def most() -> int:
    """As many as the files of this process are enough for."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return MOST if files == resource.RLIM_INFINITY else max(SHARE, min(MOST, files // FILES_FOR_EACH))


class Connections:
    """If there are too many, one that asks nothing goes: of whoever has most, the one idle for longest."""

    def __init__(self) -> None:
        self._most = most()
        self._of: Counter[str] = Counter()
        self._all: OrderedDict[Counted, None] = OrderedDict()
        self._idle: OrderedDict[Counted, None] = OrderedDict()
        """Those from which nothing is asked now, the one that has been so for longest first"""

    def __iter__(self) -> Iterator[Counted]:
        """All of them, the oldest first."""
        return iter(tuple(self._all))

    def add(self, connection: Counted) -> None:
        """Cuts one, which may be this one, if it is one too many."""
        self._of[connection.peer] += 1
        self._all[connection] = self._idle[connection] = None
        if len(self._all) > self._most:
            self._cut(self._first_to_go(connection))
        elif self._of[connection.peer] > self._most // SHARE and not _is_here(connection.peer):
            theirs = [each for each in self._idle if each.peer == connection.peer]
            self._cut(self._idle_for_longest(theirs) or connection)

    def asks(self, connection: Counted) -> None:
        """A whole request has come, or a message in which something is to be spoken."""
        self._idle.pop(connection, None)

    def is_idle(self, connection: Counted) -> None:
        """Its answer is sent, and nothing else is asked."""
        if connection in self._all:
            self._idle.setdefault(connection)

    def remove(self, connection: Counted) -> None:
        self._idle.pop(connection, None)
        if connection in self._all:
            del self._all[connection]
            self._of[connection.peer] -= 1
            if not self._of[connection.peer]:
                del self._of[connection.peer]

    def _first_to_go(self, new: Counted) -> Counted:
        """An idle one; else whoever has most loses one to somebody who has less. Who is kept goes last."""
        others = [each for each in self._idle if each is not new]
        if (idle := self._idle_for_longest(others)) and not idle.is_kept:
            return idle
        more = [each for each in self._all if self._of[each.peer] > self._of[new.peer]]
        if busy := [each for each in more if not each.is_kept]:
            return max(busy, key=lambda each: self._of[each.peer])
        theirs = [each for each in others if each.peer == new.peer or each in more]
        return self._idle_for_longest(theirs) or new

    def _idle_for_longest(self, idle: list[Counted]) -> Counted | None:
        """Of whoever has most; one that is kept only if there is no other."""
        return min(idle, key=lambda each: (each.is_kept, -self._of[each.peer]), default=None)

    def _cut(self, connection: Counted) -> None:
        self._idle.pop(connection, None)
        connection.cut()


def _is_here(peer: str) -> bool:
    return not peer or is_loopback(peer)
