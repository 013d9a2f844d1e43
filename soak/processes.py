"""Starting and ending the processes of a run; each is in a folder of the run's own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_WITHIN = 60.0
END_WITHIN = 20.0
LOOPBACK = "127.0.0.1"


class RunBroken(Exception):
    """The run itself could not be done; the message says why."""


def until(happened: Callable[[], object], what: str, within: float = START_WITHIN) -> None:
    """Raises RunBroken, with `what`, when that has not happened in time."""
    deadline = time.monotonic() + within
    while not happened():
        if time.monotonic() > deadline:
            raise RunBroken(f"{what} within {within:g} s")
        time.sleep(0.05)


def environment(folder: Path, identity: str) -> dict[str, str]:
    """Nothing of the owner's; mDNS on loopback only, and no other gateway than the one of this run."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("ROBOTVOICE_", "XDG_"))}
    nothing = folder / "nothing.toml"
    nothing.touch()
    return {
        **inherited,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "ROBOTVOICE_CONFIG": str(nothing),
        "ROBOTVOICE_ROBOT_CONFIG": str(nothing),
        "ROBOTVOICE_STATE_DIR": str(folder / "state"),
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
