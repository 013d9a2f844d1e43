"""What an announcement says, and where: under which name, with which personas, at which addresses."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from robotvoice.ground.interfaces import Address, Interface, is_link_local, own_interfaces

LOOPBACK = "127.0.0.1"
MOST_ADDRESSES = 16
"""Announced on one interface"""
NAME_BYTES = 59
"""A DNS label holds 63; the rest is for the `-2` that tells namesakes apart."""
PERSONAS_BYTES = 200
"""A TXT value holds 255, its key included."""


def instance_name(name: str) -> str:
    """`name` as one DNS label: printable, no dots, at most NAME_BYTES bytes, never empty."""
    printable = "".join(c if c.isprintable() else " " for c in name.replace(".", "-"))
    label = " ".join(printable.split()).lstrip("_")  # _sub has a meaning of its own in service names
    return label.encode()[:NAME_BYTES].decode(errors="ignore").strip() or "robotvoice"


@dataclass(frozen=True, slots=True)
class AnnouncedInterface:
    """A network interface, and the family by which the gateway is announced there."""

    interface: str
    index: int
    """Another one when an interface was taken away and made anew: then nothing is heard on the old one"""
    version: int
    """4 or 6"""
    source: str
    """The address of this machine that is announced from"""
    is_loopback: bool = False
    is_running: bool = True
    """What was said while nobody was there is to be said again"""


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or with the first number behind it that makes it none of those, in whatever case."""
    others = {name.casefold() for name in taken}
    number, name = 1, wanted
    while name.casefold() in others:
        number += 1
        name = f"{wanted}-{number}"
    return name


def host_name(run: str) -> str:
    """A host name that no other gateway has, nor this one at its next start.

    Only instance names are checked for namesakes: two gateways with one host name would have their addresses
    mixed up, and the goodbye of one would take the other's along.
    """
    return f"robotvoice-{run}.local."


def persona_list(personas: Iterable[str]) -> str:
    """As many whole ids as fit into PERSONAS_BYTES, with commas between them."""
    text = ""
    for persona in personas:
        longer = f"{text},{persona}" if text else persona
        if len(longer.encode()) > PERSONAS_BYTES:
            break
        text = longer
    return text


def own_addresses(interfaces: Sequence[Interface] | None = None) -> list[str]:
    """By which others reach this machine: IPv4 first, IPv6 link-local last and with its scope."""
    found = [
        (address, f"{address.ip}%{each.name}" if is_link_local(address) else str(address.ip))
        for each in (own_interfaces() if interfaces is None else interfaces)
        for address in each.addresses
        if not (address.is_loopback or (each.is_loopback and is_link_local(address)))
    ]
    found.sort(key=lambda each: (each[0].version, is_link_local(each[0])))
    return [text for _, text in found]


def where_to_announce(
    host: str, interfaces: Sequence[Interface]
) -> dict[AnnouncedInterface, tuple[str, ...]]:
    """The places to announce at and the addresses to announce there, when listening on `host`.

    On each interface its own addresses, as those of another may well not be reached from there; on loopback,
    which only this machine hears, those of all. `::` stands for IPv4, too. Raises OSError if there is none.
    """
    listening = ipaddress.ip_address(host)
    found: dict[AnnouncedInterface, tuple[str, ...]] = {}
    elsewhere: list[Address] = []
    for each in interfaces:
        if each.is_loopback or listening.is_loopback:
            continue
        reached = [address for address in each.addresses if _reached(address, each, host)]
        elsewhere += [address for address in reached if not is_link_local(address)]
        found |= _on(each, reached)
    if not found and not (listening.is_loopback or listening.is_unspecified):
        raise OSError(f"{host} is not an address of this machine")
    for each in interfaces:
        if each.is_loopback and each.of_version(4):
            alone = [ipaddress.ip_interface(host)] if listening.is_loopback else []
            found |= _on(each, elsewhere or (each.addresses if listening.is_unspecified else alone))
    if not found:
        raise OSError("this machine has no network address")
    return found


def _reached(address: Address, interface: Interface, host: str) -> bool:
    """Whether who listens on `host` is reached by this address of that interface."""
    listening = ipaddress.ip_address(host)
    if listening.is_unspecified:
        return listening.version == 6 or address.version == 4
    scope = host.partition("%")[2]
    same = str(address.ip) == host.partition("%")[0]
    return same and scope in ("", interface.name, str(interface.index))


def _on(interface: Interface, reached: Sequence[Address]) -> dict[AnnouncedInterface, tuple[str, ...]]:
    """One place for each family in which there is something to say.

    A link-local address is told over IPv6 only: who hears it there knows on which interface that was.
    """
    ordered = sorted(reached, key=lambda address: (address.version, is_link_local(address)))
    global_ones = tuple(str(each.ip) for each in ordered if not is_link_local(each))[:MOST_ADDRESSES]
    all_of_them = tuple(str(each.ip) for each in ordered)[:MOST_ADDRESSES]
    ipv4, ipv6 = interface.of_version(4), interface.of_version(6)
    found = {}
    if ipv4 and global_ones:
        source, own = str(ipv4[0].ip), interface.is_loopback
        found[AnnouncedInterface(interface.name, interface.index, 4, source, own, interface.is_running)] = (
            global_ones
        )
    if ipv6 and not interface.is_loopback and any(each.version == 6 for each in ordered):
        source = str(ipv6[0].ip)
        found[AnnouncedInterface(interface.name, interface.index, 6, source, False, interface.is_running)] = (
            all_of_them
        )
    return found


def scoped(address: str, interface: str) -> str:
    """A link-local address that came without its interface is one of that where it was heard."""
    ip = ipaddress.ip_address(address)
    unclear = isinstance(ip, ipaddress.IPv6Address) and ip.is_link_local and not ip.scope_id
    return f"{address}%{interface}" if unclear else address
