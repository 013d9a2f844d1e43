"""A log that nobody rotates stays small, and holds all that the gateway and its children wrote last."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.observe.logs import LARGEST, log_to_file
from proofs.rig.program import ROOT, environment
from robotvoice.errors import InvalidSettings
from tests.gateway.process import started

WRITER = """
import logging, os, subprocess, sys
from pathlib import Path
from gateway.observe.logs import log_to_file
from gateway.observe.logs import log_to_stderr

log_to_stderr("info")
log_to_file(Path(sys.argv[1]))
child = subprocess.Popen(["sh", "-c", "while read line; do echo child $line; done"], stdin=subprocess.PIPE)
for number in range(60):
    logging.getLogger().info("%s %s", number, "x" * 100_000)
child.communicate(b"at its end\\n")
print("printed", flush=True)
"""


def test_it_stays_small_and_its_end_is_there(tmp_path: Path) -> None:
    file = tmp_path / "gateway.log"
    for _ in range(2):  # a start after another goes on in it
        subprocess.run([sys.executable, "-c", WRITER, file], cwd=ROOT, check=True, timeout=30)
    now, before = file.read_bytes(), (tmp_path / "gateway.log.1").read_bytes()
    assert len(now) < LARGEST + 200_000
    assert LARGEST < len(before) < LARGEST + 200_000
    assert now.endswith(b"child at its end\nprinted\n")
    # Nothing is missing between the two, and no hole is where one was emptied.
    assert b"\0" not in now + before
    numbers = [int(line.split()[2]) for line in (before + now).splitlines() if b" INFO " in line]
    assert numbers == [number % 60 for number in range(120)][-len(numbers) :]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["gateway.log", "gateway.log.1"]


async def test_a_gateway_writes_all_into_it(tmp_path: Path) -> None:
    file = tmp_path / "gateway.log"
    told = environment(tmp_path, ROBOTVOICE_LOG_FILE=str(file))
    async with started(tmp_path, env=told, heard=False) as gateway:
        assert (await gateway.ask("/synthesize?text=Hello&voice=vixen")).status == 200
        assert await gateway.stopped() == 0
    text = file.read_text()
    assert "Speaking at http://127.0.0.1:" in text
    assert "INFO spoken" in text
    assert text.rstrip().endswith("INFO stopped")
    assert (gateway.log, file.stat().st_mode & 0o777) == ([], 0o600)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"log_file: .*/none/gateway.log cannot be written \(No such"):
        log_to_file(tmp_path / "none" / "gateway.log")
    assert os.fstat(2)
