"""What somebody announced, as far as it can be believed: it is a suggestion of where a gateway may be."""

import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from ipaddress import IPv6Address, ip_address

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.host_order import MOST_ADDRESSES, nearest_first
from robotvoice.ground.interfaces import Interface, is_link_local
from robotvoice.persona import PERSONA_ID

MOST_SCOPES = 4
"""Interfaces on which a link-local address is looked for that came without one"""
_GATEWAY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


def endpoints_of(
    name: str,
    port: int | None,
    properties: Mapping[bytes, bytes | None],
    hosts: Iterable[str],
    interfaces: Sequence[Interface],
) -> tuple[Endpoint, ...]:
    """One or more: one for each usable address, the nearest first.

    Raises ValueError if there is anything wrong.
    """
    gateway_id = printable(properties[b"id"]) if b"id" in properties else None
    if gateway_id is not None and not _GATEWAY_ID.fullmatch(gateway_id):
        raise ValueError("its id is not valid")
    if not port:
        raise ValueError("it has no port")
    personas = tuple(filter(PERSONA_ID.fullmatch, printable(properties.get(b"personas") or b"").split(",")))
    tls, pairing = _port(properties.get(b"tls")), properties.get(b"pairing") == b"1"
    usable = dict.fromkeys(each for host in hosts for each in _usable(host, interfaces))
    if not usable:
        raise ValueError("none of its addresses can be used")
    told = printable(name.encode())
    return tuple(
        Endpoint(host, port, "mdns", gateway_id, told, personas, tls, pairing)
        for host in nearest_first(usable, interfaces)[:MOST_ADDRESSES]
    )


def _port(value: bytes | None) -> int | None:
    """None: it has no door for robots, or is of before there was one. Raises ValueError."""
    text = printable(value or b"0")
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise ValueError("its tls is not a port")
    return int(text) or None


def printable(value: bytes | None) -> str:
    """As text, since it ends up on terminals. Raises ValueError."""
    text = (value or b"").decode()
    if not text.isprintable():
        raise ValueError("it holds control characters")
    return text


def _usable(host: str, interfaces: Sequence[Interface]) -> list[str]:
    """With the interfaces by which a link-local address may be reached."""
    ip = ip_address(host)
    if isinstance(ip, IPv6Address) and ip.is_link_local:
        address = host.partition("%")[0]
        return [f"{address}%{name}" for name in _scopes(ip.scope_id, interfaces)]
    return [] if ip.is_unspecified or ip.is_multicast or ip.is_reserved else [host]


def _scopes(heard_on: str | None, interfaces: Sequence[Interface]) -> list[str]:
    """By name: an interface that is made anew gets another number."""
    if heard_on:
        with suppress(OSError):
            return [socket.if_indextoname(int(heard_on)) if heard_on.isdecimal() else heard_on]
        return []
    having = [
        each.name for each in interfaces if not each.is_loopback and any(map(is_link_local, each.addresses))
    ]
    return having[:MOST_SCOPES]
