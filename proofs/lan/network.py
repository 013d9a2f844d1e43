"""Two machines and a cable: this process is on the robot's, the gateway on one called `mac`."""

import subprocess
from contextlib import suppress

ROBOT, MAC = "10.77.0.2", "10.77.0.1"
FRESH = "10.77.0.{number}"
GUESTS, GUESTS_ROBOT, GUEST = "guests", "10.78.0.2", "10.78.0.66"
"""The robot's card in another network, its address there and that of whoever is let in"""
ROBOT_IPV6, MAC_IPV6 = "fd77::2", "fd77::1"
ELSEWHERE = ("10.8.0.2/24", "10.211.55.2/24", "100.101.1.1/32", "198.19.249.3/24", "192.168.64.1/24")
"""Addresses of virtual private networks and virtual machines: no robot reaches them"""
NOBODY = "10.77.0.254"
"""The robot's router, so that what it sends to them is answered by nobody"""
WITHIN = 10.0


def within(name: str) -> tuple[str, ...]:
    """A command before another, which then runs on the machine of that name."""
    return ("ip", "netns", "exec", name)


ON_MAC = within("mac")
"""Where the gateway is"""


class Network:
    """To be made once in a space of its own; with that it goes."""

    def __init__(self) -> None:
        self._addresses = 10
        self._mac = MAC
        run("mount", "-t", "tmpfs", "none", "/run")
        run("ip", "netns", "add", "mac")
        for place in ((), ("-n", "mac")):
            run("ip", *place, "link", "set", "lo", "up")
        self._plug_in()

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
        self._mac = FRESH.format(number=self._addresses)
        run("ip", "-n", "mac", "address", "add", f"{self._mac}/24", "dev", "eth0")
        return self._mac

    def new_cards(self) -> None:
        """In place of those there were, with the same addresses."""
        run("ip", "link", "delete", "eth0")
        self._plug_in()

    def add_cards(self) -> None:
        """The gateway's machine has networks of its own, and the robot sends to them in vain."""
        run("ip", "route", "add", "default", "via", NOBODY)
        for number, address in enumerate(ELSEWHERE):
            card, other = f"own{number}", f"end{number}"
            run("ip", "-n", "mac", "link", "add", card, "type", "veth", "peer", "name", other)
            run("ip", "-n", "mac", "address", "add", address, "dev", card)
            for each in (card, other):
                run("ip", "-n", "mac", "link", "set", each, "up")

    def remove_cards(self) -> None:
        """After `add_cards`."""
        run("ip", "route", "delete", "default")
        for number in range(len(ELSEWHERE)):
            run("ip", "-n", "mac", "link", "delete", f"own{number}")

    def let_in(self, name: str) -> str:
        """A machine on another network of the robot's; returns its address. `put_out` takes it away."""
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "link", "add", GUESTS, "type", "veth", "peer", "name", "eth0", "netns", name)
        for place, card, address in (((), GUESTS, GUESTS_ROBOT), (("-n", name), "eth0", GUEST)):
            run("ip", *place, "address", "add", f"{address}/24", "dev", card)
            run("ip", *place, "link", "set", card, "up")
        return GUEST

    def put_out(self, name: str) -> None:
        """After `let_in`."""
        run("ip", "link", "delete", GUESTS)
        run("ip", "netns", "delete", name)

    def ipv6_only(self) -> str:
        """Returns the only address that the gateway's machine has then."""
        for place, address in (((), ROBOT_IPV6), (("-n", "mac"), MAC_IPV6)):
            run("ip", *place, "-4", "address", "flush", "dev", "eth0")
            run("ip", *place, "address", "add", f"{address}/64", "dev", "eth0", "nodad")
        return MAC_IPV6

    def ipv4_again(self) -> str:
        """After `ipv6_only`; returns the address that the gateway's machine had before."""
        for place, address in (((), ROBOT_IPV6), (("-n", "mac"), MAC_IPV6)):
            run("ip", *place, "address", "delete", f"{address}/64", "dev", "eth0")
        self._give_addresses()
        return self._mac

    def _plug_in(self) -> None:
        run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", "mac")
        self._give_addresses()
        for place in ((), ("-n", "mac")):
            run("ip", *place, "link", "set", "eth0", "up")

    def _give_addresses(self) -> None:
        run("ip", "address", "add", f"{ROBOT}/24", "dev", "eth0")
        run("ip", "-n", "mac", "address", "add", f"{self._mac}/24", "dev", "eth0")


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=WITHIN)
