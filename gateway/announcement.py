"""What an announcement says: under which name, with which personas, at which addresses."""

import ipaddress
import re
from collections.abc import Iterable, Sequence

import ifaddr

LOOPBACK = "127.0.0.1"
NAME_BYTES = 59
"""A DNS label holds 63; the rest is for the `-2` that tells namesakes apart."""
PERSONAS_BYTES = 200
"""A TXT value holds 255, its key included."""


def instance_name(name: str) -> str:
    """`name` as one DNS label: printable, no dots, at most NAME_BYTES bytes, never empty."""
    printable = "".join(c if c.isprintable() else " " for c in name.replace(".", "-"))
    label = " ".join(printable.split()).lstrip("_")  # _sub has a meaning of its own in service names
    return label.encode()[:NAME_BYTES].decode(errors="ignore").strip() or "robotvoice"


def host_name(gateway_id: str, port: int) -> str:
    """A host name that no other gateway has, not even a second one on this machine.

    Only instance names are checked for namesakes: two gateways with one host name would have their addresses
    mixed up, and the goodbye of one would take the other's along.
    """
    return f"robotvoice-{re.sub('[^a-z0-9-]', '-', gateway_id.lower())[:40]}-{port}.local."


def persona_list(personas: Iterable[str]) -> str:
    """As many whole ids as fit into PERSONAS_BYTES, with commas between them."""
    text = ""
    for persona in personas:
        longer = f"{text},{persona}" if text else persona
        if len(longer.encode()) > PERSONAS_BYTES:
            break
        text = longer
    return text


def own_addresses() -> list[str]:
    """This machine's IP addresses, IPv4 first; without link-local IPv6, which means nothing elsewhere."""
    found = {
        ipaddress.ip_address(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
        for adapter in ifaddr.get_adapters()
        for entry in adapter.ips
    }
    usable = [ip for ip in found if ip.version == 4 or not (ip.is_link_local or ip.is_loopback)]
    return [str(ip) for ip in sorted(usable, key=lambda ip: (ip.version, ip.is_loopback, int(ip)))]


def where_to_announce(host: str, own: Sequence[str]) -> tuple[list[str], list[str]]:
    """Addresses of the interfaces to announce on, and the addresses to announce, when listening on `host`.

    Raises OSError if there is none among this machine's `own` addresses.
    """
    ip = ipaddress.ip_address(host)
    if ip.is_loopback:
        return [LOOPBACK], [host]
    if not ip.is_unspecified:
        if host not in own:
            raise OSError(f"{host} is not an address of this machine")
        # Robots ask by IPv4, so an interface known by its IPv6 address alone would not hear them.
        return ([host] if ip.version == 4 else list(own)), [host]
    family = [address for address in own if ipaddress.ip_address(address).version == ip.version]
    addresses = [address for address in family if not ipaddress.ip_address(address).is_loopback] or family
    if not addresses:
        raise OSError("this machine has no network address")
    return list(own), addresses
