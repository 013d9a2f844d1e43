"""A gateway on a machine that sleeps, wakes, crashes, is shut down and comes back somewhere else."""

import enum
import random
import re
import signal
from collections.abc import Mapping
from pathlib import Path

from proofs.soak.processes import Program


class Absence(enum.StrEnum):
    ASLEEP = "asleep"
    """Stopped: its kernel takes connections, and nobody answers"""
    CRASHED = "crashed"
    """Killed without a goodbye, and started anew"""
    SHUT_DOWN = "shut down"
    """It says goodbye, and is started anew"""


class FarGateway:
    """Use `leave` and `return_` in turn, then `end`. Announced on loopback."""

    def __init__(self, folder: Path, environment: Mapping[str, str], chance: random.Random) -> None:
        self._folder, self._environment, self._chance = folder, environment, chance
        self._port = 0
        self._absence: Absence | None = None
        self._program = self._started()

    def leave(self, absence: Absence) -> None:
        self._absence = absence
        process = self._program.process
        match absence:
            case Absence.ASLEEP:
                process.send_signal(signal.SIGSTOP)
            case Absence.CRASHED:
                process.kill()
                process.wait()
            case Absence.SHUT_DOWN:
                self._program.end()

    def return_(self) -> None:
        """One that was started anew has its former address, or another one that only mDNS tells."""
        if self._absence is Absence.ASLEEP:
            self._program.process.send_signal(signal.SIGCONT)
        else:
            self._port = self._chance.choice((0, self._port))
            self._program = self._started()
        self._absence = None

    def end(self) -> None:
        if self._absence is Absence.ASLEEP:
            self._program.process.send_signal(signal.SIGCONT)
        self._program.end()

    def _started(self) -> Program:
        options = ("serve", "--port", str(self._port))
        program = Program(self._folder, "gateway", self._environment, "gateway", *options)
        if found := re.search(r"http://\S+:(\d+) ", program.first_line()):
            self._port = int(found[1])
        return program
