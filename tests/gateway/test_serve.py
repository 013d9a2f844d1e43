"""`robotvoice-gateway serve` as a real process: how it starts, what it says and who can reach it."""

import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.mdns.names_and_addresses import own_addresses
from gateway.security.identity import looked_at
from proofs.rig.program import environment
from robotvoice.wire.wire import DEFAULT_TLS_PORT
from tests.gateway.process import GatewayProcess, started
from tests.namespaces import has_ipv6, unshared

LOOPBACK_ONLY = ("sh", "-c", 'ip link set lo up && exec "$@"', "sh")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gateway(home: Path) -> AsyncIterator[GatewayProcess]:
    """As its owner starts it for the first time, but for the name."""
    async with started(home, "--name", "Serve under test", mdns=True) as gateway:
        yield gateway


async def test_its_first_line_says_where_it_is_and_who_can_reach_it_and_the_second_how_it_is_found(
    gateway: GatewayProcess,
) -> None:
    """The second is said when it is true."""
    where = f"127.0.0.1:{gateway.port}"
    assert gateway.welcome == (
        f"Speaking at http://{where} - only programs on this machine reach it (--lan opens it to your "
        f"network); a robot on this machine finds it with ROBOTVOICE_GATEWAY={where}"
    )
    assert gateway.next_line() == (
        "Announced by mDNS as 'Serve under test' - programs on this machine find it by themselves"
    )
    assert (await gateway.ask("/health")).json["mdns"] == "announced as Serve under test"


@pytest.mark.slow
async def test_a_namesake_is_told_the_name_that_it_was_given(gateway: GatewayProcess, tmp_path: Path) -> None:
    async with started(tmp_path, "--name", "Serve under test", mdns=True, ready=False) as second:
        assert second.next_line().startswith("Announced by mDNS as 'Serve under test-2' - ")


async def test_only_this_machine_reaches_it(gateway: GatewayProcess) -> None:
    assert gateway.listening() == [("127.0.0.1", gateway.port)]


async def test_it_speaks(gateway: GatewayProcess) -> None:
    assert (await gateway.ask("/synthesize?text=Hello&voice=vixen")).frames > 10_000


async def test_its_identity_is_kept_for_the_next_start(gateway: GatewayProcess, home: Path) -> None:
    kept = looked_at(home / "state")
    assert kept and (await gateway.ask("/health")).json["id"] == kept.id


async def test_lan_opens_it_and_says_so_with_an_address_that_robots_can_use(
    gateway: GatewayProcess, tmp_path: Path
) -> None:
    """A second gateway beside the first."""
    if not own_addresses():
        pytest.skip("this machine has no network")
    async with started(tmp_path, "--lan", ready=False) as lan:
        found = re.fullmatch(
            r"Speaking at http://(\S+) - programs on this machine can use it, and from your network "
            r"nobody yet \(type robotvoice-gateway pair for a robot, robotvoice-gateway key new NAME for a "
            r"program\); where a robot does not find it, type on the robot: robotvoice pair "
            r"CODE --gateway (\S+)",
            lan.welcome,
        )
        assert found, lan.welcome
        host, _, port = found[1].rpartition(":")
        door = (await lan.ask("/v1/status")).json["robots_door"]["port"]
        assert found[2] == (host if door == DEFAULT_TLS_PORT else f"{host}:{door}")
        assert host not in ("0.0.0.0", "127.0.0.1", "[::]", "")
        everywhere = ("0.0.0.0", "::") if has_ipv6() else ("0.0.0.0",)
        told = (await lan.ask("/v1/status")).json
        ports = int(port), told["robots_door"]["port"]
        assert {*lan.listening()} == {(each, port) for each in everywhere for port in ports}
        assert lan.port != gateway.port
        await lan.until("/readyz", lambda answer: answer.status == 200)


