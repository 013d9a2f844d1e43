"""`discover` lists every gateway that can be found, whether it answers or why not, and keeps a good one."""

import json
from collections.abc import Callable, Iterator

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.command_gateway import CommandGateway
from edge_client.link.gateway_list import discover, table
from edge_client.settings.settings import Settings
from proofs.rig.gateway import Gateway
from robotvoice.chain.breaker import State as Breaker
from robotvoice.errors import EngineFailure
from tests.edge_client.rig import Commands, real_gateway
from tests.fakes.fake_gateway import State, running
from tests.fakes.faults import Fault

pytestmark = pytest.mark.slow


Make = Callable[..., Settings]


@pytest.fixture
def announced(environment: dict[str, str]) -> Iterator[Gateway]:
    """A real gateway that can be found on loopback, and environments in which nobody else is."""
    own = {**environment, "ROBOTVOICE_STATE_DIR": environment["HOME"] + "/gateway"}
    with real_gateway(own, "--name", "Test", mdns=True) as real:
        environment["ROBOTVOICE_GATEWAY_ID"] = real.id
        yield real


def test_a_gateway_is_found_by_mdns_and_kept(robotvoice: Commands, announced: Gateway) -> None:
    """Without an address; from then on also without mDNS, and listed as silent when it is frozen."""
    found = robotvoice("discover", "--json", "--timeout", "20", ROBOTVOICE_MDNS="true")
    assert (found.returncode, found.stderr) == (0, "")
    (row,) = json.loads(found.stdout)
    answer_ms = row.pop("answer_ms")
    assert 0 <= answer_ms < 20_000
    assert row == {
        "name": "Test",
        "address": announced.address,
        "id": announced.id,
        "found_by": "mdns",
        "personas": ["gremlin", "spark", "vixen"],
        "ready": True,
        "problem": None,
        "code": None,
    }
    said = json.loads(robotvoice("say", "Hello.", "--json").stdout)
    assert (said["via"], said["found_by"]) == ("gateway", "mdns")

    shown = robotvoice("discover")
    heading, line = shown.stdout.splitlines()
    assert heading.split() == ["NAME", "ADDRESS", "FOUND", "BY", "ANSWERS", "PERSONAS"]
    assert line.split()[:3] == ["Test", announced.address, "memory"], "mDNS is off"
    assert line.split()[-4:] == ["ms", "gremlin,", "spark,", "vixen"]

    announced.freeze()
    frozen = robotvoice("discover")
    assert frozen.returncode == 3
    assert "did not answer in time" in frozen.stdout
    assert frozen.stderr.startswith("robotvoice: no gateway answers. Wake the Mac, or start")


def test_nobody_is_found(robotvoice: Commands) -> None:
    """It says what to do, and gives programs an empty list."""
    on_loopback = {"ROBOTVOICE_MDNS": "true", "ROBOTVOICE_INTERFACE": "127.0.0.1"}
    found = robotvoice("discover", "--timeout", "0.1", **on_loopback)
    assert (found.returncode, found.stdout) == (3, "")
    assert "Is `robotvoice-gateway serve --lan` running on the Mac" in found.stderr
    off = robotvoice("discover", "--json", "--no-mdns")
    assert (off.returncode, json.loads(off.stdout)) == (3, [])
    assert "mDNS is off and no address is given, so no gateway was looked for" in off.stderr


def test_a_name_that_nobody_knows_is_to_be_checked(robotvoice: Commands) -> None:
    found = robotvoice("discover", "--gateway", "nosuchhost.invalid", ROBOTVOICE_CONNECT_TIMEOUT="20")
    assert found.returncode == 3
    assert "nosuchhost.invalid is not known in this network" in found.stdout
    assert found.stderr.startswith("robotvoice: no gateway answers. Check the name")


def test_without_multicast_it_says_what_to_do(robotvoice: Commands) -> None:
    """Here mDNS is to use an address that this machine does not have."""
    broken = {"ROBOTVOICE_MDNS": "true", "ROBOTVOICE_INTERFACE": "203.0.113.9"}
    found = robotvoice("discover", **broken)
    assert (found.returncode, found.stdout) == (3, "")
    assert found.stderr.startswith("robotvoice: mDNS cannot be used on 203.0.113.9")
    assert "ROBOTVOICE_GATEWAY=HOST:PORT" in found.stderr
    with running() as fake:
        found = robotvoice("discover", "--gateway", fake.address, **broken)
        assert (found.returncode, fake.address in found.stdout) == (0, True)
        assert found.stderr.startswith("robotvoice: mDNS cannot be used on 203.0.113.9")


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Fault.SILENCE, "gateway did not answer in time"),
        (Fault.HTML, "gateway answered /readyz with something that is no JSON"),
        (Fault.NOT_FOUND, "gateway answered /readyz with 404"),
        (Fault.NOISE, "what answers at {address} is no gateway"),
    ],
)
async def test_what_is_no_good_gateway_is_listed_with_its_problem(
    settings: Make, fault: Fault, problem: str
) -> None:
    with running(State(always=fault)) as fake:
        (found,) = await discover(settings(gateway=fake.address), 1.0)
    assert (found.ready, found.answer_ms) == (False, None)
    assert found.problem == problem.format(address=fake.address)
    assert found.as_json()["problem"] == found.problem
    assert found.problem in table([found])


async def test_every_known_address_is_asked_and_one_that_answers_is_kept(settings: Make) -> None:
    """The pinned one is dead, the last good one lives: the table has both."""
    with running() as good, running(State(always=Fault.SILENCE)) as frozen:
        CommandGateway(settings()).adopt(Endpoint("127.0.0.1", good.port, "mdns", "fake", "The Mac"))
        found = await discover(settings(gateway=frozen.address), 1.0)
        assert [(each.endpoint.label, each.ready) for each in found] == [
            (frozen.address, False),
            (good.address, True),
        ]
        assert len(table(found).splitlines()) == 3
        kept = CommandGateway(settings()).endpoint
        assert kept is not None
        assert (kept.label, kept.personas) == (good.address, ("vixen", "ada"))


async def test_a_gateway_that_is_found_again_gets_the_next_text(settings: Make) -> None:
    """Without waiting for the end of its rest: two canaries are sent at once."""
    with running(State()) as fake:
        pinned = settings(gateway=fake.address)
        fake.state.fail_next(Fault.HTML)
        gateway = CommandGateway(pinned)
        with pytest.raises(EngineFailure):
            await gateway.link.ask(gateway.breaker)
        await gateway.close(hurry=False)
        assert CommandGateway(pinned).breaker.state is not Breaker.CLOSED
        await discover(pinned, 1.0)
        assert CommandGateway(pinned).breaker.state is Breaker.CLOSED


async def test_another_gateway_than_the_wanted_one_is_listed_as_such(settings: Make) -> None:
    with running() as fake:
        (found,) = await discover(settings(gateway=fake.address, gateway_id="mine"), 1.0)
    assert found.problem == f"another gateway answers at {fake.address}"
    assert CommandGateway(settings()).endpoint is None
