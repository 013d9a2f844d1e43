"""A probe finds out whether a gateway is there and whose it is, without a text."""

import asyncio

import pytest

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.link.link import GatewayLink, OnDemand
from robotvoice.errors import EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Reason
from tests.fakes.fake_gateway import FakeGateway, State, running
from tests.fakes.faults import Fault

VIXEN = VoiceSpec("gateway", "vixen")


def link_to(*fakes: FakeGateway, gateway_id: str | None = None) -> GatewayLink:
    endpoints = [
        Endpoint("127.0.0.1", fake.port, "mdns", gateway_id or fake.state.identity) for fake in fakes
    ]
    return GatewayLink(OnDemand(endpoints, connect_timeout=5.0))


async def test_without_an_address_it_is_not_ready_and_says_why() -> None:
    link = GatewayLink(OnDemand((), connect_timeout=1.0, absent=Reason("not_found", "nobody told me")))
    assert link.readiness(VIXEN).reason == Reason("not_found", "nobody told me")
    assert GatewayLink(OnDemand((), connect_timeout=1.0)).readiness(VIXEN).reason is not None
    with pytest.raises(EngineFailure, match="no gateway was found"):
        await link.probe()


async def test_a_probe_learns_who_answers_and_who_speaks_there(fake: FakeGateway) -> None:
    link = GatewayLink(OnDemand([parse_address(fake.address)], connect_timeout=5.0))
    await link.probe()
    assert link.answered_by == Endpoint("127.0.0.1", fake.port, "address", "fake", None, ("vixen", "ada"))
    assert fake.state.paths == ["/readyz"]


async def test_a_probe_refuses_another_gateway(fake: FakeGateway) -> None:
    link = link_to(fake, gateway_id="mine")
    with pytest.raises(EngineFailure, match="another gateway answers at"):
        await link.probe()
    assert link.answered_by is None


async def test_one_address_that_answers_a_probe_is_enough() -> None:
    with running(State(always=Fault.SILENCE)) as frozen, running() as good:
        link = link_to(frozen, good)
        await link.probe()
        assert link.answered_by is not None
        assert link.answered_by.port == good.port


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.BUSY, Fault.NOISE, Fault.SILENCE, Fault.RESET])
async def test_a_probe_fails_on_what_is_no_ready_gateway(fault: Fault) -> None:
    with running(State(always=fault)) as fake:
        with pytest.raises(EngineFailure):
            await link_to(fake).probe()
        assert len(asyncio.all_tasks()) == 1
