"""What a robot that knows no gateway, or is given a new address, does about it before it speaks."""

import asyncio
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link import command_gateway
from edge_client.link.command_gateway import CommandGateway
from edge_client.settings.settings import Settings
from robotvoice.chain.breaker import State as Breaker
from robotvoice.errors import EngineFailure
from tests.edge_client.rig import say
from tests.fakes.fake_gateway import FakeGateway

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]


class Network:
    """Stands in for mDNS: somebody is found when the test lets it be."""

    def __init__(self, *found: Endpoint) -> None:
        self.found, self.looks = list(found), 0
        self.answered = asyncio.Event()

    async def browse(self, **asked: object) -> list[Endpoint]:
        self.looks += 1
        await self.answered.wait()
        return self.found


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch, fake: FakeGateway) -> Network:
    """In which the fake gateway is."""
    network = Network(Endpoint("127.0.0.1", fake.port, "mdns", "fake"))
    monkeypatch.setattr(command_gateway, "browse", network.browse)
    return network


async def test_a_gateway_that_is_found_in_time_speaks(settings: Make, network: Network) -> None:
    network.answered.set()
    assert (await say(settings(mdns=True), "Hello.")).via == "gateway"


async def test_who_is_found_later_speaks_the_next_text(
    settings: Make, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The robot does not wait for it; it looks on while it speaks."""
    monkeypatch.setattr(command_gateway, "FIRST_LOOK_WITHIN", 0.01)
    monkeypatch.setattr(command_gateway, "LINGER", 20.0)
    asyncio.get_running_loop().call_later(0.5, network.answered.set)
    said = await say(settings(mdns=True), "Hello.")
    assert (said.via, said.reason) == ("robot", "no gateway was found")
    assert (await say(settings(mdns=True), "Hello.")).via == "gateway"
    assert network.looks == 1


async def test_a_search_ends_soon_after_the_text_and_is_not_begun_again_at_once(
    settings: Make, network: Network
) -> None:
    """Nobody ever answers it. What was not found in this time counts as not found."""
    async with asyncio.timeout(30):
        for _ in range(2):
            assert (await say(settings(mdns=True), "Hello.")).via == "robot"
    assert network.looks == 1
    gateway = CommandGateway(settings(mdns=True))
    assert (gateway.breaker.state, gateway.breaker.opened) == (Breaker.OPEN, 1)


@pytest.mark.slow
async def test_each_further_search_in_vain_doubles_the_rest(settings: Make, network: Network) -> None:
    for opened in (1, 2, 3):
        long_after = partial(float, 1_800_000_000 + 60 * opened)
        gateway = CommandGateway(settings(mdns=True), clock=long_after)
        await gateway.make_ready()
        await gateway.close(hurry=False)
        assert CommandGateway(settings(mdns=True), clock=long_after).breaker.opened == opened


async def in_vain(settings: Settings) -> None:
    gateway = CommandGateway(settings)
    with pytest.raises(EngineFailure):
        await gateway.link.ask(gateway.breaker)
    await gateway.close(hurry=False)


async def test_a_new_address_is_tried_at_once(fake: FakeGateway, settings: Make) -> None:
    """Although another one is being given a rest, which goes on for that one."""
    dead = settings(gateway="127.0.0.1:1")
    await in_vain(dead)
    assert CommandGateway(dead).breaker.state is Breaker.OPEN
    await CommandGateway(settings()).close(hurry=False)
    assert CommandGateway(dead).breaker.state is Breaker.OPEN, "a command in between changes nothing"
    assert (await say(settings(gateway=fake.address), "Hello.")).via == "gateway"


async def test_who_was_found_again_is_not_called_not_found(settings: Make) -> None:
    """It has been seen since: it only did not answer its canaries yet."""
    await say(settings(), "Hello.")
    CommandGateway(settings()).adopt(Endpoint("127.0.0.1", 1, "mdns", uuid4().hex))
    reason = CommandGateway(settings()).breaker.reason
    assert reason is not None
    assert reason.text == "gateway was found again but has not answered yet"


async def test_only_a_gateway_of_this_robot_was_last_seen(settings: Make) -> None:
    CommandGateway(settings()).adopt(Endpoint("127.0.0.1", 1, "mdns", "mine"))
    assert CommandGateway(settings()).last_seen is not None
    assert CommandGateway(settings(gateway_id="another")).last_seen is None
