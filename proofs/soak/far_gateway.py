"""A gateway on a machine that sleeps, wakes, crashes, is shut down and comes back somewhere else."""

import enum
import random
import signal
from collections.abc import Mapping

from proofs.rig.gateway import Gateway


class Absence(enum.StrEnum):
    ASLEEP = "asleep"
    """Stopped: its kernel takes connections, and nobody answers"""
    CRASHED = "crashed"
    """Killed without a goodbye, and started anew"""
    SHUT_DOWN = "shut down"
    """It says goodbye, and is started anew"""


class FarGateway:
    """Use `leave` and `return_` in turn, then `end`. Announced on loopback."""

    def __init__(self, environment: Mapping[str, str], chance: random.Random) -> None:
        self._environment, self._chance = environment, chance
        self._gateway = self._started(0)
        self._absence: Absence | None = None

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
        gateway = Gateway(self._environment, "--port", str(port), mdns=True)
        gateway.until_listening()
        return gateway
