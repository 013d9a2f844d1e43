"""One address at which a gateway may answer."""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from robotvoice.json_records import NOT_ON_WIRE
from robotvoice.wire.wire import DEFAULT_PORT

_ADDRESS = re.compile(
    r"(?:http://)?"
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)(?:%(?:25)?(?P<scope>[^\s/%\[\]]{1,15}))?\]"
    r"|(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}))"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
"""In a URL the scope stands behind `%25` (RFC 6874), and on a command line behind `%`."""
_EXAMPLE = "eth0"


@dataclass(frozen=True, slots=True, eq=False)
class Pin:
    """What is shown to the gateway this robot is paired with, and what it has to show."""

    gateway_id: str
    """The SHA-256 of its certificate, in hex"""
    name: str
    certificate: str
    """In PEM; the only one that is believed"""
    token: str = field(default="", repr=False)
    """Empty: none yet, as they are just being paired"""
    proved: "Callable[[Endpoint], None]" = lambda endpoint: None
    """Told where it has shown its certificate"""
    met_stranger: "Callable[[Endpoint], None]" = lambda endpoint: None
    """Told where somebody else answered in its place"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address at which a gateway may answer."""

    host: str
    """IP address or host name; IPv6 without brackets, link-local with its interface: `fe80::1%eth0`"""
    port: int
    found_by: Literal["mdns", "address"]
    gateway_id: str | None = None
    name: str | None = None
    personas: tuple[str, ...] = ()
    tls: int | None = None
    """The port of its robots' door, as far as is known"""
    pairing: bool = field(default=False, compare=False, metadata=NOT_ON_WIRE)
    """Whether it says that a code is valid there"""
    run: str | None = field(default=None, compare=False, metadata=NOT_ON_WIRE)
    """Which run of a gateway answered there last: one id and two runs are two gateways"""
    pin: Pin | None = field(default=None, compare=False, repr=False, metadata=NOT_ON_WIRE)
    """Only for TLS, and then `port` is the one of `tls`; without it, it is dialled only on this machine"""

    @property
    def label(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{'https' if self.pin else 'http'}://{self.label}"

    @property
    def headers(self) -> dict[str, str]:
        """To be sent to it: the name of an interface of this machine is nobody else's business."""
        address, scope, _ = self.host.partition("%")
        told = {"Host": f"[{address}]:{self.port}"} if scope else {}
        if self.pin and self.pin.token:
            told["Authorization"] = f"Bearer {self.pin.token}"
        return told


def parse_address(text: str, usual_port: int = DEFAULT_PORT) -> Endpoint:
    """`host`, `host:port`, `[IPv6]` or `[IPv6]:port`, with or without `http://`.

    Raises ValueError that says what to give instead.
    """
    found = _ADDRESS.fullmatch(text.strip())
    host, scope = (found["ipv6"] or found["host"], found["scope"]) if found else ("", None)
    port = int(found["port"] or usual_port) if found else 0
    try:
        if ":" in host or host.rpartition(".")[2].isdigit():
            host = _ip(host, scope)
    except ipaddress.AddressValueError as error:
        raise ValueError(f"{text!r:.80} {error}") from None
    except ValueError:
        host = ""
    if not host or not 0 < port < 65536:
        raise ValueError(f"{text!r:.80} is not an address; give host, host:port or [IPv6]:port")
    return Endpoint(host, port, "address")


def _ip(host: str, scope: str | None) -> str:
    """Raises ValueError; AddressValueError says what else to give."""
    ip = ipaddress.ip_address(host)
    if not (ip.version == 6 and ip.is_link_local):
        if scope:
            raise ipaddress.AddressValueError(f"belongs to no single interface: leave out %{scope}")
        return str(ip)
    if not scope:
        own = next((name for _, name in socket.if_nameindex() if not name.startswith("lo")), _EXAMPLE)
        raise ipaddress.AddressValueError(
            f"means nothing without an interface of this machine: give it as in [{ip}%{own}]"
        )
    return f"{ip}%{scope}"
