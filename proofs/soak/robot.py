"""A robot with its daemon, a loudspeaker that is ten times as fast as sound, and programs that speak."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.rig.asking import LOOPBACK, fetch
from proofs.rig.program import Program, until

APLAY = """#!/bin/sh
PATH=/usr/bin:/bin
while [ "$(head -c 8820 | wc -c)" -gt 0 ]; do sleep 0.02; done
"""
"""Two tenths of a second of sound at a time"""
TALKERS = (("spark", "dialogue"), ("vixen", "story"), ("gremlin", "urgent"))
"""As which persona each program speaks, and how urgently"""
MEGABYTE = 1_000_000
ANSWER_WITHIN = 10.0
LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Held:
    """By the daemon's own process, and on its disk."""

    megabytes: float
    """Resident"""
    descriptors: int
    threads: int
    children: int
    files: int
    """In its folder"""
    kilobytes: int
    """In those files"""


class Robot:
    """Its daemon runs from the start."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        player = folder / "bin" / "aplay"
        player.parent.mkdir()
        player.write_text(APLAY, encoding="utf-8")
        player.chmod(0o755)
        path = f"{player.parent}:{environment['PATH']}"
        self._environment = {**environment, "PATH": path, "ROBOTVOICE_PLAYER": "aplay"}
        command = (sys.executable, "-m", "edge_client", "daemon", "--port", "0")
        self._daemon = Program("the daemon", command, self._environment)
        self.port = int(self._daemon.until_says(r":(\d+)$")[1])
        self._process = self._daemon.found

    def talkers(self) -> list[Program]:
        """Programs that speak until they are ended."""
        own = {**self._environment, "ROBOTVOICE_DAEMON_PORT": str(self.port)}
        command = (sys.executable, "-m", "proofs.soak.talker")
        return [
            Program(f"who speaks as {persona}", (*command, persona, priority), own)
            for persona, priority in TALKERS
        ]

    def status(self) -> dict[str, Any]:
        told: dict[str, Any] = fetch(LOOPBACK, self.port, "GET", "/status", within=ANSWER_WITHIN).json
        return told

    def has_a_gateway(self) -> bool:
        return bool(self.status()["gateway"]["ready"])

    def until_quiet(self) -> None:
        until(lambda: not self.status()["speaking"], "the daemon did not become quiet", every=LOOK_EVERY)

    def held(self) -> Held:
        files = [file for file in (self._folder / "state").rglob("*") if file.is_file()]
        with self._process.oneshot():
            return Held(
                megabytes=self._process.memory_info().rss / MEGABYTE,
                descriptors=self._process.num_fds(),
                threads=self._process.num_threads(),
                children=len(self._process.children(recursive=True)),
                files=len(files),
                kilobytes=sum(file.stat().st_size for file in files) // 1024,
            )

    def cpu_seconds(self) -> float:
        """That the daemon and its children have used."""
        used = 0.0
        for process in (self._process, *self._process.children(recursive=True)):
            times = process.cpu_times()
            used += times.user + times.system
        return used

    def end(self) -> None:
        self._daemon.end_in_order()
