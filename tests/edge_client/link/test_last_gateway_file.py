"""What the robot keeps about its gateway survives everything a disk and a clock can do to it."""

import json
import logging
import os
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge_client.discovery.endpoint import Endpoint
from edge_client.link.last_gateway import LARGEST_FILE, NOTHING, GatewayMemory, load, save
from robotvoice.chain.breaker import Remembered
from robotvoice.utterance import Reason

ENDPOINT = Endpoint("fd00::2", 7860, "mdns", "3f2a", "the Mac", ("spark", "vixen"))
BREAKER = Remembered(1_700_000_004.5, 3, Reason("refused", "the gateway refused the connection"))
MEMORY = GatewayMemory(ENDPOINT, 1_700_000_000.25, BREAKER)
SAVED = {
    "version": 1,
    "endpoint": {"host": "10.0.0.7", "port": 7860, "found_by": "mdns", "name": "the Mac"},
    "last_seen": 1_700_000_000,
    "breaker": {"opened_until": 5.0, "opened": 1, "reason": {"code": "refused", "text": "refused"}},
}


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize("memory", [MEMORY, NOTHING, GatewayMemory(breaker=Remembered(0.0, 0, None))])
def test_what_was_saved_is_loaded(tmp_path: Path, memory: GatewayMemory) -> None:
    """And a second save replaces the first."""
    save(tmp_path / "gateway.json", GatewayMemory(last_seen=1.0))
    save(tmp_path / "gateway.json", memory)
    assert load(tmp_path / "gateway.json") == memory
    assert [entry.name for entry in tmp_path.iterdir()] == ["gateway.json"]


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """The file is 0600 and every folder made for it 0700; a folder that was there keeps its mode."""
    tmp_path.chmod(0o755)
    path = tmp_path / "state" / "robotvoice" / "gateway.json"
    save(path, MEMORY)
    modes = [stat.S_IMODE(each.stat().st_mode) for each in (path, path.parent, path.parent.parent, tmp_path)]
    assert modes == [0o600, 0o700, 0o700, 0o755]


def test_a_robot_without_a_past_is_no_problem(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The first command of all finds no file, and nothing to warn about."""
    assert load(tmp_path / "nowhere" / "gateway.json") is NOTHING
    assert not warnings(caplog)


def test_what_a_newer_version_added_is_ignored(tmp_path: Path) -> None:
    """Unknown fields do not cost the known ones."""
    path = tmp_path / "gateway.json"
    path.write_text(json.dumps({**SAVED, "signal_strength": -40}))
    loaded = load(path)
    assert loaded.endpoint == Endpoint("10.0.0.7", 7860, "mdns", name="the Mac")
    assert loaded.breaker == Remembered(5.0, 1, Reason("refused", "refused"))


BROKEN: dict[str, bytes] = {
    "empty": b"",
    "cut off": json.dumps(SAVED).encode()[:-20],
    "not text": b"\xff\xfe\x00",
    "a list": b"[1]",
    "no version": json.dumps({**SAVED, "version": None}).encode(),
    "newer version": json.dumps({**SAVED, "version": 2}).encode(),
    "deep": b"[" * 5000 + b"]" * 5000,
    "too large": json.dumps({**SAVED, "filler": "x" * LARGEST_FILE}).encode(),
    "endpoint is a word": json.dumps({**SAVED, "endpoint": "10.0.0.7"}).encode(),
    "port is a word": json.dumps(SAVED).replace('"port": 7860', '"port": "7860"').encode(),
    "port is true": json.dumps(SAVED).replace('"port": 7860', '"port": true').encode(),
    "port is 0": json.dumps(SAVED).replace('"port": 7860', '"port": 0').encode(),
    "port is too high": json.dumps(SAVED).replace('"port": 7860', '"port": 70000').encode(),
    "host is a path": json.dumps(SAVED).replace("10.0.0.7", "10.0.0.7/x?y").encode(),
    "host is empty": json.dumps(SAVED).replace("10.0.0.7", "").encode(),
    "found by magic": json.dumps(SAVED).replace("mdns", "magic").encode(),
    "escape sequence": json.dumps(SAVED).replace("the Mac", "\\u001b[2J").encode(),
    "last seen never": json.dumps(SAVED).replace("1700000000", "NaN").encode(),
    "last seen at the end of time": json.dumps(SAVED).replace("1700000000", "1e999").encode(),
    "last seen in the far future": json.dumps(SAVED).replace("1700000000", "1e300").encode(),
    "last seen in no float": json.dumps(SAVED).replace("1700000000", "9" * 400).encode(),
    "breaker without fields": json.dumps({**SAVED, "breaker": {}}).encode(),
    "half a breaker": json.dumps(SAVED).replace('"opened": 1', '"opened": 1.5').encode(),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_cannot_be_used_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    """Nothing is remembered then, and the next save makes the file good again."""
    path = tmp_path / "gateway.json"
    path.write_bytes(content)
    assert load(path) is NOTHING
    assert len(warnings(caplog)) == 1
    save(path, MEMORY)
    assert load(path) == MEMORY


@pytest.mark.timeout(10)
@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_is_one_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, make: Callable[[Path], object]
) -> None:
    """A folder, a pipe nobody writes to, a device without an end: none of them holds the robot up."""
    make(tmp_path / "gateway.json")
    assert load(tmp_path / "gateway.json") is NOTHING
    assert len(warnings(caplog)) == 1


def test_a_place_that_takes_no_files_is_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Here a file stands where the folder should be."""
    (tmp_path / "state").write_text("")
    save(tmp_path / "state" / "robotvoice" / "gateway.json", MEMORY)
    assert len(warnings(caplog)) == 1


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Writing fails in the middle: one warning, the last good file stays, and nothing lies about."""
    path = tmp_path / "gateway.json"
    save(path, MEMORY)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, usual[1]))  # Python ignores the signal that goes with it
    try:
        save(path, GatewayMemory(Endpoint("10.0.0.8", 7860, "address")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert len(warnings(caplog)) == 1
    assert load(path) == MEMORY
    assert [entry.name for entry in tmp_path.iterdir()] == ["gateway.json"]


WRITER = """
import sys
from pathlib import Path
from edge_client.discovery.endpoint import Endpoint
from edge_client.link.last_gateway import GatewayMemory, save
folder, name = Path(sys.argv[1]), sys.argv[2]
memory = GatewayMemory(Endpoint(f"{name}.local", 7860, "mdns", name=name * 500))
while not (folder / "enough").exists():
    save(folder / "gateway.json", memory)
"""


def test_two_processes_that_save_at_once_never_tear_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads sees what one of them wrote, whole; the two texts differ in length and in every part."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in ("a", "bb")]
    changes, last = 0, ""
    deadline = time.monotonic() + 30
    try:
        while changes < 50:
            assert time.monotonic() < deadline, "the two never wrote at the same time"
            endpoint = load(tmp_path / "gateway.json").endpoint
            if endpoint is not None:
                assert endpoint.name == endpoint.host.removesuffix(".local") * 500
                changes += endpoint.host != last
                last = endpoint.host
    finally:
        (tmp_path / "enough").touch()
        codes = [writer.wait(20) for writer in writers]
    assert codes == [0, 0]
    assert not warnings(caplog)
    assert {entry.name for entry in tmp_path.iterdir()} == {"gateway.json", "enough"}


def test_importing_it_is_cheap() -> None:
    """A single command imports it, on a small machine."""
    code = "import sys, edge_client.link.last_gateway; print(*{'zeroconf', 'aiohttp'} & {*sys.modules})"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "\n"
    )
