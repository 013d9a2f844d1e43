"""Whatever a gateway is called and wherever it listens, its announcement is valid and true."""

import re

import pytest
from zeroconf import ServiceInfo

from gateway.announcement import host_name, instance_name, own_addresses, persona_list, where_to_announce
from speech.wire import SERVICE_TYPE


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


@pytest.mark.parametrize("identity", ["3f2a", "My Mac.local", "x" * 100, "\u00e4/\x00", ""])
def test_any_id_becomes_a_host_name(identity: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,63}\.local\.", host_name(identity, 65535))


def test_two_gateways_never_share_a_host_name() -> None:
    """Not even one id on two ports of a machine."""
    assert len({host_name("a", 1), host_name("a", 2), host_name("b", 1)}) == 3


def test_the_list_of_personas_is_cut_between_two() -> None:
    """So that it fits into a TXT value, whatever their number."""
    many = [f"persona-{number:03}" for number in range(100)]
    text = persona_list(many)
    assert 190 <= len(text) <= 200
    assert text.split(",") == many[: text.count(",") + 1]
    assert (persona_list([]), persona_list(["spark"])) == ("", "spark")


OWN = ["10.0.0.7", "169.254.1.2", "127.0.0.1", "fd00::7"]


@pytest.mark.parametrize(
    ("host", "interfaces", "addresses"),
    [
        ("0.0.0.0", OWN, ["10.0.0.7", "169.254.1.2"]),
        ("::", OWN, ["fd00::7"]),
        ("10.0.0.7", ["10.0.0.7"], ["10.0.0.7"]),
        ("fd00::7", OWN, ["fd00::7"]),
        ("127.0.0.1", ["127.0.0.1"], ["127.0.0.1"]),
        ("::1", ["127.0.0.1"], ["::1"]),
    ],
)
def test_only_what_is_listened_on_is_announced(
    host: str, interfaces: list[str], addresses: list[str]
) -> None:
    """An address nobody listens on would cost every robot a failed attempt."""
    assert where_to_announce(host, OWN) == (interfaces, addresses)


def test_a_machine_without_a_network_announces_itself_to_itself() -> None:
    """The demonstration must work on a train."""
    assert where_to_announce("0.0.0.0", ["127.0.0.1"]) == (["127.0.0.1"], ["127.0.0.1"])


def test_this_machine_has_usable_addresses_only() -> None:
    addresses = own_addresses()
    assert "127.0.0.1" in addresses
    assert not [address for address in addresses if address.startswith("fe80") or address == "::1"]
    assert addresses == sorted(addresses, key=lambda address: ":" in address)
