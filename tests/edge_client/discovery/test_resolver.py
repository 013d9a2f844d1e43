"""A name with several addresses is tried where the robot is first."""

import socket
from ipaddress import ip_interface

import pytest

from edge_client.discovery import resolver
from edge_client.discovery.resolver import UnhurriedResolver
from robotvoice.ground.interfaces import Interface

FOUND = ["10.8.0.2", "192.168.64.1", "10.0.0.5", "fd00::5"]
ROBOT = (Interface("wlan0", 2, (ip_interface("10.0.0.2/24"), ip_interface("fd00::2/64"))),)


def looked_up(host: str, port: int, *_: object) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    return [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (each, port, 0, 0))
        if ":" in each
        else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port))
        for each in FOUND
    ]


async def test_addresses_in_the_robots_own_networks_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(resolver, "own_interfaces", lambda: ROBOT)
    found = await UnhurriedResolver().resolve("mac.local", 7860, socket.AF_UNSPEC)
    assert [each["host"] for each in found] == ["10.0.0.5", "fd00::5", "10.8.0.2", "192.168.64.1"]
    assert {each["port"] for each in found} == {7860}


async def test_a_robot_that_cannot_tell_where_it_is_tries_them_as_they_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full() -> tuple[Interface, ...]:
        raise OSError("too many open files")

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setattr(resolver, "own_interfaces", full)
    found = await UnhurriedResolver().resolve("mac.local", 7860, socket.AF_UNSPEC)
    assert [each["host"] for each in found] == FOUND
