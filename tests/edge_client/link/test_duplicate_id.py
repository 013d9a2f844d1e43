"""Two gateways with one identity are told apart from one that has moved, or has several addresses."""

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.duplicate_id import twin_of, what_is_wrong
from tests.fakes.fake_gateway import FakeGateway, State, running

PATIENT = 5.0


def at(fake: FakeGateway, run: str | None = "first") -> Endpoint:
    return Endpoint("127.0.0.1", fake.port, "mdns", "mine", run=run)


def gateway(run: str | None = "first", identity: str = "mine") -> State:
    return State(identity=identity, run=run)


async def test_who_answers_with_the_same_id_in_another_run_is_a_twin() -> None:
    with running(gateway()) as one, running(gateway("second")) as other:
        twin = await twin_of(at(one), [at(one), at(other, None)], PATIENT)
        assert twin == at(other)
        assert twin.run == "second"
        said = what_is_wrong(at(one), twin)
    assert f"another machine, at 127.0.0.1:{other.port}, has the same id" in said
    assert "type  rm ~/.local/state/robotvoice/identity.pem  , start its gateway again" in said


async def test_one_gateway_at_two_addresses_is_one() -> None:
    with running(gateway()) as one, running(gateway()) as same:
        assert await twin_of(at(one), [at(same, None)], PATIENT) is None


@pytest.mark.parametrize("run", ["before", None])
async def test_one_that_was_started_anew_is_one(run: str | None) -> None:
    """It was connected to in another run than that which answers at all of its addresses now."""
    with running(gateway()) as one, running(gateway()) as same:
        assert await twin_of(at(one, run), [at(same, None)], PATIENT) is None


async def test_who_is_not_there_does_not_say_his_run_or_is_somebody_else_is_no_twin() -> None:
    """Such as the address that a gateway had before it moved."""
    with running(gateway()) as one, running(gateway(None)) as old, running(gateway("x", "other")) as other:
        away = Endpoint("127.0.0.1", 1, "mdns", "mine")
        others = [away, at(old, None), at(other, None), Endpoint("127.0.0.1", other.port, "mdns", "other")]
        assert await twin_of(at(one), others, PATIENT) is None


async def test_of_a_gateway_that_is_gone_meanwhile_nothing_is_said() -> None:
    with running(gateway("second")) as other:
        assert await twin_of(Endpoint("127.0.0.1", 1, "mdns", "mine"), [at(other)], PATIENT) is None
