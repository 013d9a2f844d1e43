"""python -m tests.addresses.scenarios NAME FOLDER: what happens to addresses, told as JSON.

To be run in a network of its own. What is right is for the test of the same name to say.
"""

import asyncio
import json
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edge_client.discovery.discovery import browse
from proofs.lan.network import run
from proofs.rig.asking import ask
from proofs.rig.program import RunBroken
from tests.addresses.machines import ROBOT, Machines

ELSEWHERE = ("10.8.0.2/24", "10.211.55.2/24", "100.101.1.1/32", "198.19.249.3/24", "192.168.64.1/24")
"""Of virtual private networks and virtual machines"""
STARTS = 5
FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), Path("no-faketime"))
IN_1970 = (
    "env",
    f"LD_PRELOAD={FAKETIME}",
    "FAKETIME=@1970-01-01 00:00:30",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
)
"""Before a command: what it takes for the time of day begins there"""
NOWHERE = "10.0.0.254"
"""The robot's router: nobody, so that what is sent to other networks is never answered"""


def a_robot_and_a_mac(machines: Machines) -> None:
    machines.plug(ROBOT, "10.0.0.2/24")
    machines.add("mac", "10.0.0.5/24")
    run("ip", "route", "add", "default", "via", NOWHERE)


def mac_with_six_addresses(machines: Machines) -> Any:
    a_robot_and_a_mac(machines)
    for address in ELSEWHERE:
        machines.card_to_nowhere("mac", address)
    return [_start(machines, number) for number in range(STARTS)]


def _start(machines: Machines, number: int) -> tuple[float, str]:
    gateway = machines.gateway("mac")
    gateway.until("announced by mDNS")
    if not number:
        machines.pair()
    daemon = machines.daemon(f"fresh-{number}")
    found = machines.until_ready()
    daemon.end()
    gateway.end()
    return found


def somebody_announces_all_addresses_everywhere(machines: Machines) -> Any:
    """As other programs announce; most are nobody's, others are somebody else's or this robot's own."""
    a_robot_and_a_mac(machines)
    machines.add("other", "10.0.0.7/24")
    machines.add("printer", "10.0.0.8/24")
    machines.card_to_nowhere(ROBOT, "172.17.0.1/16")
    machines.gateway("mac", "--no-mdns")
    machines.gateway("other", "--no-mdns")
    machines.program("printer", "http.server", "7860", "--bind", "10.0.0.8")
    machines.pair("mac", "--gateway", "10.0.0.5")
    identity = ask("10.0.0.5", 7860, "GET", "/healthz")["id"]
    nobodys = [f"10.{number}.0.9" for number in range(60, 69)] + ["10.0.0.77", "10.0.0.78"]
    wrong = ["10.0.0.7", "10.0.0.8", "172.17.0.1", *nobodys]
    machines.program("mac", "tests.addresses.announcer", "all", identity, *wrong, "10.0.0.5")
    found = []
    for number in range(3):
        daemon = machines.daemon(f"fresh-{number}")
        found.append(machines.until_ready())
        daemon.end()
    return {"found": found, "discovered": machines.robotvoice("discover", "--timeout", "3", home="fresh")}


def a_vpn_comes_up_later(machines: Machines) -> Any:
    """On the gateway's machine, then on the robot; then both are gone again."""
    a_robot_and_a_mac(machines)
    gateway = machines.gateway("mac")
    machines.pair()
    daemon = machines.daemon()
    machines.until_ready()
    machines.card_to_nowhere("mac", "10.8.0.2/24")
    gateway.until("10.8.0.2")
    machines.card_to_nowhere(ROBOT, "10.9.0.2/24")
    time.sleep(2)
    state = machines.status()["gateway"]
    return {
        "ready": state["ready"],
        "address": state["address"],
        "connections": sum(" is there" in line for line in daemon.lines),
        "log": daemon.log + gateway.log,
    }


