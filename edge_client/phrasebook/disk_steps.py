"""Files of the phrasebook: small steps on disk that are whole, or did not happen. All of it blocks."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

UNFINISHED = ".new-"
"""How the names of files begin that are being written"""
BLOCK = 4096
"""Bytes that a disk gives out at a time"""


def make_private(folder: Path) -> None:
    """For its owner's eyes only, with the folders above it. Raises OSError."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def write_synced(path: Path, content: bytes) -> None:
    """Replaces a file in one step that outlives a power cut. Raises OSError."""
    new = path.with_name(UNFINISHED + os.urandom(8).hex())
    try:
        with private_file(new, os.O_EXCL) as descriptor:
            write_all(descriptor, content)
            os.fsync(descriptor)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    sync_folder(path.parent)


@contextmanager
def private_file(path: Path, how: int) -> Iterator[int]:
    """An open file for its owner's eyes only, to write to; `how` adds flags. Links are not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags | how, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folders_in(folder: Path) -> Iterator[Path]:
    """Links are none."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        yield from [Path(each.path) for each in found if each.is_dir(follow_symlinks=False)]


def on_disk(size: int) -> int:
    """Bytes that a file of this size takes there."""
    return -(-size // BLOCK) * BLOCK


def bytes_of(path: Path) -> int:
    """What a file, or all files in a folder, take. What two packs share counts once, what is gone nothing."""
    found = [about for _, about in files_in(path)]
    if not path.is_dir():
        with suppress(FileNotFoundError):
            found = [path.lstat()]
    return sum({(about.st_dev, about.st_ino): on_disk(about.st_size) for about in found}.values())


def files_in(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file below it; what goes away meanwhile is left out."""
    for above, _, names in os.walk(folder):
        for name in names:
            path = Path(above, name)
            with suppress(FileNotFoundError):
                yield path, path.lstat()


def remove(path: Path) -> None:
    """A file, or a folder with all it holds; nothing if it is not there. Raises OSError."""
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
