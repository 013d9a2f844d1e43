"""Machines on one switch, as namespaces of this one: this process is on the robot, each gateway on another.

To be used by a process that has a network and processes of its own; with it all of this goes.
"""

import itertools
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.lan.network import run, within
from proofs.lan.world import DAEMON_PORT, PAIRING
from proofs.rig.asking import LOOPBACK, ask
from proofs.rig.pairing import pair
from proofs.rig.program import ROOT, Line, Program, environment, until
from robotvoice.ground.state_files import write_whole


@dataclass(frozen=True, slots=True)
class Running:
    """A program, and the first line it said."""

    program: Program
    said: str

    @property
    def log(self) -> list[str]:
        """What is worth a warning, or more."""
        return list(self.program.logged("WARNING|ERROR|Traceback"))

    @property
    def lines(self) -> list[Line]:
        return self.program.log

    def until(self, told: str, within: float = 15.0) -> str:
        """The first line of its log that holds this. Raises RunBroken."""
        until(lambda: any(told in line for line in self.lines), f"{told!r} was not logged", within)
        return next(line for line in self.lines if told in line)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code."""
        return self.program.end(number)


ROBOT = ""
"""The name of the machine that this process is on"""
READY_WITHIN = 15.0


class Machines:
    """The switch is there, and the robot without any network."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._programs: list[Program] = []
        self._pairing: bytes | None = None
        self._ports = itertools.count(1)
        run("mount", "-t", "tmpfs", "none", "/run")
        run("ip", "link", "set", "lo", "up")
        run("ip", "netns", "add", "switch")
        run("ip", "-n", "switch", "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", "switch", "link", "set", "bridge", "up")

    def close(self) -> None:
        """Nothing runs any more."""
        for program in self._programs:
            program.close(signal.SIGKILL)

    def add(self, name: str, *addresses: str) -> None:
        """A machine with one card, which has these addresses."""
        run("ip", "netns", "add", name)
        self.ip(name, "link", "set", "lo", "up")
        self.plug(name, *addresses)

    def plug(self, name: str, *addresses: str, card: str = "eth0") -> str:
        """A new card, on the switch; returns the name of its port there."""
        port = f"port{next(self._ports)}"
        self.ip(name, "link", "add", card, "type", "veth", "peer", "name", port, "netns", "switch")
        self.ip("switch", "link", "set", port, "master", "bridge", "up")
        self.set(name, *addresses, card=card)
        self.ip(name, "link", "set", card, "up")
        return port

    def card_to_nowhere(self, name: str, address: str) -> None:
        """Such as that of a VPN or of virtual machines: nobody else is reached by it."""
        card = f"veth{next(self._ports)}"
        self.ip(name, "link", "add", card, "type", "veth", "peer", "name", f"{card}x")
        self.set(name, address, card=card)
        for each in (card, f"{card}x"):
            self.ip(name, "link", "set", each, "up")

    def unplug(self, name: str, card: str = "eth0") -> None:
        """The card is no more."""
        self.ip(name, "link", "del", card)

    def set(self, name: str, *addresses: str, card: str = "eth0") -> None:
        """IPv6 addresses are good from the first moment on."""
        for each in addresses:
            self.ip(name, "address", "add", each, "dev", card, *(("nodad",) if ":" in each else ()))

    def move(self, name: str, address: str, card: str = "eth0") -> None:
        """In place of the IPv4 address that it had."""
        self.ip(name, "-4", "address", "flush", "dev", card)
        self.set(name, address, card=card)

    def ip(self, name: str, *command: str) -> None:
        run("ip", *(("-n", name) if name else ()), *command)

    def link_local(self, name: str, card: str = "eth0") -> str:
        """Waits until the card has it."""

        def found() -> list[str]:
            command = ("ip", *(("-n", name) if name else ()), "-json", "-6", "address", "show", "dev", card)
            told = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=10).stdout)
            return [
                each["local"]
                for each in told[0]["addr_info"]
                if each["scope"] == "link" and not each.get("tentative")
            ]

        until(found, f"{name or 'the robot'} has no link-local address")
        return found()[0]

    def home(self, name: str) -> Path:
        folder = self._folder / (name or "robot")
        folder.mkdir(exist_ok=True)
        return folder

    def gateway(self, name: str, *options: str, home: str | None = None) -> Running:
        """Returns when it listens, and its first line was read."""
        command = ("gateway", "serve", "--lan", "--name", name, *options)
        return self._start(name, command, self.home(home or name))

    def pair(self, name: str = "mac", *options: str, prefix: tuple[str, ...] = ()) -> None:
        """Every robot from now on has the pairing that is made here; `options` are for its command, which
        is the end of that in `prefix`.
        """
        home = self.home("paired")
        pair(_robots(self.home(name)), _robots(home), *options, on_mac=within(name), on_robot=prefix)
        self._pairing = (home / "state" / PAIRING).read_bytes()

    def daemon(self, home: str = "robot", prefix: tuple[str, ...] = (), **settings: str) -> Running:
        """With a `home` that is new it knows nobody but whom it is paired with."""
        command = ("edge_client", "daemon", "--port", str(DAEMON_PORT))
        return self._start(ROBOT, command, self._robot(home), prefix, **settings)

    def program(self, name: str, *arguments: str, home: str = "other") -> Running:
        """Another one in Python, which has said a line when it is ready."""
        return self._start(name, arguments, self.home(home))

    def robotvoice(self, *arguments: str, home: str = "commands", **settings: str) -> Any:
        """What the command says: its exit code, standard output and standard error."""
        done = subprocess.run(
            (sys.executable, "-m", "edge_client", *arguments),
            env={**_robots(self._robot(home)), **settings},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def status(self) -> Any:
        """Of the daemon."""
        return ask(LOOPBACK, DAEMON_PORT, "GET", "/status")

    def until_ready(self, so: Callable[[Any], object] = lambda gateway: True) -> tuple[float, str]:
        """How long it took until the daemon had its gateway, and the address. Raises RunBroken."""
        began = time.monotonic()

        def ready() -> bool:
            gateway = self.status()["gateway"]
            return bool(gateway["ready"] and so(gateway))

        until(ready, "the robot has not found its gateway", READY_WITHIN, every=0.02)
        return time.monotonic() - began, self.status()["gateway"]["address"]

    def _robot(self, home: str) -> Path:
        folder = self.home(home)
        if self._pairing and not (folder / "state" / PAIRING).exists():
            write_whole(folder / "state" / PAIRING, self._pairing)
        return folder

    def _start(
        self,
        name: str,
        command: tuple[str, ...],
        home: Path,
        prefix: tuple[str, ...] = (),
        **settings: str,
    ) -> Running:
        there = within(name) if name else ()
        program = Program(
            name, (*there, *prefix, sys.executable, "-u", "-m", *command), {**_robots(home), **settings}
        )
        self._programs.append(program)
        return Running(program, program.next_line())


def _robots(home: Path) -> dict[str, str]:
    """The environment also of a gateway, which does not look at most of it."""
    return environment(home, ROBOTVOICE_PLAYER="none")
