"""The network interfaces of this machine that are switched on, with the addresses they have."""

import errno
import fcntl
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Interface, IPv6Address, IPv6Interface, ip_address, ip_interface
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ifaddr import IP, Adapter

MOST = 16
"""Interfaces that are told of; a machine with containers may have hundreds"""
_GET_FLAGS = 0xC0206911 if sys.platform == "darwin" else 0x8913
"""SIOCGIFFLAGS, of <sys/sockio.h> and of <linux/sockios.h>"""
_UP, _RUNNING = 0x1, 0x40
_EMBEDDED_SCOPE = 0xFFFF << 96
"""BSD's kernels write the interface into a link-local address, where zeros belong"""

Address = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True)
class Interface:
    """One that is switched on. Of one that was taken away and made anew the index is another."""

    name: str
    index: int
    addresses: tuple[Address, ...]
    """At least one, in the system's order, without a scope"""
    is_running: bool = True
    """Whether there is somebody at the other end; Linux may need a second or two to notice it"""

    @property
    def is_loopback(self) -> bool:
        """Whatever else it has: on macOS that is a link-local address as well."""
        return any(address.is_loopback for address in self.addresses)

    def of_version(self, version: int) -> tuple[Address, ...]:
        """4 or 6."""
        return tuple(address for address in self.addresses if address.version == version)


def own_interfaces() -> tuple[Interface, ...]:
    """This machine's. Raises OSError."""
    import ifaddr  # comes with zeroconf, and a robot that knows its gateway needs neither

    return interfaces_of(ifaddr.get_adapters())


def is_loopback(address: str) -> bool:
    """Whether who has it is on this machine; False for a name."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return (mapped or ip).is_loopback


def is_own(address: str) -> bool:
    """Whether an IP address is one of this machine's, loopback too; False for a name.

    Nothing is sent: only for an address of its own does a kernel say that it would send from that very one.
    """
    host, _, scope = address.partition("%")
    try:
        ip = ip_address(host)
        if is_loopback(host) or ip.is_unspecified:
            return True
        family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_DGRAM) as asked:
            there = (host, 9) if ip.version == 4 else (host, 9, 0, _number(scope))
            asked.connect(there)
            return ip_address(asked.getsockname()[0].partition("%")[0]) == ip
    except (OSError, ValueError):  # no address, or there is no way to it
        return False


def _number(scope: str) -> int:
    """Of an interface. Raises OSError."""
    return int(scope) if scope.isdecimal() else socket.if_nametoindex(scope) if scope else 0


def interfaces_of(
    adapters: "Iterable[Adapter]",
    is_running: Callable[[str], bool | None] | None = None,
    is_usable: Callable[[Address, int], bool] | None = None,
) -> tuple[Interface, ...]:
    """At most MOST; those that have more than a link-local IPv6 address are preferred.

    `is_running` is asked about each name and says None if it is switched off, `is_usable` about each address
    and the number of its interface; without them the system is.
    """
    running_of, usable = is_running or _is_running, is_usable or _is_usable
    found: dict[int, Interface] = {}
    for adapter in adapters:
        name, index = adapter.name.partition(":")[0], adapter.index  # Linux: an address may have a label
        running = running_of(name)
        if not index or running is None:
            continue
        addresses = tuple(address for address in map(_address, adapter.ips) if usable(address, index))
        before = found[index].addresses if index in found else ()
        if before or addresses:
            found[index] = Interface(name, index, (*before, *addresses), running)
    ordered = sorted(found.values(), key=lambda each: (all(map(is_link_local, each.addresses)), each.index))
    return tuple(ordered[:MOST])


def is_link_local(address: Address) -> bool:
    """Of IPv6, where it means nothing without its interface; 169.254.0.0/16 is as good as any other."""
    return address.version == 6 and address.is_link_local


def _address(found: "IP") -> Address:
    text = found.ip if isinstance(found.ip, str) else found.ip[0].partition("%")[0]
    address = ip_interface(f"{text}/{found.network_prefix}")
    if isinstance(address, IPv6Interface) and address.is_link_local:
        return IPv6Interface((int(address.ip) & ~_EMBEDDED_SCOPE, found.network_prefix))
    return address


def _is_usable(address: Address, index: int) -> bool:
    """An IPv6 address is none for a second or two, until it is known that nobody else has it."""
    if address.version == 4:
        return True
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as any_socket:
            any_socket.bind((str(address.ip), 0, 0, index if is_link_local(address) else 0))
    except OSError as error:
        return error.errno != errno.EADDRNOTAVAIL
    return True


def _is_running(name: str) -> bool | None:
    request = struct.pack("16s24x", name.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket, _GET_FLAGS, request)
        except OSError:
            return None
    flags: int = struct.unpack_from("H", answer, 16)[0]
    return bool(flags & _RUNNING) if flags & _UP else None
