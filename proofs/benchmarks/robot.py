"""The robot's side: what it costs to load, and how soon it speaks with the gateway, without it and frozen."""

import math
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from proofs.benchmarks.report import Figure, lost
from proofs.benchmarks.started import ready_gateway, surroundings
from proofs.rig.figures import Progress, median, percentile
from proofs.rig.gateway import Gateway
from proofs.rig.program import ROOT, RunBroken

IMPORT_TARGET = 250.0
"""Milliseconds"""
RSS_TARGET = 45.0
"""MB"""
SAY_WITHIN = 30.0
TEXT = "The line went quiet, and still you hear me."
NOBODY = "127.0.0.1:9"
"""An address where nothing listens"""

PLAYER = f"""\
#!{sys.executable} -IS
import os, sys, time
while data := os.read(0, 65536):
    if data.strip(b"\\0"):
        with open(os.environ["FIRST_AUDIO"], "w") as stamp: stamp.write(str(time.monotonic()))
        break
while os.read(0, 65536): pass
"""
"""Stands in for a loudspeaker: it writes down when the first sound that is not silence arrives."""

MODULES = {
    "python alone": ("pass", None),
    "import edge_client": ("import edge_client", IMPORT_TARGET),
    "all that `say` loads before it connects": (
        "import edge_client.cli, edge_client.speaking.robot",
        IMPORT_TARGET,
    ),
    "the same with aiohttp": (
        "import edge_client.cli, edge_client.speaking.robot, edge_client.link.socket",
        None,
    ),
}


def measure(progress: Progress, *, loads: int = 9, trials: int = 10) -> list[Figure]:
    """Milliseconds of fresh processes, from their start; memory is the largest they ever had."""
    figures = []
    for label, (code, target) in MODULES.items():
        progress(f"robot: {label}")
        times = [_run([sys.executable, "-c", code], dict(os.environ))[0] for _ in range(loads)]
        figures.append(Figure(label, median(times), "ms", target))
    with (
        TemporaryDirectory(prefix="robotvoice-bench-") as name,
        ready_gateway(Path(name)) as gateway,
    ):
        say = _Say(Path(name))
        progress("robot: memory")
        figures.append(Figure("memory of a `say`, gateway", say.memory(gateway.address), "MB", RSS_TARGET))
        figures.append(Figure("memory of a `say`, no gateway", say.memory(NOBODY), "MB", RSS_TARGET))
        healthy, frozen, absent = [], [], []
        for trial in range(trials):
            progress("robot: first audio", trial, trials)
            healthy.append(say.pair(gateway.address))
            frozen.append(_while_frozen(gateway, say))
            absent.append(say.pair(NOBODY))
    for label, pairs in (("gateway", healthy), ("gateway frozen", frozen), ("gateway absent", absent)):
        first, following = zip(*pairs, strict=True)
        figures += [
            Figure(f"first audio, {label}, p50", median(first), "ms"),
            Figure(f"first audio, {label}, worst", percentile(first, 100), "ms"),
            Figure(f"first audio, {label}, the next `say`, p50", median(following), "ms"),
            lost(label, first, following),
        ]
    return figures


def _while_frozen(gateway: Gateway, say: "_Say") -> tuple[float, float]:
    gateway.freeze()
    try:
        return say.pair(gateway.address)
    finally:
        gateway.wake()
        gateway.until_ready()


class _Say:
    """`robotvoice say` in a process of its own, with a player that writes down when it hears something."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        players = folder / "players"
        players.mkdir()
        (players / "aplay").write_text(PLAYER, encoding="utf-8")
        (players / "aplay").chmod(0o755)
        self._path = f"{players}{os.pathsep}{os.environ['PATH']}"

    def pair(self, address: str) -> tuple[float, float]:
        """Milliseconds to the first audio of a first `say` and of the one after it; infinite when lost."""
        variables = self._variables(address)
        return self._first_audio(variables), self._first_audio(variables)

    def memory(self, address: str) -> float:
        """MB. Raises RunBroken when it did not speak."""
        _, kilobytes, code = _run(self._command(), self._variables(address))
        if code:
            raise RunBroken(f"robotvoice say ended with {code}")
        return kilobytes / 1024

    def _variables(self, address: str) -> dict[str, str]:
        """With a state of its own: nothing is known of any gateway yet."""
        self._count += 1
        return {
            **surroundings(self._folder / f"say-{self._count}"),
            "PATH": self._path,
            "ROBOTVOICE_GATEWAY": address,
            "ROBOTVOICE_GATEWAY_ID": "",
            "ROBOTVOICE_MDNS": "false",
            "ROBOTVOICE_PLAYER": "aplay",
            "FIRST_AUDIO": str(self._folder / "first-audio"),
        }

    def _command(self) -> Sequence[str]:
        return [sys.executable, "-m", "edge_client", "say", TEXT, "--persona", "vixen"]

    def _first_audio(self, variables: dict[str, str]) -> float:
        stamp = Path(variables["FIRST_AUDIO"])
        stamp.unlink(missing_ok=True)
        begun = time.monotonic()
        *_, code = _run(self._command(), variables)
        return (float(stamp.read_text()) - begun) * 1000 if code == 0 and stamp.exists() else math.inf


def _run(command: Sequence[str], variables: dict[str, str]) -> tuple[float, int, int]:
    """(milliseconds, largest resident set in KB of it alone, exit code). Raises RunBroken."""
    begun = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - begun > SAY_WITHIN:
                process.kill()
                raise RunBroken(f"{command[1:3]} did not end within {SAY_WITHIN:g} s")
            time.sleep(0.001)
        took = (time.monotonic() - begun) * 1000
        process.returncode = os.waitstatus_to_exitcode(status)
    per_kilobyte = 1024 if sys.platform == "darwin" else 1
    return took, usage.ru_maxrss // per_kilobyte, process.returncode
