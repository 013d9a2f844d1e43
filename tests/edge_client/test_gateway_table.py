"""Where a gateway may be: bounded, and nobody can talk the robot out of an address by mDNS."""

from edge_client.endpoint import Endpoint
from edge_client.gateway_table import MOST_ADDRESSES, MOST_NAMES, GatewayTable


def at(host: str, id: str | None = "good") -> Endpoint:
    return Endpoint(host, 7860, "mdns", id)


def test_the_pinned_address_comes_first_then_the_last_good_one_then_what_is_announced() -> None:
    table = GatewayTable(at("pinned"), at("last"))
    table.announced("a", (at("announced"), at("announced too")))
    assert [each.host for each in table.endpoints] == ["pinned", "last", "announced", "announced too"]


def test_an_address_is_listed_once_for_each_gateway_it_may_belong_to() -> None:
    table = GatewayTable(at("here"), at("here"))
    table.announced("a", (at("here", "reinstalled"),))
    assert table.endpoints == [at("here"), at("here", "reinstalled")]
    table.pinned = at("here", None)
    assert table.endpoints == [at("here", None)]


def test_a_goodbye_makes_a_gateway_the_last_one_asked_until_it_is_announced_again() -> None:
    table = GatewayTable()
    table.announced("a", (at("a"),))
    table.announced("b", (at("b"),))
    assert table.said_goodbye("a")
    assert table.endpoints == [at("b"), at("a")]
    assert table.announced("a", (at("a"),))
    assert table.endpoints == [at("a"), at("b")]
    assert not table.announced("a", (at("a"),)), "nothing new"
    assert not table.said_goodbye("nobody")


def test_a_flood_of_announcements_is_bounded_and_those_who_do_not_answer_make_room() -> None:
    table = GatewayTable(None, at("last"))
    for number in range(500):
        table.announced(f"forged {number}", tuple(at(f"{number}.{each}") for each in range(20)))
    assert len(table.endpoints) == MOST_NAMES * MOST_ADDRESSES + 1
    assert not table.announced("good", (at("good"),))
    table.none_answered()
    assert table.announced("good", (at("good"),))
    assert table.endpoints[:2] == [at("last"), at("good")]
    assert len(table.endpoints) <= MOST_NAMES * MOST_ADDRESSES + 1
