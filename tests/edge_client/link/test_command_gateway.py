"""Between single commands: a dead gateway is left in peace, one that is back or moved is taken up again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from edge_client.discovery.discovery import browse
from edge_client.discovery.endpoint import Endpoint
from edge_client.link import command_gateway
from edge_client.link.command_gateway import CommandGateway
from edge_client.settings.settings import Settings
from gateway.mdns.mdns_advertiser import MdnsAdvertiser
from robotvoice.chain.breaker import State as Breaker
from robotvoice.errors import EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Reason
from tests.fakes.fake_gateway import FakeGateway, State, running
from tests.fakes.faults import Fault

Make = Callable[..., Settings]
DOWN = Reason("no_answer", "gateway did not answer in time")


class Clock:
    """The wall clock of this robot, which a test may set."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def failed(settings: Settings, clock: Clock) -> CommandGateway:
    """What a command leaves behind whose gateway did not answer."""
    gateway = CommandGateway(settings, clock=clock)
    permit = gateway.breaker.acquire()
    assert permit is not None
    permit.fail(DOWN)
    await gateway.close(hurry=False)
    return gateway


@asynccontextmanager
async def announced(fake: FakeGateway, identity: str) -> AsyncIterator[None]:
    advertiser = MdnsAdvertiser(
        gateway_id=identity, name=f"Mac {identity}", port=fake.port, personas=["vixen"], host="127.0.0.1"
    )
    await advertiser.start()
    try:
        yield
    finally:
        await advertiser.stop()


