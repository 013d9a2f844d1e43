"""In which order addresses are tried."""

import itertools
from collections.abc import Iterable, Sequence
from ipaddress import IPv6Address, ip_address

from edge_client.discovery.endpoint import Endpoint
from robotvoice.ground.interfaces import Interface

MOST_ADDRESSES = 16
"""Of one gateway"""


def nearest_first(hosts: Iterable[str], interfaces: Sequence[Interface]) -> list[str]:
    """IP addresses: those in this machine's own networks, IPv4 before IPv6, then the rest.

    An address that this machine has itself comes last: another one that says so means a network of its own,
    such as that of its containers, which has the same numbers here.
    """
    return sorted(hosts, key=lambda host: _distance(host, interfaces))


def merged(given: Sequence[Endpoint], known: Sequence[Endpoint]) -> tuple[Endpoint, ...]:
    """What was told now, then what else was told before: it comes in parts, by several ways."""
    told = {(each.label, each.gateway_id) for each in given}
    before = (each for each in known if (each.label, each.gateway_id) not in told)
    return (*given, *before)[:MOST_ADDRESSES]


def by_turns(groups: Iterable[Sequence[Endpoint]]) -> list[Endpoint]:
    """The first of each, then the second of each: nobody who announces many addresses holds up another."""
    rounds = itertools.zip_longest(*groups)
    return [endpoint for each in rounds for endpoint in each if endpoint is not None]


def _distance(host: str, interfaces: Sequence[Interface]) -> tuple[int, bool, int]:
    ip = ip_address(host)
    scope = ip.scope_id if isinstance(ip, IPv6Address) else None
    if scope:
        return 0, True, ip.version
    own = [address for each in interfaces for address in each.addresses]
    far = 2 if any(address.ip == ip for address in own) else 1
    if far == 1 and any(ip in address.network for address in own):
        far = 0
    return far, False, ip.version
