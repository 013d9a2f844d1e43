"""Two machines on one network, as namespaces of this one: who sees the gateway, and who must not.

Each test runs a program on the first, "mac" at 10.77.0.1; `ip netns exec pi` is the second, at 10.77.0.2.
"""

import json
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.namespaces import unshared

pytestmark = pytest.mark.slow


# Everything that was started ends with the last line.
SPACES = ("--mount", "--pid", "--fork", "--kill-child")
TWO_MACHINES = """
set -e
mount -t tmpfs none /run
ip netns add pi
ip link add eth0 type veth peer name eth0 netns pi
ip address add 10.77.0.1/24 dev eth0
ip -n pi address add 10.77.0.2/24 dev eth0
for machine in "" "-n pi"; do
    ip $machine link set eth0 up
    ip $machine link set lo up
done
"$@"
"""


def told(program: str) -> Any:
    """What a program on the first machine printed, as JSON."""
    if not all(map(shutil.which, ("ip", "bash"))):
        pytest.skip("ip or bash is not installed")
    machines = ("bash", "-c", TWO_MACHINES, "bash")
    finished = subprocess.run(
        [
            *unshared(*SPACES, trial=(*machines, "true")),
            *(*machines, sys.executable, "-c", PRELUDE + program),
        ],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


PRELUDE = """
import asyncio, json, sys
from edge_client.discovery.discovery import browse
from gateway.mdns.mdns_advertiser import MdnsAdvertiser

def gateway(name, port, host="0.0.0.0"):
    return MdnsAdvertiser(
        gateway_id=name, name=name, port=port, personas=["spark"], host=host
    )

async def announced(*gateways):
    for gateway in gateways:
        await gateway.start()
    async with asyncio.timeout(10):
        while not all(gateway.state.startswith("announced") for gateway in gateways):
            await asyncio.sleep(0.05)

async def output(*command):
    child = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    return (await asyncio.wait_for(child.communicate(), 20))[0].decode()

def rows(endpoints):
    return [[endpoint.name, endpoint.host, endpoint.port] for endpoint in endpoints]
"""

BOTH_SIDES = """
ROBOT = '''
import asyncio, json, socket, sys
from edge_client.discovery.discovery import browse
if sys.argv[1] == "port taken":
    holder = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    holder.bind(("", 5353))
found = asyncio.run(browse(timeout=2.0, interface=None))
print(json.dumps([[endpoint.name, endpoint.host, endpoint.port] for endpoint in found]))
'''

async def robot(port):
    return json.loads(await output("ip", "netns", "exec", "pi", sys.executable, "-c", ROBOT, port))

async def main():
    private, shared = gateway("private", 7998, "127.0.0.1"), gateway("shared", 7999)
    await announced(private, shared)
    mac, pi = await asyncio.gather(browse(timeout=2.0, interface=None), robot("port free"))
    print(json.dumps({"mac": rows(mac), "pi": pi, "pi without the port": await robot("port taken")}))
    await asyncio.gather(private.stop(), shared.stop())

asyncio.run(main())
"""


def test_a_gateway_on_loopback_is_announced_to_its_own_machine_only() -> None:
    """Also while another program there, here a second gateway, has joined the network's multicast.

    That one is found by a robot on which another program keeps the mDNS port to itself, too.
    """
    shared = ["shared", "10.77.0.1", 7999]
    assert told(BOTH_SIDES) == {
        "mac": [["private", "127.0.0.1", 7998], shared],
        "pi": [shared],
        "pi without the port": [shared],
    }


MOVED = """
SEE = ("ip", "netns", "exec", "pi", sys.executable, "-c", '''
import asyncio, json
from edge_client.discovery.discovery import browse
found = asyncio.run(browse(timeout=2.0, interface=None))
print(json.dumps([[endpoint.name, endpoint.host] for endpoint in found]))
''')

async def main():
    mac = gateway("mac", 7999)
    await announced(mac)
    seen = [json.loads(await output(*SEE))]
    await output("ip", "address", "del", "10.77.0.1/24", "dev", "eth0")
    await asyncio.sleep(1.5)
    seen.append(json.loads(await output(*SEE)))
    await output("ip", "address", "add", "10.77.0.9/24", "dev", "eth0")
    await asyncio.sleep(1.5)
    seen.append(json.loads(await output(*SEE)))
    await mac.stop()
    print(json.dumps(seen))

asyncio.run(main())
"""


def test_a_gateway_whose_address_changes_is_found_at_the_new_one() -> None:
    """Also one that had none in between, as while a machine sleeps or is carried elsewhere."""
    assert told(MOVED) == [[["mac", "10.77.0.1"]], [], [["mac", "10.77.0.9"]]]


LATE = """
async def main():
    await output("ip", "link", "set", "eth0", "down")
    for device in ("eth0", "lo"):
        await output("ip", "address", "flush", "dev", device)
    mac = gateway("mac", 7999)
    await mac.start()
    await asyncio.sleep(1)
    states = [mac.state]
    await output("ip", "link", "set", "eth0", "up")
    await output("ip", "address", "add", "10.77.0.9/24", "dev", "eth0")
    await announced(mac)
    await mac.stop()
    print(json.dumps([*states, mac.state]))

asyncio.run(main())
"""


def test_a_gateway_that_starts_before_its_network_is_announced_when_that_is_there() -> None:
    """And says only once that nobody finds it."""
    assert told(LATE) == ["not announced: this machine has no network address", "not announced: stopped"]


# avahi-daemon asks for a user of its own name, and root is the only one there is in here.
AVAHI = """
mkdir -p /run/avahi-daemon
for kind in passwd group; do
    echo avahi:x:0:0::/:/bin/false > /run/$kind
    mount --bind /run/$kind /etc/$kind
done
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/bus
dbus-daemon --session --address=$DBUS_SYSTEM_BUS_ADDRESS --fork --nopidfile
echo '[server]' > /run/avahi.conf
avahi-daemon --no-drop-root --no-chroot --no-rlimits --daemonize --file /run/avahi.conf
"$@"
"""

WITH_AVAHI = f"""
AVAHI = {AVAHI!r}
SEE = 'avahi-browse --resolve --parsable --terminate _robotvoice._tcp'

async def main():
    mac = gateway("from zeroconf", 7999)
    await announced(mac)
    child = await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", "pi", "bash", "-c", AVAHI, "bash", "bash",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )
    async def ask(command):
        child.stdin.write((command + "; echo END\\n").encode())
        return (await asyncio.wait_for(child.stdout.readuntil(b"END\\n"), 15)).decode().splitlines()[:-1]
    for _ in range(5):  # it asks once, for about a second
        there = await ask(SEE)
        if any(line.startswith("=") for line in there):
            break
    await mac.stop()
    gone = await ask("sleep 1.5; " + SEE)
    await ask("avahi-publish --service 'from avahi' _robotvoice._tcp 7998 v=1 id=avahi 2>&1 & true")
    robot = await browse(timeout=10, interface=None, enough=lambda endpoint: endpoint.gateway_id == "avahi")
    print(json.dumps({{"there": there, "gone": gone, "robot": rows(robot)}}))
    child.kill()

asyncio.run(main())
"""


def test_avahi_and_the_gateway_understand_each_other() -> None:
    """Avahi sees the gateway with its TXT keys and sees it go; a robot finds what Avahi announces."""
    if not all(map(shutil.which, ("avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon"))):
        pytest.skip("Avahi is not installed")
    seen = told(WITH_AVAHI)
    (row,) = [line for line in seen["there"] if line.startswith("=")]
    assert row.startswith(r"=;eth0;IPv4;from\032zeroconf;_robotvoice._tcp;local;")
    assert row.split(";")[7:9] == ["10.77.0.1", "7999"]
    assert {*row.split(";")[9].split()} == {'"v=1"', '"id=from', 'zeroconf"', '"tls=0"'}, (
        "not who can be heard"
    )
    assert not [line for line in seen["gone"] if line.startswith("=")]
    assert ["from avahi", "10.77.0.2", 7998] in seen["robot"]
