"""Two machines and a cable: this process is on the robot's, the gateway on one called `mac`."""

import subprocess
from contextlib import suppress

ROBOT, MAC = "10.77.0.2", "10.77.0.1"
FRESH = "10.77.0.{number}"
ON_MAC = ("ip", "netns", "exec", "mac")
"""A command before another, which then runs on the gateway's machine"""
WITHIN = 10.0


class Network:
    """To be made once in a space of its own; with that it goes."""

    def __init__(self) -> None:
        self._addresses = 10
        run("mount", "-t", "tmpfs", "none", "/run")
        run("ip", "netns", "add", "mac")
        run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "mac")
        run("ip", "address", "add", f"{ROBOT}/24", "dev", "eth0")
        run("ip", "-n", "mac", "address", "add", f"{MAC}/24", "dev", "eth0")
        for place in ((), ("-n", "mac")):
            for device in ("lo", "eth0"):
                run("ip", *place, "link", "set", device, "up")

    def cut(self) -> None:
        """Nothing that is sent arrives, and neither side is told."""
        for place in ((), ON_MAC):
            run(*place, "tc", "qdisc", "add", "dev", "eth0", "root", "blackhole")

    def mend(self) -> None:
        """After `cut`."""
        for place in ((), ON_MAC):
            run(*place, "tc", "qdisc", "del", "dev", "eth0", "root")

    def unplug(self) -> None:
        """The gateway's machine has no link any more; both sides see it."""
        run("ip", "-n", "mac", "link", "set", "eth0", "down")

    def plug(self) -> None:
        """After `unplug`."""
        run("ip", "-n", "mac", "link", "set", "eth0", "up")

    def mend_all(self) -> None:
        """Whatever was done."""
        self.plug()
        with suppress(subprocess.CalledProcessError):
            self.mend()

    def move(self) -> str:
        """The gateway's machine gets another address, which is returned, and loses the one it had."""
        self._addresses += 1
        # Of two addresses in one network, removing the first removes both.
        run("ip", "-n", "mac", "address", "flush", "dev", "eth0")
        fresh = FRESH.format(number=self._addresses)
        run("ip", "-n", "mac", "address", "add", f"{fresh}/24", "dev", "eth0")
        return fresh


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=WITHIN)
