"""A short run on a network of its own: judged by what was heard, not by how soon."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from proofs.rig.namespaces import space_of_its_own
from proofs.rig.program import ROOT

SHORT = (
    "killed",
    "frozen after accepted",
    "link cut",
    "phrases",
    "barge-in",
    "three without the daemon",
    "loudspeaker asleep",
)
WITHIN = 300.0


@pytest.fixture
def short() -> Iterator[Path]:
    """A folder whose name is short enough for sockets below it."""
    with tempfile.TemporaryDirectory(prefix="lan-") as name:
        yield Path(name)


def ours() -> set[int]:
    return {child.pid for child in psutil.Process().children(recursive=True)}


@pytest.mark.slow
@pytest.mark.timeout(WITHIN + 60)
def test_nothing_is_lost_or_said_twice_and_no_two_voices_speak_at_once(short: Path) -> None:
    if space_of_its_own() is None:
        pytest.skip("this system does not allow network namespaces")
    before = ours()
    chosen = [word for name in SHORT for word in ("--only", name)]
    done = subprocess.run(
        (
            sys.executable,
            "-m",
            "proofs.lan",
            "--trials",
            "1",
            "--no-speed",
            "--out",
            str(short / "out"),
            *chosen,
        ),
        env={**os.environ, "TMPDIR": str(short)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    rows = {row["name"]: row for row in json.loads((short / "out" / "lan.json").read_text())}
    assert {"gateway killed", "link cut", "phrase from the book", "next line while away"} <= set(rows)
    assert all(row["trials"] and not row["lost"] for row in rows.values())
    assert (short / "out" / "lan.svg").read_text().startswith("<svg")
    assert [each.name for each in short.iterdir()] == ["out"]
    assert ours() == before


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_whoever_ends_it_leaves_nothing_behind(short: Path) -> None:
    if space_of_its_own() is None:
        pytest.skip("this system does not allow network namespaces")
    running = subprocess.Popen(
        (sys.executable, "-m", "proofs.lan", "--trials", "1", "--out", str(short / "out")),
        env={**os.environ, "TMPDIR": str(short)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    children = {running.pid: psutil.Process(running.pid)}
    assert running.stderr is not None
    try:
        assert running.stderr.readline().startswith("killed")
        children |= {child.pid: child for child in children[running.pid].children(recursive=True)}
        assert len(children) > 5
        running.terminate()
        running.wait(30)
    finally:
        running.kill()
        running.communicate()
    _, alive = psutil.wait_procs(list(children.values()), timeout=10)
    assert not alive
    assert not list(short.iterdir())
