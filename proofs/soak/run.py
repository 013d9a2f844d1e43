"""One run: the gateway goes and comes, programs speak, and what the daemon holds is looked at each time."""

import contextlib
import enum
import json
import random
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.rig.asking import LOOPBACK
from proofs.rig.gateway import Gateway
from proofs.rig.pairing import pair
from proofs.rig.program import environment, until
from proofs.soak.robot import LOOK_EVERY, Held, Robot

AWAY = (0.3, 3.0)
HERE = (0.5, 3.0)
"""Seconds for which the gateway is away, and there again"""
BACK_WITHIN = 30.0
SETTLED_WITHIN = 20.0
WARM = 4
"""Changes after which nothing is new to the daemon any more"""


class Absence(enum.StrEnum):
    ASLEEP = "asleep"
    """Stopped: its kernel takes connections, and nobody answers"""
    CRASHED = "crashed"
    """Killed without a goodbye, and started anew"""
    SHUT_DOWN = "shut down"
    """It says goodbye, and is started anew"""


class FarGateway:
    """Use `leave` and `return_` in turn, then `end`. Announced on loopback, unless it has other `options`."""

    def __init__(self, environment: Mapping[str, str], chance: random.Random, *options: str) -> None:
        self._environment, self._chance, self._options = environment, chance, options
        self._gateway = self._started(0)
        self._absence: Absence | None = None

    @property
    def id(self) -> str:
        return self._gateway.id

    def leave(self, absence: Absence) -> None:
        """Raises RunBroken if it does not end when it is told to."""
        self._absence = absence
        match absence:
            case Absence.ASLEEP:
                self._gateway.freeze()
            case Absence.CRASHED:
                self._gateway.end(signal.SIGKILL)
            case Absence.SHUT_DOWN:
                self._gateway.end_in_order()

    def return_(self) -> None:
        """One that was started anew has its former address, or another one that only mDNS tells."""
        if self._absence is Absence.ASLEEP:
            self._gateway.wake()
        else:
            self._gateway = self._started(self._chance.choice((0, self._gateway.port)))

    def end(self) -> None:
        self._gateway.close()

    def _started(self, port: int) -> Gateway:
        gateway = Gateway(self._environment, "--port", str(port), *self._options, mdns=True)
        gateway.until_listening()
        return gateway


@dataclass(slots=True)
class Run:
    """What was seen of one."""

    seed: int
    changes: int
    paired: bool = False
    seconds: float = 0.0
    absences: Counter[str] = field(default_factory=Counter)
    back_ms: list[int] = field(default_factory=list)
    """From when the gateway was there until the daemon had it"""
    texts: list[dict[str, Any]] = field(default_factory=list)
    """A row for each, as its program told it"""
    lines: dict[str, int] = field(default_factory=dict)
    """What the daemon says became of them"""
    sentences: int = 0
    """That began to sound, by the daemon's count"""
    held: list[Held] = field(default_factory=list)
    """After each change from the fourth on, and when all was quiet"""
    idle_with_gateway: float | None = None
    idle_without_gateway: float | None = None
    """Part of one core, the children's included; None: not measured"""


def run(seed: int, changes: int, idle: float, *, paired: bool = False) -> Run:
    """`changes` of the gateway's state, then `idle` seconds of rest with and without it.

    A robot that is `paired` speaks with it by TLS, as with one on another machine. Raises RunBroken.
    """
    found = Run(seed, changes, paired)
    chance = random.Random(seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as name, contextlib.ExitStack() as running:
        mac = environment(Path(name, "gateway"))
        gateway = FarGateway(mac, chance, *(("--lan",) if paired else ()))
        running.callback(gateway.end)
        near = Path(name, "robot")
        # mDNS on loopback only, and no other gateway than the one of this run
        alone = {"ROBOTVOICE_GATEWAY_ID": gateway.id, "ROBOTVOICE_INTERFACE": LOOPBACK}
        own = environment(near, **alone)
        if paired:
            pair(mac, own)
        robot = Robot(near, own)
        running.callback(robot.end)
        _until_there(robot, "the daemon did not find the gateway")
        _while_they_speak(robot, gateway, found, chance)
        found.seconds = time.monotonic() - began
        if idle:
            found.idle_with_gateway = _used(robot, idle)
            gateway.leave(Absence.SHUT_DOWN)
            until(lambda: not robot.has_a_gateway(), "the daemon did not miss the gateway", every=LOOK_EVERY)
            found.idle_without_gateway = _used(robot, idle)
            gateway.return_()
    return found


def _while_they_speak(robot: Robot, gateway: FarGateway, found: Run, chance: random.Random) -> None:
    absences = [absence for _ in range(found.changes // 2 + 1) for absence in Absence]
    talkers = robot.talkers()
    try:
        for change in range(0, found.changes, 2):
            absence = absences[change // 2]
            found.absences[absence] += 1
            gateway.leave(absence)
            time.sleep(chance.uniform(*AWAY))
            gateway.return_()
            back = time.monotonic()
            _until_there(robot, "the daemon did not find the gateway again")
            found.back_ms.append(round((time.monotonic() - back) * 1000))
            time.sleep(chance.uniform(*HERE))
            if change + 2 >= WARM:
                found.held.append(robot.held())
    finally:
        for talker in talkers:
            talker.end_in_order()
    robot.until_quiet()
    status = robot.status()
    found.lines = status["lines"]
    found.sentences = sum(row["sentences"] for row in status["spoken"])
    found.texts += [json.loads(line) for talker in talkers for line in talker.said]
    found.held.append(_settled(robot, found.held))


def _until_there(robot: Robot, what: str) -> None:
    until(robot.has_a_gateway, what, BACK_WITHIN, LOOK_EVERY)


def _settled(robot: Robot, before: list[Held]) -> Held:
    """When the daemon holds no more descriptors than at the least; what it holds when that takes too long."""
    least = min((held.descriptors for held in before), default=0)
    deadline = time.monotonic() + SETTLED_WITHIN
    while (held := robot.held()).descriptors > least and time.monotonic() < deadline:
        time.sleep(0.2)
    return held


def _used(robot: Robot, seconds: float) -> float:
    before, began = robot.cpu_seconds(), time.monotonic()
    time.sleep(seconds)
    return (robot.cpu_seconds() - before) / (time.monotonic() - began)
