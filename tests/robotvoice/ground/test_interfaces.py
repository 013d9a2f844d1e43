"""What a system tells of its network interfaces, in a form that both sides can use."""

from collections.abc import Sequence
from ipaddress import ip_interface

import ifaddr
import pytest

from robotvoice.ground.interfaces import MOST, Address, Interface, interfaces_of


def Found(ip: str | tuple[str, int, int], prefix: int) -> ifaddr.IP:
    return ifaddr.IP(ip, prefix, "")


def Adapter(name: str, index: int | None, ips: list[ifaddr.IP] | None = None) -> ifaddr.Adapter:
    return ifaddr.Adapter(name, name, ips or [], index=index)


def interfaces(
    *adapters: ifaddr.Adapter,
    down: Sequence[str] = (),
    lonely: Sequence[str] = (),
    unusable: Sequence[str] = (),
) -> list[Interface]:
    def usable(address: Address, index: int) -> bool:
        return str(address.ip) not in unusable

    return [*interfaces_of(adapters, lambda name: None if name in down else name not in lonely, usable)]


def test_this_machines_own_are_told_by_name_number_and_address() -> None:
    (loopback,) = [each for each in interfaces_of(ifaddr.get_adapters()) if each.is_loopback]
    assert ip_interface("127.0.0.1/8") in loopback.addresses
    assert loopback.index > 0


def test_an_interface_that_is_switched_off_or_has_no_address_is_none() -> None:
    """One without a cable is one: Linux tells late that it has one again."""
    one = Adapter("eth0", 2, [Found("10.0.0.5", 24)])
    two = Adapter("wlan0", 3, [Found("10.0.1.5", 24)])
    assert [each.name for each in interfaces(one, two, Adapter("eth1", 4), down=["wlan0"])] == ["eth0"]
    assert [each.is_running for each in interfaces(one, two, lonely=["wlan0"])] == [True, False]


def test_an_address_that_may_still_be_somebody_elses_is_none() -> None:
    """IPv6 finds out for a second or two."""
    card = Adapter("eth0", 2, [Found(("fd00::5", 0, 0), 64), Found(("fe80::5", 0, 2), 64)])
    (found,) = interfaces(card, unusable=["fd00::5"])
    assert [str(each) for each in found.addresses] == ["fe80::5/64"]
    assert not interfaces(card, unusable=["fd00::5", "fe80::5"])


@pytest.mark.parametrize("told", ["fe80::5", "fe80::5%eth0", "fe80:2::5"])
def test_a_link_local_address_is_told_without_its_interface(told: str) -> None:
    """In a text, or as BSD's kernels write it into the address itself."""
    (found,) = interfaces(Adapter("eth0", 2, [Found((told, 0, 2), 64)]))
    assert [str(each) for each in found.addresses] == ["fe80::5/64"]


def test_addresses_with_labels_belong_to_one_interface() -> None:
    """On Linux `eth0:1` is a name of an address."""
    (found,) = interfaces(
        Adapter("eth0", 2, [Found("10.0.0.5", 24)]), Adapter("eth0:1", 2, [Found("10.0.1.5", 24)])
    )
    assert (found.name, [str(each.ip) for each in found.addresses]) == ("eth0", ["10.0.0.5", "10.0.1.5"])


def test_of_hundreds_those_that_lead_somewhere_are_kept() -> None:
    """A machine with containers has an interface for each, with a link-local address only."""
    many = [Adapter(f"veth{number}", number, [Found(("fe80::1", 0, 0), 64)]) for number in range(5, 300)]
    found = interfaces(*many, Adapter("eth0", 300, [Found("10.0.0.5", 24)]))
    assert (len(found), found[0].name) == (MOST, "eth0")


def test_loopback_is_loopback_whatever_else_it_has() -> None:
    """As on macOS."""
    (found,) = interfaces(Adapter("lo0", 1, [Found("127.0.0.1", 8), Found(("fe80::1", 0, 1), 64)]))
    assert found.is_loopback
