"""Where a gateway may be: bounded, and nobody can talk the robot out of an address by mDNS."""

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.gateway_table import MOST_NAMES, GatewayTable
from edge_client.discovery.host_order import MOST_ADDRESSES


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


def test_what_is_told_of_one_gateway_in_parts_is_put_together_and_is_news_once() -> None:
    """By IPv4 and by IPv6, and on several interfaces, each with other addresses."""
    table = GatewayTable()
    assert table.announced("a", (at("10.0.0.5"),))
    assert table.announced("a", (at("10.0.0.5"), at("fe80::5%eth0")))
    assert not table.announced("a", (at("10.0.0.5"),))
    assert table.endpoints == [at("10.0.0.5"), at("fe80::5%eth0")]


def test_a_gateway_that_moved_is_tried_at_its_new_address_first_and_at_the_old_one_still() -> None:
    """Also when it moves back."""
    table = GatewayTable()
    for host in ("10.0.0.5", "10.0.0.6", "10.0.0.5"):
        assert table.announced("a", (at(host),))
        assert table.endpoints[0] == at(host)
    assert table.endpoints == [at("10.0.0.5"), at("10.0.0.6")]


def test_several_gateways_are_tried_in_turn_and_in_the_same_order_whoever_was_heard_first() -> None:
    a, b = (at("a1"), at("a2")), (at("b1"),)
    tables = GatewayTable(), GatewayTable()
    for table, order in zip(tables, ((("a", a), ("b", b)), (("b", b), ("a", a))), strict=True):
        for name, found in order:
            table.announced(name, found)
        assert table.endpoints == [at("a1"), at("b1"), at("a2")]
