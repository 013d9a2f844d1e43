"""Who answers, or announces itself, in the place of the gateway this robot is paired with."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from edge_client.discovery.endpoint import Endpoint

log = logging.getLogger(__name__)

MOST = 8
"""Strangers that are told of: anybody can announce any number of them"""
How = Literal["certificate", "name"]
HOWS: dict[How, str] = {
    "certificate": "answers in place of the gateway this robot is paired with",
    "name": "announces itself under the name of the gateway this robot is paired with",
}


@dataclass(frozen=True, slots=True)
class Stranger:
    """Nothing is sent to it, and nothing of it is kept."""

    address: str
    name: str | None
    how: How
    """By another certificate in a handshake, or by an announcement of that name with another id"""
    seen: float
    """When it was met last, in seconds of the wall clock"""

    @property
    def told(self) -> str:
        return _sentence(self.address, self.how)


class Strangers:
    """Bounded, and only in memory. Each is told once in the log."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._met: dict[str, Stranger] = {}
        self._announced: dict[str, str] = {}
        """By the name of the announcement: the address in it"""

    @property
    def met(self) -> tuple[Stranger, ...]:
        return tuple(self._met.values())

    @property
    def told(self) -> list[str]:
        """A sentence for all addresses of one name: a gateway has several, and a port for robots."""
        by_name: dict[str | None, list[Stranger]] = {}
        for each in self._met.values():
            by_name.setdefault(each.name, []).append(each)
        return [
            _sentence(where([each.address for each in same]), worst_of(same)) for same in by_name.values()
        ]

    @property
    def announced(self) -> bool:
        """Whether one is, under the gateway's name."""
        return bool(self._announced)

    def as_json(self) -> list[dict[str, Any]]:
        return [{**asdict(each), "seen": round(each.seen, 3)} for each in self._met.values()]

    def answered(self, endpoint: Endpoint) -> None:
        """It has shown another certificate."""
        self._meet(endpoint, "certificate")

    def announces(self, name: str, endpoint: Endpoint) -> None:
        """It has the gateway's name and another id; `name` is the announcement's own."""
        if len(self._announced) < MOST:
            self._announced[name] = endpoint.label
        self._meet(endpoint, "name")

    def left(self, name: str) -> None:
        """A goodbye under this name, or an announcement that is in order."""
        self._announced.pop(name, None)

    def proved(self, endpoint: Endpoint) -> None:
        """The gateway itself is there."""
        self._met.pop(endpoint.label, None)

    def _meet(self, endpoint: Endpoint, how: How) -> None:
        known = self._met.get(endpoint.label)
        if known is None and len(self._met) >= MOST:
            return
        # What it did in a handshake says more than what it calls itself.
        worse = "certificate" if known and known.how == "certificate" else how
        stranger = Stranger(endpoint.label, endpoint.name, worse, self._clock())
        self._met[endpoint.label] = stranger
        if known is None or known.how != stranger.how:
            log.warning("%s", stranger.told)


def worst_of(met: Iterable[Stranger]) -> How:
    """What one did in a handshake says more than what it calls itself."""
    return "certificate" if any(each.how == "certificate" for each in met) else "name"


def where(addresses: Sequence[str]) -> str:
    """The address, or of several the hosts without their ports: `a`, `a and b` or `a, b and c`."""
    hosts = dict.fromkeys(each.rpartition(":")[0] for each in addresses)
    *most, last = hosts if len(addresses) > 1 else addresses
    return f"{', '.join(most)} and {last}" if most else last


def _sentence(place: str, how: How) -> str:
    return f"a stranger at {place} {HOWS[how]}: it gets no text, and nothing of it is kept"
