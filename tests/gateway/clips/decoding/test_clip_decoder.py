"""The decoding process cannot be made to take more than its share, whatever it is fed."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.clips.decoding import clip_decoder
from gateway.clips.reference_clips import DECODER
from tests.gateway.clips.recordings import encoded, flac_bomb, noise, without_length

MEGABYTE = 2**20 if sys.platform == "darwin" else 2**10
"""In the unit of `ru_maxrss`"""


def limited(program: str) -> "subprocess.CompletedProcess[str]":
    """Runs `program` within the decoder's limits."""
    folder = str(DECODER.parent)
    setup = f"import sys; sys.path.insert(0, {folder!r})\nimport clip_decoder\n"
    return subprocess.run(
        [sys.executable, "-I", "-B", "-c", f"{setup}clip_decoder.limit_this_process()\n{program}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("header", ["honest", "silent"])
def test_a_bomb_takes_no_more_memory_than_a_clip(header: str) -> None:
    bomb = flac_bomb()
    command = [sys.executable, "-I", "-B", str(DECODER), "30"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(bomb if header == "honest" else without_length(bomb))
        process.stdin.close()
        head, _, sound = process.stdout.read().partition(b"\n")
        answer = json.loads(head)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    told = {"seconds": 600.0, "more": False} if header == "honest" else {"seconds": 30.0, "more": True}
    assert answer == answer | told
    assert len(sound) == 30 * 24_000 * 4
    assert process.returncode == 0
    # What a process took is counted from that of the one it was forked from.
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert used.ru_maxrss < ours + 256 * MEGABYTE


if sys.platform != "darwin":  # which has no limit on a process's memory

    def test_memory_above_the_limit_is_not_given() -> None:
        assert "MemoryError" in limited("bytearray(600 * 2**20)").stderr


def test_no_file_can_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    assert "File too large" in limited(f"open({str(file)!r}, 'wb', 0).write(b'x')").stderr
    assert file.stat().st_size == 0


def test_processor_time_ends() -> None:
    ended = limited("import resource; print(*resource.getrlimit(resource.RLIMIT_CPU))")
    assert ended.stdout.split() == [str(clip_decoder.CPU_SECONDS)] * 2


def test_the_largest_file_that_is_let_through_fits_into_the_limits() -> None:
    """Eight channels at 192 kHz, as long as fits into a file of 10 MB."""
    data = encoded(noise(3, rate=192_000, channels=8), 192_000)[: 10 * 2**20]
    command = [sys.executable, "-I", "-B", str(DECODER), "60"]
    output = subprocess.run(command, input=data, capture_output=True, timeout=30, check=True).stdout
    head, _, sound = output.partition(b"\n")
    answer = json.loads(head)
    assert answer["finite"]
    assert len(sound) == pytest.approx(answer["seconds"] * 24_000 * 4, abs=8)
