"""Where a gateway may be: the pinned address, the last good one, and what mDNS suggests."""

from collections.abc import Sequence

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.host_order import by_turns, merged

MOST_NAMES = 8
"""Announced gateways; anybody can announce any number of them"""


class GatewayTable:
    """Bounded. Nothing in it is known to be alive.

    A goodbye takes nobody out, since anybody can send one in another's name: whoever said it, or did not
    answer, is asked last and makes room for newcomers.
    """

    def __init__(self, pinned: Endpoint | None = None, last_good: Endpoint | None = None) -> None:
        self.pinned, self.last_good = pinned, last_good
        self._announced: dict[str, tuple[Endpoint, ...]] = {}
        self._doubtful: dict[str, None] = {}

    @property
    def endpoints(self) -> list[Endpoint]:
        """All of them, the most promising first; each address once for each gateway it may belong to.

        Of the announced ones by their names, so that of several the same one is preferred at each start.
        """
        names = sorted(self._announced, key=lambda name: self._announced[name][0].name or name)
        sure = by_turns(self._announced[name] for name in names if name not in self._doubtful)
        unsure = by_turns(self._announced[name] for name in self._doubtful)
        listed: dict[str, list[Endpoint]] = {}
        for endpoint in filter(None, (self.pinned, self.last_good, *sure, *unsure)):
            same = listed.setdefault(endpoint.label, [])
            if not any(known.gateway_id in (None, endpoint.gateway_id) for known in same):
                same.append(endpoint)
        return [endpoint for same in listed.values() for endpoint in same]

    def announced(self, name: str, endpoints: Sequence[Endpoint]) -> bool:
        """Adds what is announced under a name to what was before; True if that is news."""
        known = self._announced.get(name, ())
        given = merged(endpoints, known)
        if known and name not in self._doubtful and given[0] == known[0] and set(given) == set(known):
            return False
        if name not in self._announced and len(self._announced) >= MOST_NAMES:
            if not self._doubtful:
                return False
            self._forget(next(iter(self._doubtful)))
        self._announced[name] = given
        self._doubtful.pop(name, None)
        return True

    def said_goodbye(self, name: str) -> bool:
        """True if it is one that is known."""
        known = name in self._announced
        if known:
            self._doubtful[name] = None
        return known

    def none_answered(self) -> None:
        """Of all of them."""
        self._doubtful = dict.fromkeys(self._announced)

    def _forget(self, name: str) -> None:
        del self._announced[name], self._doubtful[name]