def cards_that_are_made_anew(machines: Machines) -> Any:
    """With the same address, within a moment: the gateway's, then the robot's."""
    a_robot_and_a_mac(machines)
    machines.gateway("mac")
    machines.pair()
    machines.daemon()
    machines.until_ready()
    found = {}
    for name, address in (("mac", "10.0.0.5/24"), (ROBOT, "10.0.0.2/24")):
        machines.unplug(name)
        machines.plug(name, address)
        code, told, _ = machines.robotvoice("discover", "--timeout", "10", "--json", home=f"new-{name}")
        found[name or "robot"] = {
            "discovered": [row["address"] for row in json.loads(told) if row["ready"]],
            "code": code,
            "daemon": machines.until_ready()[1],
        }
    return found


def ipv6_alone(machines: Machines) -> Any:
    machines.plug(ROBOT, "fd00::2/64")
    machines.add("mac", "fd00::5/64")
    return _found_without_ipv4(machines)


def link_local_alone(machines: Machines) -> Any:
    machines.plug(ROBOT)
    machines.add("mac")
    machines.link_local(ROBOT)
    own = machines.link_local("mac")
    found = _found_without_ipv4(machines)
    pinned = {
        address: machines.robotvoice(
            "say", "Hello.", "--json", "--no-mdns", "--gateway", address, home=f"pinned-{number}"
        )
        for number, address in enumerate(
            (f"[{own}%eth0]:7860", f"http://[{own}%25eth0]:7860/", f"[{own}]:7860", f"[{own}%eth9]")
        )
    }
    return {"own": own, "pinned": pinned, **found}


def _found_without_ipv4(machines: Machines) -> dict[str, Any]:
    gateway = machines.gateway("mac")
    announced = gateway.program.next_line()
    machines.pair()
    machines.daemon()
    ready = machines.until_ready()
    discovered = machines.robotvoice("discover", "--timeout", "5", home="fresh")
    return {"welcome": gateway.said, "announced": announced, "ready": ready, "discovered": discovered}


def a_network_that_comes_later(machines: Machines) -> Any:
    """Both sides are started without any; what the robot then hears is not the gateway's loopback."""
    run("ip", "netns", "add", "mac")
    machines.ip("mac", "link", "set", "lo", "up")
    gateway = machines.gateway("mac")
    machines.plug(ROBOT, "10.0.0.2/24")
    machines.plug("mac", "10.0.0.5/24")
    machines.pair()
    machines.unplug("mac")
    machines.unplug(ROBOT)
    gateway.end()
    gateway = machines.gateway("mac")
    daemon = machines.daemon()
    machines.plug(ROBOT, "10.0.0.2/24", "fd00::2/64")
    machines.plug("mac", "10.0.0.5/24", "fd00::5/64")
    ready = machines.until_ready()
    heard = {each.host for each in asyncio.run(browse(timeout=3.0, interface=None))}
    machines.unplug("mac")
    machines.plug("mac", "fd00::6/64")
    machines.until_ready(lambda found: found["address"].startswith("[fd00::6]"))
    return {
        "welcome": gateway.said,
        "ready": ready,
        "heard": sorted(each for each in heard if not each.startswith("fe80")),
        "log": gateway.log,
        "alive": daemon.program.process.poll() is None,
    }


def one_identity_on_two_machines(machines: Machines) -> Any:
    """Started at the same moment, under one name; then one of them is another one's no more."""
    a_robot_and_a_mac(machines)
    machines.add("copy", "10.0.0.6/24")
    first = machines.gateway("mac")
    machines.pair()
    first.end()
    shutil.copytree(machines.home("mac") / "state", machines.home("copy") / "state")
    gateways = {name: machines.gateway(name, "--name", "same") for name in ("mac", "copy")}
    told = {name: gateway.until("has this gateway's id") for name, gateway in gateways.items()}
    discovered = machines.robotvoice("discover", "--timeout", "3", home="fresh")
    chosen = []
    for home in ("fresh-1", "fresh-2", "fresh-3", "fresh-3"):
        daemon = machines.daemon(home)
        chosen.append(machines.until_ready()[1])
        warned = daemon.until("has the same id")
        status = machines.robotvoice("status")[1]
        daemon.end()
    gateways["copy"].end()
    (machines.home("copy") / "state" / "identity.pem").unlink()
    gateways["copy"] = machines.gateway("copy", "--name", "same")
    gateways["copy"].until("announced by mDNS")
    after = machines.robotvoice("discover", "--timeout", "3", home="fresh")
    return {
        "told": told,
        "discovered": discovered,
        "chosen": chosen,
        "warned": warned,
        "status": status,
        "after": after,
        "log": [*gateways["mac"].log, *gateways["copy"].log],
    }