async def test_while_the_rest_lasts_nobody_connects(
    fake: FakeGateway, settings: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor is the network asked for others."""
    asked: list[object] = []
    monkeypatch.setattr(command_gateway, "browse", lambda **search: asked.append(search))
    pinned = settings(gateway=fake.address, mdns=True)
    await failed(pinned, clock)
    for _ in range(20):
        gateway = CommandGateway(pinned, clock=clock)
        await gateway.make_ready()
        assert gateway.breaker.state is Breaker.OPEN
        assert gateway.guarded.acquire(VoiceSpec("gateway")) is None
        with pytest.raises(EngineFailure, match="did not answer in time"):
            await gateway.link.ask(gateway.breaker)
        gateway.use_the_time()
        await gateway.close(hurry=False)
    assert (fake.state.connections, asked) == (0, [])


async def test_after_the_rest_two_good_canaries_let_the_text_through(
    fake: FakeGateway, settings: Make, clock: Clock
) -> None:
    """And nothing but canaries was sent until then."""
    pinned = settings(gateway=fake.address)
    await failed(pinned, clock)
    clock.now += 60
    gateway = CommandGateway(pinned, clock=clock)
    assert gateway.guarded.acquire(VoiceSpec("gateway")) is None, "half-open lets no user through"
    await gateway.make_ready()
    assert fake.state.paths == ["/readyz", "/readyz"]
    assert gateway.breaker.state is Breaker.CLOSED
    assert gateway.last_seen == clock.now
    await gateway.close(hurry=False)
    after = CommandGateway(pinned, clock=clock)
    assert after.breaker.state is Breaker.CLOSED
    assert after.last_seen == clock.now


async def test_one_bad_canary_is_all_that_is_sent_and_doubles_the_rest(settings: Make, clock: Clock) -> None:
    with running(State(always=Fault.BUSY)) as fake:
        pinned = settings(gateway=fake.address)
        await failed(pinned, clock)
        for connections, rest in enumerate((4, 8, 16, 30, 30), 1):
            clock.now += 60
            gateway = CommandGateway(pinned, clock=clock)
            await gateway.make_ready()
            await gateway.close(hurry=False)
            assert fake.state.connections == connections
            assert rest <= gateway.breaker.retry_after <= rest * 1.2


async def test_a_text_does_not_wait_for_slow_canaries(
    settings: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go on while the robot speaks, and what they found is there for the next command."""
    monkeypatch.setattr("edge_client.link.dialling.ANSWER_WITHIN", 60.0)
    with running(State(always=Fault.SILENCE)) as fake:
        pinned = settings(gateway=fake.address)
        await failed(pinned, clock)
        clock.now += 60
        gateway = CommandGateway(pinned, clock=clock)
        await gateway.make_ready()
        assert gateway.breaker.state is Breaker.HALF_OPEN, "the canary is still out"
        await gateway.close(hurry=False)
        assert gateway.breaker.opened == 2


async def test_in_a_hurry_nothing_in_the_background_is_waited_for(
    fake: FakeGateway, settings: Make, clock: Clock
) -> None:
    searching = settings(mdns=True, interface="127.0.0.1", discovery_timeout=60.0, gateway_id=uuid4().hex)
    await failed(searching, clock)
    clock.now += 60
    gateway = CommandGateway(searching, clock=clock)
    await gateway.make_ready()
    async with asyncio.timeout(30):
        await gateway.close(hurry=True)
    assert len(asyncio.all_tasks()) == 1


async def test_without_any_address_the_network_is_asked_once(settings: Make, clock: Clock) -> None:
    """And a robot that has no gateway at all does not look for it before each text."""
    alone = settings()
    gateway = CommandGateway(alone, clock=clock)
    await gateway.make_ready()
    await gateway.close(hurry=False)
    assert gateway.breaker.state is Breaker.OPEN
    assert gateway.breaker.reason == Reason("not_found", "no gateway is known and mDNS is off")
    assert gateway.last_seen is None


async def test_a_gateway_is_found_by_mdns(
    fake: FakeGateway, settings: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = fake.state.identity = f"test-{uuid4().hex[:8]}"
    async with announced(fake, identity):
        gateway = CommandGateway(
            settings(mdns=True, interface="127.0.0.1", gateway_id=identity, discovery_timeout=20.0)
        )
        monkeypatch.setattr(command_gateway, "FIRST_LOOK_WITHIN", 20.0)
        await gateway.make_ready()
        await gateway.link.ask(gateway.breaker)
        await gateway.close(hurry=False)
    assert gateway.endpoint is not None
    assert (gateway.endpoint.port, gateway.endpoint.found_by) == (fake.port, "mdns")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["another port", "the same port"])
async def test_a_gateway_that_moved_is_found_again(
    fake: FakeGateway, settings: Make, clock: Clock, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Without edits: while the robot speaks by itself, so that the next command asks it at its new place.

    At the same address it is one that was installed anew and has another id.
    """
    identity = fake.state.identity = f"test-{uuid4().hex[:8]}"
    monkeypatch.setattr(command_gateway, "LINGER", 20.0)
    # Whatever else is announced on this machine stays out of the test.
    monkeypatch.setattr(
        command_gateway, "browse", lambda **asked: browse(**{**asked, "gateway_id": identity})
    )
    searching = settings(mdns=True, interface="127.0.0.1", discovery_timeout=20.0)
    port = fake.port if place == "the same port" else 1
    CommandGateway(searching, clock=clock).adopt(Endpoint("127.0.0.1", port, "mdns", "another"))
    async with announced(fake, identity):
        gateway = CommandGateway(searching, clock=clock)
        with pytest.raises(EngineFailure, match=r"refused the connection|another gateway"):
            await gateway.link.ask(gateway.breaker)
        gateway.use_the_time()
        await gateway.close(hurry=False)
    after = CommandGateway(searching, clock=clock)
    await after.make_ready()
    assert after.breaker.state is Breaker.CLOSED
    assert after.endpoint is not None
    assert (after.endpoint.label, after.endpoint.gateway_id) == (fake.address, identity)
    await after.close(hurry=False)


async def test_the_pinned_address_comes_first_then_the_last_good_one(settings: Make, clock: Clock) -> None:
    gateway = CommandGateway(settings(), clock=clock)
    gateway.adopt(Endpoint("127.0.0.7", 7860, "mdns", "mine"))
    assert CommandGateway(settings(), clock=clock).memory.addresses == [
        Endpoint("127.0.0.7", 7860, "mdns", "mine")
    ]
    both = CommandGateway(settings(gateway="127.0.0.8:7860"), clock=clock)
    assert [each.label for each in both.memory.addresses] == ["127.0.0.8:7860", "127.0.0.7:7860"]
    same = CommandGateway(settings(gateway="127.0.0.7:7860"), clock=clock)
    assert same.memory.addresses == [Endpoint("127.0.0.7", 7860, "address")]
    await gateway.close(hurry=False)


async def test_with_a_gateway_id_no_other_gateway_is_asked(
    fake: FakeGateway, settings: Make, clock: Clock
) -> None:
    """Neither a remembered one nor what answers at the pinned address."""
    CommandGateway(settings(), clock=clock).adopt(Endpoint("127.0.0.1", fake.port, "mdns", "fake"))
    assert CommandGateway(settings(gateway_id="mine"), clock=clock).memory.addresses == []
    pinned = CommandGateway(settings(gateway=fake.address, gateway_id="mine"), clock=clock)
    with pytest.raises(EngineFailure, match="another gateway"):
        await pinned.link.ask(pinned.breaker)
    await pinned.close(hurry=False)


async def test_a_clock_that_was_set_back_does_not_make_the_rest_longer(
    fake: FakeGateway, settings: Make, clock: Clock
) -> None:
    """A machine without a battery wakes up years ago."""
    pinned = settings(gateway=fake.address)
    await failed(pinned, clock)
    clock.now -= 500_000_000
    gateway = CommandGateway(pinned, clock=clock)
    await gateway.make_ready()
    assert gateway.breaker.state is Breaker.CLOSED
    await gateway.close(hurry=False)


async def test_a_folder_that_takes_no_files_keeps_nobody_from_asking(
    fake: FakeGateway, settings: Make, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    gateway = CommandGateway(settings(gateway=fake.address, state_dir=tmp_path / "file" / "state"))
    await gateway.make_ready()
    await gateway.link.ask(gateway.breaker)
    await gateway.close(hurry=False)
