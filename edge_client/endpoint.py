"""One address at which a gateway may answer."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal

from speech.errors import InvalidSettings
from speech.wire import DEFAULT_PORT

_ADDRESS = re.compile(
    r"(?:http://)?(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}))(?::(?P<port>[0-9]{1,5}))?/?"
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address at which a gateway may answer."""

    host: str
    """IP address or host name, IPv6 without brackets"""
    port: int
    found_by: Literal["mdns", "address"]
    gateway_id: str | None = None
    name: str | None = None
    personas: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.label}"


def parse_address(text: str) -> Endpoint:
    """`host`, `host:port`, `[IPv6]` or `[IPv6]:port`, with or without `http://`. Raises InvalidSettings."""
    found = _ADDRESS.fullmatch(text.strip())
    host = found["ipv6"] or found["host"] if found else ""
    port = int(found["port"] or DEFAULT_PORT) if found else 0
    try:
        if ":" in host or host.rpartition(".")[2].isdigit():
            host = str(ipaddress.ip_address(host))
    except ValueError:
        host = ""
    if not host or not 0 < port < 65536:
        raise InvalidSettings(f"{text!r:.80} is not an address; give host, host:port or [IPv6]:port.")
    return Endpoint(host, port, "address")
