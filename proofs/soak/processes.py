"""Starting and ending the processes of a run; each is in a folder of the run's own."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from proofs.lan.processes import ROOT, RunBroken, wait_until
from proofs.lan.processes import environment as nothing_of_the_owners

START_WITHIN = 60.0
END_WITHIN = 20.0
LOOK_EVERY = 0.05
LOOPBACK = "127.0.0.1"


def until(happened: Callable[[], object], what: str, within: float = START_WITHIN) -> None:
    """Raises RunBroken, with `what`, when that has not happened in time."""
    wait_until(happened, what, within, every=LOOK_EVERY)


def environment(folder: Path, identity: str) -> dict[str, str]:
    """Nothing of the owner's; mDNS on loopback only, and no other gateway than the one of this run."""
    return {
        **nothing_of_the_owners(folder),
        "ROBOTVOICE_GATEWAY_ID": identity,
        "ROBOTVOICE_INTERFACE": LOOPBACK,
        "ROBOTVOICE_VOICE_LOCK": str(folder / "voice.lock"),
    }


class Program:
    """`python -m MODULE …`; what it says goes into two files of its folder."""

    def __init__(self, folder: Path, name: str, environment: Mapping[str, str], *arguments: str) -> None:
        self.said, self.log = folder / f"{name}.out", folder / f"{name}.log"
        with self.said.open("wb") as out, self.log.open("ab") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                env=environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    def first_line(self) -> str:
        """Raises RunBroken if it ends before it said one."""
        until(lambda: self._has_said_a_line() or self.process.poll() is not None, f"{self.log} has no start")
        if not self._has_said_a_line():
            raise RunBroken(f"it did not start: {self.log.read_text(errors='replace')[-500:]}")
        return self.said.read_text(encoding="utf-8").splitlines()[0]

    def end(self) -> None:
        """In order; by force when that takes too long."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(END_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise RunBroken(f"{self.log.stem} did not end when it was told to") from None

    def _has_said_a_line(self) -> bool:
        return b"\n" in self.said.read_bytes()
