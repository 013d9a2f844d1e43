"""Whatever a gateway is called and wherever it listens, its announcement is valid and true."""

import re
from ipaddress import ip_address, ip_interface

import pytest
from zeroconf import ServiceInfo

from gateway.mdns.names_and_addresses import (
    free_name,
    host_name,
    instance_name,
    own_addresses,
    persona_list,
    where_to_announce,
)
from robotvoice.ground.interfaces import Interface
from robotvoice.wire.wire import SERVICE_TYPE


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Mac", "Mac"),
        ("Mac v2.local", "Mac v2-local"),
        ("  Mac\r\n\x1b[2J\x00Mini\t", "Mac [2J Mini"),
        ("Küche \u202egnp", "Küche gnp"),
        ("_sub", "sub"),
        ("\ud800", "robotvoice"),
        ("...", "---"),
        ("", "robotvoice"),
        ("ä" * 60, "ä" * 29),
        ("a" * 58 + " b", "a" * 58),
        ("\U0001f916" * 20, "\U0001f916" * 14),
    ],
)
def test_any_name_becomes_one_label(name: str, label: str) -> None:
    """Printable, without dots, with room for the number of a namesake; and zeroconf takes it."""
    assert instance_name(name) == label
    longest = f"{label}-999"
    assert len(longest.encode()) <= 63
    assert ServiceInfo(SERVICE_TYPE, f"{longest}.{SERVICE_TYPE}").get_name() == longest


def test_a_name_that_is_taken_gets_the_first_number_that_is_free() -> None:
    assert free_name("Mac", ()) == "Mac"
    assert free_name("Mac", ("other", "Mac-2")) == "Mac"
    assert free_name("Mac", ("mac", "MAC-2", "Mac-4")) == "Mac-3"


def test_two_gateways_never_share_a_host_name_nor_one_with_itself_before() -> None:
    names = {host_name("3f2a"), host_name("3f2b")}
    assert len(names) == 2
    assert all(re.fullmatch(r"[a-z0-9-]{1,63}\.local\.", name) for name in names)


def test_the_list_of_personas_is_cut_between_two() -> None:
    """So that it fits into a TXT value, whatever their number."""
    many = [f"persona-{number:03}" for number in range(100)]
    text = persona_list(many)
    assert 190 <= len(text) <= 200
    assert text.split(",") == many[: text.count(",") + 1]
    assert (persona_list([]), persona_list(["spark"])) == ("", "spark")


def interface(name: str, index: int, *addresses: str) -> Interface:
    return Interface(name, index, tuple(map(ip_interface, addresses)))


LO = interface("lo", 1, "127.0.0.1/8", "::1/128")
ETH0 = interface("eth0", 2, "10.0.0.7/24", "10.0.1.7/24", "fd00::7/64", "fe80::7/64")
TUN0 = interface("tun0", 3, "10.8.0.2/32")
LINK_LOCAL = interface("usb0", 4, "fe80::9/64")
OLD = interface("usb1", 5, "169.254.3.4/16")


def announced(host: str, *interfaces: Interface) -> dict[str, tuple[str, ...]]:
    """By interface and family: the addresses, with where they are announced from."""
    return {
        f"{place.interface} {place.version} {place.source}": addresses
        for place, addresses in where_to_announce(host, interfaces).items()
    }


def test_on_each_interface_its_own_addresses_are_announced_and_to_this_machine_all_of_them() -> None:
    """A link-local one over IPv6 only: who hears it there knows on which interface that was."""
    assert announced("::", LO, ETH0, TUN0, LINK_LOCAL, OLD) == {
        "eth0 4 10.0.0.7": ("10.0.0.7", "10.0.1.7", "fd00::7"),
        "eth0 6 fd00::7": ("10.0.0.7", "10.0.1.7", "fd00::7", "fe80::7"),
        "tun0 4 10.8.0.2": ("10.8.0.2",),
        "usb0 6 fe80::9": ("fe80::9",),
        "usb1 4 169.254.3.4": ("169.254.3.4",),
        "lo 4 127.0.0.1": ("10.0.0.7", "10.0.1.7", "10.8.0.2", "169.254.3.4", "fd00::7"),
    }


@pytest.mark.parametrize(
    ("host", "places"),
    [
        (
            "0.0.0.0",
            {"eth0 4 10.0.0.7": ("10.0.0.7", "10.0.1.7"), "lo 4 127.0.0.1": ("10.0.0.7", "10.0.1.7")},
        ),
        ("10.0.1.7", {"eth0 4 10.0.0.7": ("10.0.1.7",), "lo 4 127.0.0.1": ("10.0.1.7",)}),
        (
            "fd00::7",
            {"eth0 4 10.0.0.7": ("fd00::7",), "eth0 6 fd00::7": ("fd00::7",), "lo 4 127.0.0.1": ("fd00::7",)},
        ),
        ("fe80::7%eth0", {"eth0 6 fd00::7": ("fe80::7",)}),
        ("127.0.0.1", {"lo 4 127.0.0.1": ("127.0.0.1",)}),
        ("::1", {"lo 4 127.0.0.1": ("::1",)}),
    ],
)
def test_only_what_is_listened_on_is_announced(host: str, places: dict[str, tuple[str, ...]]) -> None:
    """An address nobody listens on would cost every robot a failed attempt."""
    assert announced(host, LO, ETH0) == places


def test_an_address_that_is_another_machines_is_not_announced() -> None:
    for host in ("10.0.0.8", "fe80::7%wlan0"):
        with pytest.raises(OSError, match=r"is not an address of this machine"):
            where_to_announce(host, (LO, ETH0))


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_machine_without_a_network_announces_itself_to_itself(host: str) -> None:
    """The demonstration must work on a train."""
    assert list(announced(host, LO)) == ["lo 4 127.0.0.1"]
    with pytest.raises(OSError, match="this machine has no network address"):
        where_to_announce(host, ())


def test_loopback_is_announced_nowhere_else() -> None:
    """Whatever a machine's interfaces are: everybody would find himself there."""
    for host in ("0.0.0.0", "::", "127.0.0.1", "::1"):
        for interfaces in ((LO, ETH0), (LO, LINK_LOCAL), (LO, OLD, TUN0), (ETH0,)):
            try:
                places = where_to_announce(host, interfaces)
            except OSError:
                continue
            told = {each for place, found in places.items() if not place.is_loopback for each in found}
            assert not [each for each in told if ip_address(each).is_loopback]


def test_a_card_that_is_made_anew_is_another_place_and_one_address_more_is_the_same() -> None:
    again = interface("eth0", 9, "10.0.0.7/24")
    more = interface("eth0", 2, "10.0.0.7/24", "10.0.2.7/24")
    one = interface("eth0", 2, "10.0.0.7/24")
    (place,), (new,), (same,) = (list(where_to_announce("0.0.0.0", (each,))) for each in (one, again, more))
    assert place != new
    assert place == same


def test_this_machines_addresses_are_those_that_others_use() -> None:
    """In the order in which people should try them."""
    assert own_addresses([LO, LINK_LOCAL, ETH0]) == [
        *("10.0.0.7", "10.0.1.7", "fd00::7"),
        *("fe80::9%usb0", "fe80::7%eth0"),
    ]
    assert not [each for each in own_addresses() if each.startswith("127.")]
