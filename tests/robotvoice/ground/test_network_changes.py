"""A change of the network is noticed, whether or not the system tells of it."""

import asyncio
import errno
import json
import shutil
import subprocess
import sys
from ipaddress import ip_interface

import pytest

from robotvoice.ground import network_changes
from robotvoice.ground.interfaces import Interface
from robotvoice.ground.network_changes import SLEPT, NetworkChanges
from tests.namespaces import unshared

ONE = (Interface("eth0", 2, (ip_interface("10.0.0.5/24"),)),)
ANEW = (Interface("eth0", 3, (ip_interface("10.0.0.5/24"),)),)


class Machine:
    """Whose network and clock a test sets."""

    def __init__(self) -> None:
        self.interfaces: tuple[Interface, ...] | OSError = ONE
        self.seconds = 0.0
        self.looks = 0

    def look(self) -> tuple[Interface, ...]:
        self.looks += 1
        if isinstance(self.interfaces, OSError):
            raise self.interfaces
        return self.interfaces

    def changes(self) -> NetworkChanges:
        return NetworkChanges(self.look, clock=lambda: self.seconds)


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network_changes, "LOOK_EVERY", 0.01)


async def test_an_interface_that_is_made_anew_is_another_one() -> None:
    """With the same name and the same address: only its number tells."""
    machine = Machine()
    async with machine.changes() as network, asyncio.timeout(5):
        assert network.now == ONE
        machine.interfaces = ANEW
        assert await network.change() == ANEW
        assert network.wakes == 0


async def test_without_a_change_nobody_is_woken() -> None:
    machine = Machine()
    async with machine.changes() as network:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await network.change()
    assert machine.looks > 5


async def test_after_a_sleep_the_network_may_be_any() -> None:
    machine = Machine()
    async with machine.changes() as network, asyncio.timeout(5):
        asyncio.get_running_loop().call_later(0.005, setattr, machine, "seconds", 2 * SLEPT)
        assert await network.change() == ONE
        assert network.wakes == 1


async def test_a_machine_that_cannot_be_looked_at_is_as_it_was() -> None:
    machine = Machine()
    async with machine.changes() as network, asyncio.timeout(5):
        machine.interfaces = OSError(errno.EMFILE, "too many open files")
        waiting = asyncio.ensure_future(network.change())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        machine.interfaces = ANEW
        assert await waiting == ANEW


TOLD = """
import asyncio, ifaddr, json, subprocess
from robotvoice.ground import network_changes
from robotvoice.ground.interfaces import interfaces_of
network_changes.LOOK_EVERY = 1000.0

async def main():
    def found():
        return interfaces_of(ifaddr.get_adapters())
    async with network_changes.NetworkChanges(found) as network:
        def told():
            return [each.name for each in network.now if each.of_version(4)]
        seen = [told()]
        for commands in (
            ["link set lo up"],
            ["link add eth0 type veth peer name eth1", "link set eth0 up", "addr add 10.0.0.5/24 dev eth0"],
            ["link del eth0"],
        ):
            for command in commands:
                subprocess.run(("ip", *command.split()), check=True)
            while told() == seen[-1]:
                await network.change()
            seen.append(told())
    print(json.dumps(seen))

asyncio.run(asyncio.wait_for(main(), 20))
"""


def test_the_system_tells_of_a_change_at_once() -> None:
    """Nobody would look for it here."""
    if not shutil.which("ip"):
        pytest.skip("ip is not installed")
    done = subprocess.run(
        (*unshared(), sys.executable, "-c", TOLD), capture_output=True, text=True, timeout=50, check=True
    )
    assert json.loads(done.stdout) == [[], ["lo"], ["lo", "eth0"], ["lo"]]
