"""An announcement yields the addresses at which a robot can try; a link-local one with its interface."""

import socket
from ipaddress import ip_interface

import pytest

from edge_client.discovery.host_order import MOST_ADDRESSES
from edge_client.discovery.txt_record import MOST_SCOPES, endpoints_of
from robotvoice.ground.interfaces import Interface

LO = next(name for _, name in socket.if_nameindex() if name.startswith("lo"))
LO_INDEX = socket.if_nametoindex(LO)
ETH0 = Interface("eth0", 2, tuple(map(ip_interface, ("10.0.0.2/24", "fe80::2/64"))))
WLAN0 = Interface("wlan0", 3, (ip_interface("fe80::2/64"),))
IPV4 = Interface("usb0", 4, (ip_interface("10.0.9.2/24"),))
LOOPBACK = Interface("lo", 1, (ip_interface("127.0.0.1/8"), ip_interface("fe80::1/64")))


def hosts(*told: str, interfaces: tuple[Interface, ...] = (LOOPBACK, ETH0, WLAN0, IPV4)) -> list[str]:
    found = endpoints_of("Mac", 7860, {b"id": b"good"}, told, interfaces)
    assert {(each.port, each.gateway_id, each.name) for each in found} == {(7860, "good", "Mac")}
    return [each.host for each in found]


def test_a_link_local_address_is_reached_by_the_interface_on_which_it_was_heard() -> None:
    """zeroconf tells its number, which another interface may have tomorrow."""
    assert hosts(f"fe80::5%{LO_INDEX}") == [f"fe80::5%{LO}"]
    with pytest.raises(ValueError, match="none of its addresses"):
        hosts("fe80::5%99999")


def test_without_that_it_is_tried_by_each_that_has_one() -> None:
    """So does everybody who announces it by IPv4. Which is right is for the answer to say."""
    assert hosts("fe80::5", "10.0.0.5") == ["10.0.0.5", "fe80::5%eth0", "fe80::5%wlan0"]
    many = tuple(Interface(f"v{number}", number, WLAN0.addresses) for number in range(10, 30))
    assert len(hosts("fe80::5", interfaces=many)) == MOST_SCOPES


def test_what_is_no_machines_address_is_left_out() -> None:
    assert hosts("0.0.0.0", "::", "224.0.0.1", "ff02::1", "240.0.0.1", "10.0.0.5") == ["10.0.0.5"]


def test_of_too_many_the_nearest_are_kept() -> None:
    found = hosts(*(f"192.168.{number}.1" for number in range(200)), "10.0.0.5")
    assert (len(found), found[0]) == (MOST_ADDRESSES, "10.0.0.5")
