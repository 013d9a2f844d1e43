"""Who is in the same network: with `--lan` a gateway speaks to nobody else.

By IPv4 a router keeps the rest of the world away. By IPv6 each machine has an address for all of it.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from robotvoice.ground.interfaces import Interface, own_interfaces

LOOK_EVERY = 2.0
"""Seconds for which this machine's networks are taken to be what they were"""


class Neighbourhood:
    """Knows this machine's networks."""

    def __init__(
        self,
        look: Callable[[], tuple[Interface, ...]] = own_interfaces,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look, self._clock = look, clock
        self._interfaces: tuple[Interface, ...] = ()
        self._looked_at = float("-inf")

    def holds(self, peer: str) -> bool:
        """Whether that is an address of a network this machine is in, or one of which nobody is elsewhere."""
        ip = ip_address(peer)
        if not isinstance(ip, IPv6Address) or ip.ipv4_mapped or not ip.is_global:
            return True
        now = self._clock()
        if now - self._looked_at > LOOK_EVERY:
            with suppress(OSError):  # a machine that is full: they are taken to be what they were
                self._interfaces = self._look()
            self._looked_at = now
        return any(ip in address.network for each in self._interfaces for address in each.of_version(6))
