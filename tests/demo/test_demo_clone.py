"""`make run-clone`, as a newcomer runs it: the clone where it can be had, and nothing left running."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.demo.test_demo import FIELDS, ROOT, nobody_knows

WITHIN = 240
"""Seconds for a whole demonstration; it takes half a minute where nothing else runs"""
pytestmark = [
    pytest.mark.clone,
    pytest.mark.skipif(
        importlib.util.find_spec("mlx_audio") is None,
        reason="mlx-audio is not installed; pip install '.[mlx]'",
    ),
    pytest.mark.timeout(300),
]


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The demonstration, running in a folder in which there is nothing; afterwards nothing of it is left."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ROBOTVOICE_", "PYTHON"))
    }
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "demo.clone"],
        cwd=tmp_path,
        env=kept
        | {"PYTHONPATH": str(ROOT), "ROBOTVOICE_INTERFACE": "127.0.0.1", "ROBOTVOICE_PLAYER": "none"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
    nobody_knows(tmp_path)


def test_cloned_voices_are_heard_replaced_and_kept(tmp_path: Path, shown: subprocess.Popen[str]) -> None:
    """The clone, the robot's own voice with a reason while the worker hangs, the clone, and kept words."""
    said, errors = shown.communicate(timeout=WITHIN)
    assert (shown.returncode, errors) == (0, ""), said
    rows = json.loads((tmp_path / "out" / "run-clone.json").read_text())
    assert [row["persona"] for row in rows] == ["nova", "brim"] * 4
    assert [row["via"] for row in rows] == ["gateway"] * 2 + ["robot"] * 2 + ["gateway"] * 4
    for row in rows:
        assert " ".join(row) == FIELDS
        alone = row["via"] == "robot"
        assert row["engine"] == ("espeak" if alone else "mlx")
        assert bool(row["reason"]) is row["substitute"] is alone
        with wave.open(str(tmp_path / row["file"])) as wav:
            assert wav.getnframes() / wav.getframerate() == pytest.approx(row["audio_s"], abs=0.001)
    first, again = rows[:2], rows[6:]
    for one, other in zip(first, again, strict=True):
        assert one["text"] == other["text"]
        # Not bit-equal: the gain of a voice is still being learned.
        assert one["audio_s"] == other["audio_s"]
    assert "weights of this model are random" in said.splitlines()[0]
    assert "models pull" in said.splitlines()[1]


ENDS: dict[str, Callable[[int], None]] = {
    "ctrl-c": lambda group: os.killpg(group, signal.SIGINT),
    "kill": lambda group: os.kill(group, signal.SIGTERM),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_in_the_middle_leaves_no_frozen_worker(
    tmp_path: Path, shown: subprocess.Popen[str], end: str
) -> None:
    """Ctrl-C reaches the demonstration and what it started, a kill only itself."""
    assert shown.stdout is not None
    for line in shown.stdout:
        if line.startswith("The worker is frozen"):
            break
    ENDS[end](shown.pid)
    _, errors = shown.communicate(timeout=WITHIN)
    assert (shown.returncode, errors) == (130, "")
    assert not (tmp_path / "out" / "run-clone.json").exists()
