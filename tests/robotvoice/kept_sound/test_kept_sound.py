"""What keeps sound on disk, for the gateway and for the robot: bounded, whole, and one process's."""

import errno
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from robotvoice.ground.state_files import UNFINISHED
from robotvoice.kept_sound.kept_sound import GONE, STAYS, DiskTrouble, KeptSound
from robotvoice.kept_sound.sealed_sound import Seal, secret_in
from tests.gateway.engines.cache.test_disk_trouble import no_file_larger_than

SEALS = [Seal(b"RVA1"), Seal(b"RVK1", b"secret")]
SOUND = bytes(range(256)) * 4


def opened(folder: Path, limit: int = 10_000, block: int = 1) -> KeptSound:
    kept = KeptSound(folder, limit, lock="lock", block=block)
    kept.open()
    return kept


def read(kept: KeptSound, path: Path, seal: Seal) -> tuple[object, bytes] | None:
    found = kept.read_sealed(path, seal)
    return (found[0], bytes(found[1])) if found else None


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()} - {"lock"}


@pytest.mark.parametrize("seal", SEALS, ids=["digest", "secret"])
@pytest.mark.parametrize("place", [0, 3, 4, 35, 36, 40, 60, 500, -1])
@pytest.mark.parametrize("how", ["changed", "cut", "longer"])
def test_only_what_was_written_is_read_and_what_was_not_is_dropped(
    tmp_path: Path, seal: Seal, place: int, how: str
) -> None:
    kept, path = opened(tmp_path), tmp_path / "shelf" / "name"
    content = seal.closed("name", {"voice": "\n"}, SOUND)
    kept.put(path, content)
    assert read(kept, path, seal) == ({"voice": "\n"}, SOUND)
    damaged = bytearray(content)
    if how == "changed":
        damaged[place] ^= 1
    elif how == "cut":
        del damaged[place:]
    else:
        damaged += b"!"
    path.write_bytes(damaged)
    assert KeptSound(tmp_path, 10_000, lock="lock").read_sealed(path, seal) is None
    assert path.exists(), "who only reads takes nothing away"
    assert kept.read_sealed(path, seal) is None
    assert (path.exists(), kept.total) == (False, 0)


@pytest.mark.parametrize("seal", SEALS, ids=["digest", "secret"])
def test_a_seal_is_for_its_name_and_its_secret(seal: Seal) -> None:
    content = seal.closed("name", [], SOUND)
    for other, name in ((seal, "other"), (Seal(seal.magic, b"another"), "name"), (Seal(b"RVX9"), "name")):
        with pytest.raises(ValueError, match="damaged"):
            other.opened(name, content)
    assert b"secret" not in repr(seal).encode()


