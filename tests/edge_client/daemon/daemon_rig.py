"""A daemon in a process of its own, with a loudspeaker that keeps time and writes down who had it when."""

import itertools
import json
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from proofs.rig.asking import LOOPBACK, fetch
from proofs.rig.program import Program
from tests.edge_client.playback.session_rig import PacedPlayers
from tests.edge_client.rig import ROBOTVOICE, SOON, Commands

APLAY = """#!{python} -ES
import os, select, time
played = os.open({played!r}, os.O_WRONLY | os.O_APPEND)
def tell(what):
    os.write(played, b"%d %d %s\\n" % (os.getpid(), time.time_ns(), what))
tell(b"began")
sounds = False
while piece := os.read(0, 4410):
    if not sounds:
        tell(b"sound")
        sounds = True
    time.sleep({pause} * len(piece) / 4410)
    if not select.select([0], [], [], 0)[0]:
        tell(b"quiet")
        sounds = False
if sounds:
    tell(b"quiet")
tell(b"ended")
"""
"""A player that plays a tenth of a second at a time, and falls silent when it has nothing left"""


@dataclass(frozen=True, slots=True)
class Loudspeaker:
    """A folder for PATH with an `aplay` in it. Times are in nanoseconds since 1970."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, pause: float) -> "Loudspeaker":
        """`pause` is what a tenth of a second of sound takes, in seconds."""
        folder.mkdir()
        played = str(folder / "played")
        script = APLAY.format(python=sys.executable, played=played, pause=pause)
        (folder / "aplay").write_text(script)
        (folder / "aplay").chmod(0o755)
        (folder / "played").touch()
        return cls(folder)

    @property
    def environment(self) -> dict[str, str]:
        return {"ROBOTVOICE_PLAYER": "aplay", "PATH": f"{self.folder}:{os.environ['PATH']}"}

    def players(self) -> dict[int, tuple[int, int | None]]:
        """By process: when it began and ended; None: it is there, or was killed."""
        found: dict[int, tuple[int, int | None]] = {}
        for pid, moment, what in self._told():
            if what == "began":
                found[pid] = moment, None
            elif what == "ended":
                found[pid] = found[pid][0], moment
        return found

    def sounds(self) -> list[tuple[int, int, int | None]]:
        """Process, and when it began to sound and fell silent; None: it sounds, or was killed."""
        found: list[tuple[int, int, int | None]] = []
        for pid, moment, what in self._told():
            if what == "sound":
                found.append((pid, moment, None))
            elif what == "quiet":
                at = max(at for at, each in enumerate(found) if each[0] == pid)
                found[at] = pid, found[at][1], moment
        return found

    def plays(self) -> bool:
        """Whether something sounds, or was killed while it did."""
        return any(ended is None for _, _, ended in self.sounds())

    def overlaps(self) -> list[tuple[int, int]]:
        """Pairs of players of which one sounded before another had ended; none of them was killed."""
        spans = sorted((began, ended or began, pid) for pid, began, ended in self.sounds())
        return [(first[2], second[2]) for first, second in itertools.pairwise(spans) if second[0] < first[1]]

    def _told(self) -> list[tuple[int, int, str]]:
        lines = (line.split() for line in (self.folder / "played").read_text().splitlines())
        return [(int(pid), int(moment), what) for pid, moment, what in lines]


class RunningDaemon(Program):
    """`robotvoice daemon`, and what it answers."""

    port = 0

    def ask(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Status, headers and body. Raises OSError."""
        answer = fetch(LOOPBACK, self.port, method, path, body, headers, SOON)
        return answer.status, answer.headers, answer.body

    def say(self, text: str, **more: Any) -> tuple[int, dict[str, Any]]:
        status, _, body = self.ask("POST", "/say", {"text": text, **more})
        return status, json.loads(body)

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask("GET", "/status")[2])
        return found

    def heard(self) -> int:
        """Sentences that began to sound."""
        return sum(row["sentences"] for row in self.status()["spoken"])

    def idle(self) -> bool:
        status = self.status()
        return not status["speaking"] and not status["waiting"]


@contextmanager
def running_daemon(
    robotvoice: Commands, loudspeaker: Loudspeaker | PacedPlayers, *arguments: str, **environment: str
) -> Iterator[RunningDaemon]:
    """Its port goes into the environment of the commands."""
    own = robotvoice.with_({**loudspeaker.environment, **environment})
    command = (*ROBOTVOICE, "daemon", *arguments)
    before = robotvoice.environment
    with RunningDaemon("the daemon", command, own, cwd=robotvoice.folder) as daemon:
        daemon.port = int(daemon.until_says(r":(\d+)$")[1])
        robotvoice.environment = {**before, "ROBOTVOICE_DAEMON_PORT": str(daemon.port)}
        try:
            yield daemon
        finally:
            robotvoice.environment = before
            daemon.end(signal.SIGKILL)
    assert not daemon.logged("Traceback"), daemon.last_words()