@pytest.mark.slow
async def test_open_to_all_it_says_at_its_start_whom_everybody_hears(tmp_path: Path) -> None:
    if not own_addresses():
        pytest.skip("this machine has no network")
    async with started(tmp_path, "--open-lan", ready=False) as gateway:
        assert "from your network everybody without a key (type robotvoice-gateway pair" in gateway.welcome
        assert gateway.next_line() == (
            "Open to all in your network, without a key: everybody there can let gremlin, spark, vixen say "
            "anything"
        )
        assert ("0.0.0.0", gateway.port) in gateway.listening()


@pytest.mark.slow
async def test_lan_without_any_network_says_so_and_who_finds_it_all_the_same(tmp_path: Path) -> None:
    alone = (*unshared(trial=(*LOOPBACK_ONLY, "true")), *LOOPBACK_ONLY)
    async with started(tmp_path, "--lan", mdns=True, ready=False, prefix=alone) as gateway:
        where = f"127.0.0.1:{gateway.port}"
        assert gateway.welcome == (
            f"Speaking at http://{where} - this machine has no network yet; programs on it can use it, and "
            "from a network nobody yet (type robotvoice-gateway pair for a robot, robotvoice-gateway key new "
            "NAME for a program); "
            f"a robot on this machine finds it with ROBOTVOICE_GATEWAY={where}"
        )
        assert gateway.next_line().endswith("' - programs on this machine find it by themselves")


async def test_a_host_is_told_by_the_address_it_stands_for(tmp_path: Path) -> None:
    async with started(tmp_path, "--host", "localhost", ready=False) as gateway:
        found = re.match(r"Speaking at http://(127\.0\.0\.1|\[::1\]):\d+ - only programs", gateway.welcome)
        assert found, gateway.welcome
        assert gateway.listening() == [(found[1].strip("[]"), gateway.port)]


async def test_it_starts_with_the_personas_that_can_be_used_whatever_else_is_in_its_way(
    tmp_path: Path,
) -> None:
    """One persona is broken, there is no HOME, and the state folder cannot be written."""
    good, broken = (tmp_path / "personas" / name / "persona.yaml" for name in ("ann", "bob"))
    good.parent.mkdir(parents=True)
    broken.parent.mkdir()
    good.write_text("name: Ann\nlanguage: en\nvoice: {engine: espeak, voice: en}\n")
    broken.write_text("name: Bob\nlanguage: en\nvoyce: {engine: espeak}\n")
    (tmp_path / "a-file").touch()
    state = str(tmp_path / "a-file" / "state")
    env = environment(tmp_path, ROBOTVOICE_STATE_DIR=state, ROBOTVOICE_HIDE="*")
    del env["HOME"]
    async with started(tmp_path, "--personas", str(tmp_path / "personas"), env=env) as gateway:
        assert (await gateway.ask("/synthesize?text=Hello&voice=ann")).frames > 10_000
        assert (await gateway.ask("/synthesize?text=Hello&voice=bob")).status == 404
        found = (await gateway.ask("/health")).json
        assert (found["voices"], found["default_voice"]) == (["ann"], "ann")
        assert found["problems"] >= 1
        assert await gateway.stopped() == 0
    assert [line for line in gateway.log if f"WARNING left out: {broken}:3: voyce: " in line], gateway.log
    assert [line for line in gateway.log if "WARNING gateway id cannot be kept" in line]


@pytest.mark.slow
async def test_it_speaks_also_when_nobody_can_read_its_first_line(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    async with (
        started(tmp_path, prefix=("sh", "-c", 'exec "$@" >&-', "sh"), heard=False) as closed,
        started(tmp_path, stdout=writing) as unread,
    ):
        os.close(writing)
        for gateway in (closed, unread):
            assert (await gateway.ask("/synthesize?text=Hello")).frames > 10_000
            assert await gateway.stopped() == 0
    assert not [line for line in closed.log + unread.log if "Traceback" in line or "Error" in line]
