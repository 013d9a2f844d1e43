"""When a reader has left, or at Ctrl-C, no command says a word too many; its exit code stays."""

import asyncio
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from proofs.rig.program import environment
from tests.gateway.in_process import running

ROBOTVOICE, GATEWAY = (f"{sys.executable} -m {name}" for name in ("edge_client", "gateway"))
CODES = {
    f"{ROBOTVOICE} status": 3,
    f"{ROBOTVOICE} stop": 3,
    f"{ROBOTVOICE} say --help": 0,
    f"{ROBOTVOICE} python-path": 0,
    f"{GATEWAY} status": 1,
    f"{GATEWAY} persona check": 2,
    f"{GATEWAY} models list": 0,
    f"{GATEWAY} doctor": 0,
    f"{GATEWAY} persona": 2,
    f"{GATEWAY} install --dry-run": 0,
}
EVERYDAY = {f"{GATEWAY} persona check", f"{ROBOTVOICE} status"}
READERS = ("| head -n 1", "| true", ">&-", "2>&-", "<&- >&- 2>&-")


@pytest.fixture
def alone(tmp_path: Path) -> dict[str, str]:
    """Nobody's machine, with a persona that is broken."""
    (tmp_path / "personas" / "captain").mkdir(parents=True)
    return {
        **environment(tmp_path),
        "ROBOTVOICE_PERSONAS": str(tmp_path / "personas"),
        "ROBOTVOICE_PORT": "1",
        "ROBOTVOICE_MDNS": "false",
        "ROBOTVOICE_DAEMON_PORT": "0",
        "ROBOTVOICE_PLAYER": "none",
        "ROBOTVOICE_VOICE_LOCK": str(tmp_path / "lock"),
    }


def typed(line: str, folder: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", line], cwd=folder, env=variables, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    "command", [each if each in EVERYDAY else pytest.param(each, marks=pytest.mark.slow) for each in CODES]
)
def test_a_reader_that_has_left_changes_nothing(command: str, tmp_path: Path, alone: dict[str, str]) -> None:
    for reader in READERS[:1] if command in EVERYDAY else READERS:
        done = typed(f"{{ {command}; echo $? > code; }} {reader}", tmp_path, alone)
        assert "Traceback" not in done.stderr and "Exception" not in done.stderr, (reader, done.stderr)
        assert (tmp_path / "code").read_text() == f"{CODES[command]}\n", (reader, done.stderr)


@pytest.mark.slow
async def test_the_status_of_a_gateway_may_be_read_in_part(tmp_path: Path, alone: dict[str, str]) -> None:
    async with running() as gateway:
        variables = {**alone, "ROBOTVOICE_PORT": str(gateway.port)}
        for line in (f"{GATEWAY} status | head -n 1", f"{GATEWAY} breaker | grep -q espeak"):
            done = await asyncio.to_thread(typed, line, tmp_path, variables)
            assert (done.returncode, done.stderr) == (0, "")
        full = await asyncio.to_thread(typed, f"{GATEWAY} status >/dev/full", tmp_path, variables)
    assert full.returncode == 1
    assert "cannot be written to standard output (No space left on device)" in full.stderr


@pytest.mark.slow
@pytest.mark.parametrize("spent", [0.15, 0.3, 0.5, 0.8])
@pytest.mark.parametrize(
    ("command", "codes"),
    [
        (f"{GATEWAY} persona check", {0, 2}),
        (f"{GATEWAY} doctor", {0, 1}),
        (f"{GATEWAY} serve --no-mdns --port 0", {0}),
        (f"{ROBOTVOICE} status", {130, 3}),
        (f"{ROBOTVOICE} say 'One. Two. Three.'", {130, 0}),
        (f"{ROBOTVOICE} daemon", {130, 0}),
    ],
)
def test_ctrl_c_is_quiet_whenever_it_comes(
    command: str, codes: set[int], spent: float, tmp_path: Path, alone: dict[str, str]
) -> None:
    """But for the first moment, in which Python itself starts. `spent` is in seconds of the processor."""
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        cwd=tmp_path, env=alone, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    until = time.monotonic() + 3
    while process.poll() is None and busy(process) < spent and time.monotonic() < until:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "Traceback" not in err and "KeyboardInterrupt" not in err, err
    # While Python itself begins and ends, it dies of it, as quietly.
    assert process.returncode in {*codes, -signal.SIGINT}


def busy(process: "subprocess.Popen[str]") -> float:
    with suppress(psutil.Error):
        times = psutil.Process(process.pid).cpu_times()
        return times.user + times.system
    return 0.0
