"""What is tried first is what most probably answers, whoever announced how much."""

import random
from ipaddress import ip_interface
from typing import Any

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.host_order import MOST_ADDRESSES, by_turns, merged, nearest_first
from robotvoice.ground.interfaces import Interface

ROBOT = (
    Interface("lo", 1, (ip_interface("127.0.0.1/8"),)),
    Interface("wlan0", 2, tuple(map(ip_interface, ("10.0.0.2/24", "fd00::2/64", "fe80::2/64")))),
    Interface("docker0", 3, (ip_interface("172.17.0.1/16"),)),
)
MAC = (
    *("10.0.0.5", "172.17.0.9", "fd00::5", "fe80::5%wlan0"),
    *("10.8.0.2", "192.168.64.1", "2001:db8::5", "172.17.0.1"),
)


def at(host: str, id: str = "good", **more: Any) -> Endpoint:
    return Endpoint(host, 7860, "mdns", id, "Mac", **more)


def test_addresses_in_the_robots_own_networks_come_first_and_its_own_last() -> None:
    """Of two machines with containers each has 172.17.0.1, and would find itself there."""
    for _ in range(20):
        told = nearest_first(random.sample(MAC, len(MAC)), ROBOT)
        assert set(told[:2]) == {"10.0.0.5", "172.17.0.9"}
        assert told[2:4] == ["fd00::5", "fe80::5%wlan0"]
        assert (set(told[4:6]), told[6:]) == ({"10.8.0.2", "192.168.64.1"}, ["2001:db8::5", "172.17.0.1"])


def test_a_gateway_on_the_robot_itself_is_tried_all_the_same() -> None:
    assert nearest_first(["10.0.0.2", "127.0.0.1"], ROBOT) == ["10.0.0.2", "127.0.0.1"]
    assert nearest_first(["10.0.0.5"], ()) == ["10.0.0.5"]


def test_nobody_holds_up_another_by_how_many_addresses_he_has() -> None:
    flood = [at(f"10.0.1.{number}") for number in range(MOST_ADDRESSES)]
    assert by_turns([flood, [at("a"), at("b")], []])[:4] == [flood[0], at("a"), flood[1], at("b")]
    assert by_turns([]) == []


def test_what_was_told_in_parts_is_put_together_and_what_is_new_replaces_the_same() -> None:
    before = (at("10.0.0.5"), at("10.0.0.6"))
    new = at("10.0.0.6", personas=("spark",))
    assert merged((new, at("fd00::5")), before) == (new, at("fd00::5"), at("10.0.0.5"))
    assert merged((at("10.0.0.5", "other"),), before) == (at("10.0.0.5", "other"), *before)
    flood = tuple(at(f"10.0.1.{number}") for number in range(100))
    assert merged(flood, before) == flood[:MOST_ADDRESSES]
