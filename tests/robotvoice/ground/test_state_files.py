"""A file its owner named is replaced in one step: until all of it is written, what was there stays."""

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from robotvoice.ground.state_files import is_private, write_where_told, write_whole


def test_permissions_stay_and_a_link_is_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.wav", tmp_path / "link.wav"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_where_told(link, [b"ne", b"w"])
    assert (real.read_bytes(), real.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_where_told(tmp_path / ("x" * 250), [b"new"])
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {
        (tmp_path / "other").stat().st_mode & 0o777
    }


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe, heard = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    listening = threading.Thread(target=lambda: heard.append(pipe.read_bytes()))
    listening.start()
    write_where_told(pipe, [b"a", b"b"])
    listening.join(10)
    assert (heard, pipe.is_fifo()) == ([b"ab"], True)


def test_what_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"x" * 100_000
        raise KeyboardInterrupt

    file = tmp_path / "said.wav"
    file.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt):
        write_where_told(file, breaks())
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("said.wav", b"old")]


@pytest.mark.parametrize("name", ["x" * 255, "ö" * 127, "声" * 85, "🔊" * 63])
def test_every_name_that_a_disk_takes_can_be_written(tmp_path: Path, name: str) -> None:
    for _ in range(2):
        write_where_told(tmp_path / name, [b"new"])
        write_whole(tmp_path / name, b"new", synced=True)
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [(name, b"new")]


def test_what_is_kept_is_for_its_owner_and_so_is_every_folder_made_for_it(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b" / "file", b"new")
    assert {each.name: each.stat().st_mode & 0o777 for each in tmp_path.rglob("*")} == {
        "a": 0o700,
        "b": 0o700,
        "file": 0o600,
    }


def test_a_folder_where_everybody_may_write_is_ours_only_if_nobody_else_can(tmp_path: Path) -> None:
    """As below /tmp, where a stranger may have been first."""
    made = tmp_path / "made"
    assert is_private(made) and stat.S_IMODE(made.stat().st_mode) == 0o700
    assert is_private(made)
    made.chmod(0o755)
    assert is_private(made)
    for mode in (0o777, 0o775):
        made.chmod(mode)
        assert not is_private(made)
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").touch()
    assert not is_private(tmp_path / "link")
    assert not is_private(tmp_path / "file")
    if os.getuid() == 0:
        (tmp_path / "theirs").mkdir(0o700)
        os.chown(tmp_path / "theirs", 65534, 65534)
        assert not is_private(tmp_path / "theirs")
