"""The demonstration, as a newcomer runs it: every line spoken by whom it should, and nothing left running."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

ROOT = Path(__file__).parents[2]
VOICES = {"spark": ("en-gb", 95, 100), "gremlin": ("en+croak", 20, 180), "vixen": ("en+f4", 72, 135)}
FIELDS = "persona text via found_by engine voice pitch rate substitute reason first_audio_ms audio_s file"
WITHIN = 50
"""Seconds for a whole demonstration"""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


@pytest.fixture
def environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ROBOTVOICE_", "PYTHON"))
    }
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "ROBOTVOICE_INTERFACE": "127.0.0.1",
        "ROBOTVOICE_PLAYER": "none",
    }


@pytest.fixture(autouse=True)
def nothing_is_left_running(tmp_path: Path) -> Iterator[None]:
    """Neither the gateway, frozen or not, nor anything a command started: all of them know this folder."""
    yield
    nobody_knows(tmp_path)


def nobody_knows(folder: Path) -> None:
    """Waits until no process knows this folder."""
    deadline = time.monotonic() + 10
    while left := [process for process in psutil.process_iter() if _knows(process, folder)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def _knows(process: psutil.Process, folder: Path) -> bool:
    with suppress(psutil.Error):
        return process.environ().get("ROBOTVOICE_STATE_DIR", "").startswith(str(folder))
    return False


def demonstrate(folder: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """In a folder in which there is nothing."""
    return subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )


def rows_of(folder: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((folder / "out" / "run.json").read_text())
    return rows


def test_three_personas_speak_with_the_gateway_without_it_and_with_it_again(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """Each in its own voice on both sides, with a reason where the robot had to speak by itself."""
    shown = demonstrate(tmp_path, environment)
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stdout
    rows = rows_of(tmp_path)
    assert [row["via"] for row in rows] == ["gateway"] * 3 + ["robot"] * 3 + ["gateway"] * 3
    assert [row["persona"] for row in rows] == [*VOICES] * 3
    for row in rows:
        assert " ".join(row) == FIELDS
        assert (row["engine"], row["voice"], row["pitch"], row["rate"]) == ("espeak", *VOICES[row["persona"]])
        assert row["found_by"] == "mdns"
        alone = row["via"] == "robot"
        assert row["substitute"] is False, "the local voice is the same"
        assert row["reason"] == ("gateway did not answer in time" if alone else None)
        assert row["text"][:20] in shown.stdout
        with wave.open(str(tmp_path / row["file"])) as wav:
            assert (wav.getnchannels(), wav.getsampwidth()) == (1, 2)
            assert wav.getframerate() == (22_050 if alone else 24_000)
            assert wav.getnframes() / wav.getframerate() == pytest.approx(row["audio_s"], abs=0.001)
            assert len(wav.readframes(wav.getnframes())) == wav.getnframes() * 2
    assert shown.stdout.count("spoken by the robot: ") == 3
    assert len({row["file"] for row in rows}) == 9


def test_a_busy_port_and_a_network_without_multicast_are_told_and_handled(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    """It takes another port and goes on by address."""
    with ExitStack() as held:
        with suppress(OSError):  # busy it is
            held.enter_context(socket.create_server(("127.0.0.1", 7860)))
        shown = demonstrate(tmp_path, {**environment, "ROBOTVOICE_INTERFACE": "203.0.113.9"})
    assert (shown.returncode, shown.stderr) == (0, ""), shown.stdout
    assert "Port 7860 is in use here" in shown.stdout
    assert "It was not found by mDNS: this machine seems to have no multicast (mDNS cannot be" in shown.stdout
    assert {row["found_by"] for row in rows_of(tmp_path)} == {"address"}
    assert "ROBOTVOICE_GATEWAY=127.0.0.1:7860" not in shown.stdout


ENDS: dict[str, Callable[[int], None]] = {
    "ctrl-c": lambda group: os.killpg(group, signal.SIGINT),
    "kill": lambda group: os.kill(group, signal.SIGTERM),
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end_in_the_middle_leaves_no_frozen_gateway(
    tmp_path: Path, environment: dict[str, str], end: str
) -> None:
    """Ctrl-C reaches the demonstration and what it started, a kill only itself."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "demo"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("The gateway is frozen"):
                break
        ENDS[end](process.pid)
        _, err = process.communicate(timeout=WITHIN)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, err) == (130, "")
    assert not (tmp_path / "out" / "run.json").exists()


def test_a_command_that_is_missing_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    """As in an environment in which robotvoice was not installed."""
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "python").symlink_to(sys.executable)
    code = "import sys; sys.executable = sys.argv.pop(); from demo.__main__ import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", code, str(bare / "python")],
        cwd=tmp_path,
        env={**environment, "PATH": str(bare)},
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == 1
    assert "The command robotvoice-gateway is not installed here; `make run` installs it." in done.stderr