def test_a_process_that_is_killed_leaves_its_lock_and_what_it_was_writing_is_swept_up(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from robotvoice.kept_sound.kept_sound import KeptSound
kept = KeptSound(Path({str(tmp_path)!r}), 10_000, lock="lock")
kept.open()
kept.put(kept.folder / "shelf" / "whole", bytes(100))
Path.replace = lambda self, to: os.kill(os.getpid(), signal.SIGKILL)
kept.put(kept.folder / "shelf" / "half", bytes(100))
"""
    killed = subprocess.run([sys.executable, "-c", program], timeout=30, check=False)
    assert killed.returncode == -9
    assert any(name.startswith(UNFINISHED) for name in names(tmp_path))
    kept = opened(tmp_path)
    assert names(tmp_path) == {"whole"}
    assert kept.total == 100


def test_one_process_writes_and_the_other_is_told(tmp_path: Path) -> None:
    kept = opened(tmp_path)
    other = KeptSound(tmp_path, 10_000, lock="lock")
    with pytest.raises(BlockingIOError):
        other.open()
    assert not other.is_open
    kept.close()
    other.open()
    assert other.is_open


@pytest.mark.parametrize(("block", "fit"), [(1, 10), (256, 4)])
def test_it_stays_within_its_limit_and_the_one_unused_for_longest_goes_first(
    tmp_path: Path, block: int, fit: int
) -> None:
    kept = opened(tmp_path, 1024, block)
    for number in range(20):
        assert kept.make_room(kept.size_on_disk(100))
        kept.put(tmp_path / f"{number:02}", bytes(100))
        assert kept.bytes_of(tmp_path) == kept.total <= 1024
    assert names(tmp_path) == {f"{number:02}" for number in range(20 - fit, 20)}
    assert not kept.make_room(1025)
    assert len(names(tmp_path)) == fit, "what cannot make room enough stays"
    assert not kept.make_room(1000, [[tmp_path / "19"]])
    assert len(names(tmp_path)) == fit


def test_the_order_of_use_outlives_a_restart_and_a_smaller_limit_takes_the_oldest(tmp_path: Path) -> None:
    kept, seal = opened(tmp_path), SEALS[0]
    for age, name in enumerate("abc"):
        kept.put(tmp_path / name, seal.closed(name, [], bytes(100)))
        os.utime(tmp_path / name, (1e9 + age, 1e9 + age))
    assert kept.read_sealed(tmp_path / "a", seal)
    kept.close()
    kept = opened(tmp_path, 2 * 140)
    assert kept.make_room(0)
    assert names(tmp_path) == {"a", "c"}


def test_a_shelf_that_nobody_wants_goes_after_a_day_and_a_link_is_none(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    kept = opened(tmp_path / "kept")
    (kept.folder / "link").symlink_to(precious)
    shelves = [kept.folder / name for name in ("first", "second", "wanted")]
    for shelf in shelves:
        kept.put(shelf / "sound", bytes(100))
    first, second, wanted = shelves
    assert set(kept.unwanted({"wanted"})) == {first, second}
    os.utime(first / GONE, (1e9, (first / GONE).stat().st_mtime - STAYS / 2))
    assert kept.unwanted({"wanted"}) == [first, second]
    assert kept.unwanted({"first", "wanted"}) == [second]
    assert not (first / GONE).exists()
    os.utime(second / GONE, (1e9, 1e9))
    assert kept.unwanted({"first", "wanted"}) == []
    assert (second.exists(), kept.total) == (False, 200)
    assert (precious / "file").read_text() == "precious"
    assert wanted.exists()


def test_a_full_disk_leaves_what_was_there_and_nothing_half_done(tmp_path: Path) -> None:
    kept, path = opened(tmp_path, 10**6), tmp_path / "name"
    kept.put(path, b"old")
    with no_file_larger_than(1000), pytest.raises(OSError, match="too large"):
        kept.put(path, bytes(100_000))
    assert (names(tmp_path), path.read_bytes(), kept.total) == ({"name"}, b"old", 3)


def test_what_is_held_on_a_disk_that_became_read_only_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, path, seal = opened(tmp_path), tmp_path / "name", SEALS[1]
    kept.put(path, seal.closed("name", [], SOUND))
    os.utime(path, (1e9, 1e9))

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "utime", read_only)
    assert read(kept, path, seal) == ([], SOUND)


def test_a_folder_that_cannot_be_had_is_no_reason_to_hold_its_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    kept = KeptSound(tmp_path / "file", 100, lock="lock")
    with pytest.raises(OSError, match="exists"):
        kept.open()
    assert not kept.is_open


def test_trouble_is_told_once_until_it_is_over_or_another(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trouble = DiskTrouble(logging.getLogger(), "it cannot be kept (%s)", tmp_path, "another has it")
    full, refused = OSError(errno.ENOSPC, "No space left"), PermissionError(errno.EACCES, "Permission denied")
    for error in (full, full, refused, refused, BlockingIOError(), BlockingIOError()):
        trouble.tell(error)
    trouble.over()
    trouble.tell(BlockingIOError())
    assert [each.partition("(")[2] for each in caplog.messages] == [
        "No space left)", "Permission denied)", "another has it)", "another has it)",
    ]  # fmt: skip


@pytest.mark.parametrize("spoilt", [None, b"", b"short", bytes(33)])
def test_a_secret_is_made_once_and_anew_if_it_is_none(tmp_path: Path, spoilt: bytes | None) -> None:
    file = tmp_path / "state" / "secret"
    if spoilt is not None:
        file.parent.mkdir()
        file.write_bytes(spoilt)
    secret = secret_in(file)
    assert secret_in(file) == secret == file.read_bytes() != spoilt
    assert (len(secret), file.stat().st_mode & 0o777) == (32, 0o600)
