"""A gateway listens where it was told to, and tells people an address that reaches it."""

import errno
import socket
from ipaddress import ip_interface

import pytest

from gateway.mdns import sockets
from gateway.mdns.names_and_addresses import own_addresses
from gateway.mdns.sockets import EVERYWHERE, listen, listened_on, told_address
from robotvoice.ground.interfaces import Interface
from tests.namespaces import has_ipv6


def interface(name: str, *addresses: str) -> Interface:
    return Interface(name, 2, tuple(map(ip_interface, addresses)))


LO = interface("lo", "127.0.0.1/8", "::1/128")
ETH0 = interface("eth0", "10.0.0.5/24", "fd00::5/64", "fe80::5/64")


def closed(found: list[socket.socket]) -> list[tuple[str, int]]:
    names = [each.getsockname()[:2] for each in found]
    for each in found:
        each.close()
    return names


FAMILIES = {"::": "::1", "0.0.0.0": "127.0.0.1"} if has_ipv6() else {"0.0.0.0": "127.0.0.1"}


def test_everywhere_is_both_families_on_one_port() -> None:
    """Also on a free one."""
    found = closed(listen(EVERYWHERE, 0))
    port = found[0][1]
    assert found == [(address, port) for address in FAMILIES]
    assert closed(listen(EVERYWHERE, port)) == found


def test_each_family_knows_its_peers_by_their_own_addresses() -> None:
    """So that what only this machine may do is not asked for by `::ffff:127.0.0.1`."""
    listening = listen(EVERYWHERE, 0)
    port = listening[0].getsockname()[1]
    try:
        for each, address in zip(listening, FAMILIES.values(), strict=True):
            with socket.create_connection((address, port), timeout=5):
                accepted, peer = each.accept()
                accepted.close()
                assert peer[0] == address
    finally:
        closed(listening)


def test_where_it_listens_is_told_with_the_interface_if_that_means_nothing_without() -> None:
    for own in ("127.0.0.1", *(each for each in own_addresses() if "%" in each)):
        (listening,) = listen(own, 0)
        address, port = listened_on(listening)
        ((_, same),) = closed([listening])
        assert (address, port) == (own, same)


@pytest.mark.parametrize("holder", FAMILIES.values())
def test_a_port_that_is_in_use_in_one_family_is_in_use(holder: str) -> None:
    family = socket.AF_INET6 if ":" in holder else socket.AF_INET
    with socket.create_server((holder, 0), family=family) as busy, pytest.raises(OSError) as refused:
        listen(EVERYWHERE, busy.getsockname()[1])
    assert refused.value.errno == errno.EADDRINUSE


def test_a_system_without_ipv6_listens_on_ipv4(monkeypatch: pytest.MonkeyPatch) -> None:
    bound = sockets._bound

    def without_ipv6(host: str, port: int) -> socket.socket:
        if ":" in host:
            raise OSError(errno.EAFNOSUPPORT, "no such family")
        return bound(host, port)

    monkeypatch.setattr(sockets, "_bound", without_ipv6)
    ((address, _),) = closed(listen(EVERYWHERE, 0))
    assert address == "0.0.0.0"


@pytest.mark.parametrize(
    ("listening", "interfaces", "told"),
    [
        ("10.0.0.5", (LO, ETH0), "10.0.0.5"),
        (EVERYWHERE, (LO, ETH0), "10.0.0.5"),
        ("0.0.0.0", (LO, ETH0), "10.0.0.5"),
        (EVERYWHERE, (LO, interface("eth0", "fd00::5/64", "fe80::5/64")), "fd00::5"),
        ("0.0.0.0", (LO, interface("eth0", "fd00::5/64")), "127.0.0.1"),
        (EVERYWHERE, (LO, interface("eth0", "fe80::5/64")), "fe80::5%eth0"),
        (EVERYWHERE, (LO,), "127.0.0.1"),
        (EVERYWHERE, (), "127.0.0.1"),
        (EVERYWHERE, (LO, interface("utun3", "10.8.0.2/24", "fe80::1/64"), ETH0), "10.0.0.5"),
        (EVERYWHERE, (LO, interface("vpn", "100.101.1.1/32"), ETH0), "10.0.0.5"),
        (EVERYWHERE, (LO, interface("tun0", "10.8.0.2/32")), "10.8.0.2"),
    ],
)
def test_what_is_told_reaches_it_from_the_network_at_home(
    listening: str, interfaces: tuple[Interface, ...], told: str
) -> None:
    assert told_address(listening, interfaces) == told


def test_of_several_networks_the_one_to_the_world_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless that is a tunnel."""
    monkeypatch.setattr(sockets, "_ways_out", lambda: iter(["10.8.0.2", "192.168.1.5"]))
    home, work = interface("wlan0", "192.168.1.5/24"), interface("tun0", "10.8.0.2/24")
    assert told_address(EVERYWHERE, (LO, ETH0, work, home)) == "192.168.1.5"
