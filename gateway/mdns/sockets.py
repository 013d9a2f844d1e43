"""The sockets a gateway listens on, and the address that it tells people."""

import errno
import ipaddress
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress

from gateway.mdns.names_and_addresses import LOOPBACK, own_addresses
from robotvoice.ground.interfaces import Interface

BACKLOG = 128
EVERYWHERE = "::"
"""All addresses of both families; where the system has no IPv6, all of IPv4"""
TRIES = 20
"""Free ports that are tried until one is free in both families"""
_ELSEWHERE = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
"""Addresses that are nobody's, but are reached as the rest of the world is"""
_TUNNELS = ("utun", "tun", "wg", "ppp", "ipsec", "tailscale")
"""How interfaces of virtual private networks are called"""
_IP_MULTICAST_ALL = 49
"""Of <linux/in.h>; Python has no name for it"""


def listen(host: str, port: int) -> list[socket.socket]:
    """Bound before anything else starts, so that the port is known to the announcement. Raises OSError.

    Each family has a socket of its own, so that a peer is known by its own address.
    """
    if host != EVERYWHERE:
        return [_bound(host, port)]
    for remaining in reversed(range(TRIES if port == 0 else 1)):
        first = _if_there_is_ipv6(port)
        try:
            second = _bound("0.0.0.0", first.getsockname()[1] if first else port)
        except OSError as error:
            if first:
                first.close()
            if error.errno != errno.EADDRINUSE or not remaining:
                raise
            continue
        return [*([first] if first else []), second]
    raise AssertionError("the last try returns or raises")


def listened_on(listening: socket.socket) -> tuple[str, int]:
    """The address, with its interface if it means nothing without, and the port."""
    address, port, *more = listening.getsockname()
    scope = more[1] if more else 0
    return f"{address}%{socket.if_indextoname(scope)}" if scope else address, port


def told_address(listening: str, interfaces: Sequence[Interface]) -> str:
    """What to type to reach who listens there from the network at home; 127.0.0.1 while there is none."""
    if not ipaddress.ip_address(listening).is_unspecified:
        return listening
    no_tunnels = [each for each in interfaces if not _is_tunnel(each)]
    for some in (no_tunnels, interfaces):
        own = [each for each in own_addresses(some) if listening == EVERYWHERE or ":" not in each]
        if own:
            return next((each for each in _ways_out() if each in own), own[0])
    return LOOPBACK


def hear_only(interface: str, sockets: Sequence[socket.socket]) -> None:
    """What other interfaces bring is not heard: who asks there would be told what is not reached from there.

    Linux hands a multicast that any program on the machine has joined to every socket on the port, wherever
    it came from, and the answer would go back there. A gateway that only this machine can reach would even
    answer the network.
    """
    if sys.platform != "linux":
        return
    for each in sockets:
        with suppress(OSError):  # before Linux 5.7 it wants a privilege
            each.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
        with suppress(OSError):
            each.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _ways_out() -> Iterator[str]:
    """The addresses by which the rest of the world is reached.

    A UDP socket that is only connected sends nothing, but knows the way.
    """
    for family, elsewhere in _ELSEWHERE:
        with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((elsewhere, 9))
            yield str(probe.getsockname()[0])


def _is_tunnel(interface: Interface) -> bool:
    """By which no robot at home comes."""
    alone = all(address.network.num_addresses == 1 for address in interface.addresses)
    return alone or interface.name.startswith(_TUNNELS)


def _if_there_is_ipv6(port: int) -> socket.socket | None:
    """Raises OSError if the port is in use."""
    try:
        return _bound(EVERYWHERE, port)
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise
        return None


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except UnicodeError as error:  # an empty or over-long part between two dots
        raise OSError(errno.EINVAL, "no host can have this name") from error
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening
