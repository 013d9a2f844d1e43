"""Who may be dialled: of every kind of address, without a pairing and with one."""

import logging
from pathlib import Path

import pytest

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.pairing.dial_rules import DialRules, NotDialled
from edge_client.pairing.pairing_file import forget
from gateway.security.identity import Identity
from robotvoice.ground.interfaces import is_own, own_interfaces
from tests.edge_client.pairing.pairing_rig import NAME, TOKEN, pair_by_hand, pairing_with

FAR = "198.51.100.7"
NEAR_TEXT = (
    f"a gateway '{NAME}' is near, and this robot is not paired with it; "
    "on the Mac type: robotvoice-gateway pair"
)


def own_addresses() -> list[str]:
    found = [
        f"{address.ip}%{each.name}" if address.version == 6 and address.ip.is_link_local else str(address.ip)
        for each in own_interfaces()
        for address in each.addresses
    ]
    return ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "0.0.0.0", *found]


def announced(host: str, id: str | None = None, name: str = NAME, tls: int | None = 7861) -> Endpoint:
    return Endpoint(host, 7860, "mdns", id, name, tls=tls)


def why_not(rules: DialRules, endpoint: Endpoint) -> str:
    with pytest.raises(NotDialled) as refused:
        rules.way_to(endpoint)
    return refused.value.reason


def test_this_machine_is_told_from_others_without_asking_anybody() -> None:
    assert [each for each in own_addresses() if not is_own(each)] == []
    others = [FAR, "10.255.255.254", "2001:db8::7", "fe80::7%nowhere", "224.0.0.251", "255.255.255.255"]
    assert [each for each in (*others, "mac.local", "localhost", "", "127.1") if is_own(each)] == []


def test_a_robot_that_is_not_paired_dials_only_this_machine() -> None:
    rules = DialRules()
    for host in own_addresses():
        given = announced(host)
        way = rules.way_to(given)
        assert (way, way.pin, way.url) == (given, None, f"http://{given.label}")
    for host in (FAR, "2001:db8::7"):
        assert why_not(rules, announced(host)) == "not_paired"
        assert why_not(rules, parse_address(f"[{host}]" if ":" in host else host)) == "not_paired"
        assert why_not(rules, announced(host, tls=None)) == "too_old"


def test_it_says_once_what_to_type(caplog: pytest.LogCaptureFixture) -> None:
    rules = DialRules()
    with caplog.at_level(logging.WARNING):
        assert rules.heard("one", (announced(FAR),)) == ()
        assert rules.heard("one", (announced(FAR),)) == ()
        assert rules.heard("two", (announced(FAR, name="another"),)) == ()
    assert [record.message for record in caplog.records] == [NEAR_TEXT]
    assert rules.why_nobody
    assert (rules.why_nobody.code, rules.why_nobody.text) == ("not_paired", NEAR_TEXT)
    rules.heard("one", ())
    rules.heard("two", ())
    assert rules.why_nobody is None


def test_one_that_can_be_paired_is_named_before_one_that_is_too_old() -> None:
    rules = DialRules()
    rules.heard("old", (announced(FAR, name="old", tls=None),))
    assert rules.why_nobody
    assert "too old to be paired with: update robotvoice on the Mac" in rules.why_nobody.text
    rules.heard("new", (announced(FAR),))
    assert rules.why_nobody.text == NEAR_TEXT


def test_a_flood_of_announcements_is_bounded() -> None:
    rules = DialRules()
    for number in range(1000):
        rules.heard(f"{number}", (announced(FAR, name=f"{number}"),))
    assert len(rules._near) == 8


def test_a_paired_robot_dials_its_gateway_by_tls_wherever_that_is(mac: Identity) -> None:
    rules = DialRules(pairing=pairing_with(mac, 7777))
    for given, port in (
        (announced(FAR, mac.id, tls=9999), 9999),
        (announced(FAR, mac.id, name="renamed"), 7861),
        (announced("127.0.0.1", mac.id, tls=None), 7777),
        (parse_address(FAR), 7777),
        (parse_address("studio.local:7860"), 7777),
        (Endpoint(FAR, 7861, "address", mac.id, tls=7861), 7861),
    ):
        way = rules.way_to(given)
        assert way.pin
        assert (way.port, way.tls, way.gateway_id) == (port, port, mac.id)
        assert way.url == f"https://{given.host}:{port}"
        assert way.headers["Authorization"] == f"Bearer {TOKEN}"
        assert rules.way_to(way) == way
        assert TOKEN not in repr(way)


def test_a_paired_robot_dials_nobody_else(mac: Identity, rogue: Identity) -> None:
    """Nor itself, because somebody says that its gateway is there."""
    rules = DialRules(pairing=pairing_with(mac, 7861))
    for host in (FAR, "127.0.0.1"):
        assert why_not(rules, announced(host, rogue.id)) == "stranger"
        assert why_not(rules, announced(host, None)) == "stranger"
        assert why_not(rules, announced(host, rogue.id, name="the neighbours'")) == "another"
        assert why_not(rules, Endpoint(host, 7860, "address", "learned-before")) == "another"


def test_an_address_of_this_machine_in_the_settings_stays_plain(mac: Identity) -> None:
    rules = DialRules(pairing=pairing_with(mac, 7861))
    for text in ("127.0.0.1:7860", "localhost", "[::1]"):
        way = rules.way_to(parse_address(text))
        assert (way, way.pin, way.headers) == (parse_address(text), None, {})


def test_a_namesake_is_a_stranger_and_not_the_gateway_itself(
    mac: Identity, rogue: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    rules = DialRules(pairing=pairing_with(mac, 7861))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert rules.heard("a", (announced(FAR, rogue.id),)) == ()
        rules.heard("b", (announced("198.51.100.8", mac.id),))
        rules.heard("c", (announced("198.51.100.9", rogue.id, name="another"),))
    assert len(caplog.records) == 1
    (met,) = rules.strangers.as_json()
    assert (met["address"], met["name"], met["how"]) == (f"{FAR}:7860", NAME, "name")
    assert rules.why_nobody
    assert rules.why_nobody.code == "stranger"
    assert "if the Mac was installed anew, pair this robot again: on the Mac type" in rules.why_nobody.text
    rules.heard("a", ())
    assert rules.why_nobody is None


def test_rules_hold_as_long_as_the_pairing_does(tmp_path: Path, mac: Identity, rogue: Identity) -> None:
    before = DialRules.of(tmp_path)
    assert before.still_hold
    pair_by_hand(tmp_path, mac, 7861)
    assert not before.still_hold
    assert not before.have_ended
    paired = DialRules.of(tmp_path)
    pair_by_hand(tmp_path, rogue, 7861)
    assert not paired.still_hold
    assert not paired.have_ended
    forget(tmp_path)
    assert paired.have_ended
