"""What `robotvoice discover` says of gateways that are there and cannot be used."""

from pathlib import Path

from edge_client.commands.discover import _what_to_do
from edge_client.discovery.endpoint import Endpoint
from edge_client.link.command_gateway import CommandGateway
from edge_client.link.gateway_list import FoundBy, FoundGateway, one_row_each, table
from edge_client.settings.settings import Settings
from tests.edge_client.pairing.pairing_rig import LOOPBACK, NAME, door, made, pair_by_hand
from tests.edge_client.rig import Commands

LONG_NAME = "robotvoice on Somebody's MacBook Pro"
V6 = ("2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:1234:5678:9abc:def0:1234:5679")


def found(host: str, code: str, found_by: FoundBy = "mdns", id: str = "f" * 64) -> FoundGateway:
    there = Endpoint(host, 7860, "mdns", id, LONG_NAME, tls=7861, personas=("vixen", "gremlin"))
    return FoundGateway(there, found_by, None, f"{code} in a sentence", code)


def test_a_robot_that_was_forgotten_is_told_so_once(robotvoice: Commands, tmp_path: Path) -> None:
    mac = made(tmp_path / "mac")
    state = tmp_path / "state"
    with door(mac, tokens=set()) as there:
        pair_by_hand(state, mac, there.port)
        known = CommandGateway(Settings(state_dir=state))
        known.adopt(known.rules.way_to(Endpoint(LOOPBACK, there.port, "mdns", mac.id, NAME, tls=there.port)))
        done = robotvoice("discover")
    assert done.returncode == 3
    assert "has forgotten this robot" in done.stdout
    assert done.stderr == (
        f"robotvoice: this robot was forgotten by '{NAME}'; to pair it again, on the Mac type "
        "`robotvoice-gateway pair`, then here `robotvoice pair CODE`\n"
    )


def test_a_gateway_that_cannot_be_used_has_one_row_by_its_best_address() -> None:
    for code in ("not_paired", "stranger", "forgotten", "too_old", "another"):
        listed = [found(V6[0], code), found("192.168.100.100", code), found(V6[1], code)]
        assert one_row_each(listed) == [listed[1]]
        assert one_row_each([listed[0], listed[2]]) == [listed[0]]
        heading, *rows = table(listed, 80).splitlines()
        assert heading.split()[:2] == ["NAME", "ADDRESS"]
        assert all(len(row) <= 80 for row in rows)


def test_two_gateways_of_one_name_and_an_address_that_was_given_have_rows_of_their_own() -> None:
    listed = [
        found("192.168.1.2", "not_paired"),
        found("192.168.1.3", "not_paired", id="e" * 64),
        found("192.168.1.4", "not_paired", found_by="address"),
        found("192.168.1.5", "refused"),
        found("192.168.1.6", "refused"),
    ]
    assert one_row_each(listed) == listed


def test_what_is_there_and_cannot_be_used_is_told_before_what_is_away() -> None:
    for code in ("forgotten", "stranger", "not_paired"):
        told = _what_to_do([found("192.168.1.2", "refused"), found("192.168.1.3", code)], Settings())
        assert told == f"robotvoice: {code} in a sentence"
    for code in ("another", "too_old"):
        told = _what_to_do([found("192.168.1.2", "refused"), found("192.168.1.3", code)], Settings())
        assert told.startswith("robotvoice: no gateway answers. Wake the Mac")
        assert _what_to_do([found("192.168.1.3", code)], Settings()) == f"robotvoice: {code} in a sentence"
