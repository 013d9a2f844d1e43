"""How many may be connected: one who sends nothing, or many who do, keep nobody else out."""

import resource
from collections import Counter, OrderedDict
from contextlib import suppress
from ipaddress import ip_address
from typing import Protocol

MOST = 256
"""At a time, or half of the files that this process may open"""
MOST_OF_A_PEER = 32
"""From one address that is not this machine's: there a proxy may stand for many"""
FILES = 4096
"""That a server asks for: launchd gives 256, systemd 1024"""


class Connection(Protocol):
    """As far as it is counted."""

    peer: str

    def cut(self) -> None:
        """Ends it; whoever counts has forgotten it already."""


class Connections:
    """Those of one server. If there are too many, the one goes that has been idle for longest."""

    def __init__(self) -> None:
        self._most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._of: Counter[str] = Counter()
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        """Those from which nothing is asked now, the one that has been so for longest first"""

    def add(self, connection: Connection) -> None:
        self._of[connection.peer] += 1
        self._idle[connection] = None
        if self._of.total() > self._most:
            self._cut(next(iter(self._idle)))
        elif self._of[connection.peer] > MOST_OF_A_PEER and not _is_loopback(connection.peer):
            self._cut(next(each for each in self._idle if each.peer == connection.peer))

    def asks(self, connection: Connection) -> None:
        """A whole head has come."""
        self._idle.pop(connection, None)

    def is_idle(self, connection: Connection) -> None:
        """Its answer is sent."""
        self._idle[connection] = None

    def remove(self, connection: Connection) -> None:
        self._idle.pop(connection, None)
        self._of[connection.peer] -= 1
        if self._of[connection.peer] <= 0:
            del self._of[connection.peer]

    def _cut(self, connection: Connection) -> None:
        self._idle.pop(connection)
        connection.cut()


def allow_many_files() -> None:
    """As many as FILES, as far as this process may: each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(hard, FILES)
    if soft < wanted:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _is_loopback(peer: str) -> bool:
    with suppress(ValueError):
        return ip_address(peer).is_loopback
    return False
