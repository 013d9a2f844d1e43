"""Programs speak while their daemon is killed and started again: an error or a voice, and never a hang."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import SOON, Commands, soon

pytestmark = pytest.mark.slow


def test_programs_go_on_whatever_becomes_of_the_daemon(robotvoice: Commands, tmp_path: Path) -> None:
    """What it was saying is told as lost, the next is spoken directly, and then by the new daemon again."""
    loudspeaker = Loudspeaker.make(tmp_path / "bin", 0.02)
    programs: list[subprocess.Popen[str]] = []
    port = "0"
    try:
        for _ in range(3):
            with running_daemon(robotvoice, loudspeaker, "--port", port) as daemon:
                port = str(daemon.port)
                if not programs:
                    programs = [
                        program(robotvoice, loudspeaker, who) for who in ("spark", "vixen", "gremlin")
                    ]
                speaks(daemon)
                daemon.end(signal.SIGKILL)
        for each in programs:
            each.terminate()
        rows = [
            json.loads(line) for each in programs for line in each.communicate(timeout=SOON)[0].splitlines()
        ]
    finally:
        for each in programs:
            each.kill()
            each.communicate()
    errors = {row["error"] for row in rows if "error" in row}
    assert {error.partition(":")[0] for error in errors} <= {"daemon_gone"}
    assert len(rows) - len([row for row in rows if "error" in row]) >= 3
    assert loudspeaker.overlaps() == []


def speaks(daemon: RunningDaemon) -> None:
    soon(lambda: daemon.heard() > 5, "nobody speaks by the new daemon")


def program(robotvoice: Commands, loudspeaker: Loudspeaker, persona: str) -> "subprocess.Popen[str]":
    """One that speaks until it is ended."""
    return subprocess.Popen(
        [sys.executable, "-m", "proofs.soak.talker", persona, "dialogue"],
        env=robotvoice.with_(loudspeaker.environment),
        cwd=robotvoice.folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