def one_machine_that_may_look_like_two(machines: Machines) -> Any:
    """It has two cards in one network, moves, is killed, and comes back elsewhere under another name."""
    a_robot_and_a_mac(machines)
    machines.plug("mac", "10.0.0.6/24", card="wlan0")
    first = machines.gateway("mac")
    machines.pair()
    daemon = machines.daemon()
    machines.until_ready()
    first.until("10.0.0.6")
    machines.move("mac", "10.0.0.9/24")
    machines.until_ready(lambda found: found["address"] != "10.0.0.5:7861")
    first.end(signal.SIGKILL)
    machines.move("mac", "10.0.0.10/24")
    machines.move("mac", "10.0.0.12/24", card="wlan0")
    second = machines.gateway("mac", "--name", "mac-2")
    second.until("announced by mDNS")
    machines.until_ready()
    discovered = machines.robotvoice("discover", "--timeout", "3", home="fresh")
    time.sleep(2)
    return {
        "discovered": discovered,
        "twin": machines.status()["gateway"]["twin"],
        "log": [*first.log, *second.log, *daemon.log],
    }


def a_switch_that_brings_no_multicast(machines: Machines) -> Any:
    """A robot that knows its gateway keeps it; another one is told what to type."""
    a_robot_and_a_mac(machines)
    machines.gateway("mac")
    machines.pair()
    daemon = machines.daemon("known")
    machines.until_ready()
    daemon.end()
    for port in ("port1", "port2"):
        machines.ip("switch", "link", "set", port, "type", "bridge_slave", "mcast_flood", "off")
    machines.daemon("known")
    ready = machines.until_ready()
    return {"ready": ready, "new": machines.robotvoice("discover", "--timeout", "2", home="new")}


def a_clock_at_1970(machines: Machines) -> Any:
    """A Pi has no clock of its own, and there is nobody to ask for the time."""
    a_robot_and_a_mac(machines)
    machines.gateway("mac")
    machines.pair(prefix=IN_1970)
    daemon = machines.daemon(prefix=IN_1970)
    ready = machines.until_ready()
    said = machines.robotvoice("say", "Good morning.", "--wait", "--json")
    return {"ready": ready, "said": said, "log": daemon.log}


def a_printer_at_the_gateways_address(machines: Machines) -> Any:
    """The gateway has moved meanwhile."""
    a_robot_and_a_mac(machines)
    machines.gateway("mac")
    machines.pair()
    machines.daemon()
    machines.until_ready()
    machines.move("mac", "10.0.0.9/24")
    machines.add("printer", "10.0.0.5/24")
    machines.program("printer", "http.server", "7861", "--bind", "10.0.0.5")
    run("ip", "neighbour", "flush", "dev", "eth0")
    machines.until_ready(lambda found: found["address"] == "10.0.0.9:7861")
    return machines.robotvoice("discover", "--timeout", "3", "--gateway", "10.0.0.5", home="fresh")


def main() -> int:
    name, folder = sys.argv[1:]
    scenario: Callable[[Machines], Any] = globals()[name]
    machines = Machines(Path(folder))
    try:
        print(json.dumps(scenario(machines)))
    except (RunBroken, OSError) as problem:
        for log in sorted(Path(folder).glob("*.log")):
            print(f"--- {log.name}\n{log.read_text()}", file=sys.stderr)
        print(problem, file=sys.stderr)
        return 1
    finally:
        machines.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
