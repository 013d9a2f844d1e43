"""Files that outlive a process: read within bounds, and written whole or not at all. All of it blocks."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

UNFINISHED = ".new-"
"""How the names of files begin that are being written, or were when their process was killed"""


def read_whole(path: Path, largest: int) -> bytes:
    """A regular file of at most `largest` bytes. Raises OSError, and ValueError for anything else."""
    # Not blocking, because opening a named pipe would wait for a writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError(f"{path} is not a file")
        content = file.read(largest + 1)
    if len(content) > largest:
        raise ValueError(f"{path} is too large")
    return content


def write_whole(path: Path, content: bytes, *, mode: int | None = 0o600, synced: bool = False) -> None:
    """Replaces the file in one step; makes its folders, for their owner's eyes only. Raises OSError.

    With `mode` None it gets the permissions that the user's new files have. `synced`: it outlives a power
    cut; without that a power cut may leave anything.
    """
    make_private(path.parent)
    _replace(path, [content], mode, synced)


def write_where_told(path: Path, content: Iterable[bytes]) -> None:
    """Replaces a file its owner named in one step: what it held stays until all of it is written.

    A link is followed, permissions stay, and what is no file, such as a pipe, is written into. Raises
    OSError.
    """
    path = path.resolve()
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        _replace(path, content, None)
        return
    if stat.S_ISREG(mode):
        _replace(path, content, stat.S_IMODE(mode))
    else:
        with path.open("wb") as file:
            file.writelines(content)


def is_private(folder: Path) -> bool:
    """Whether it is this user's and nobody else can write to it; makes it if it is not there."""
    with suppress(OSError):
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        found = folder.lstat()
        return (
            stat.S_ISDIR(found.st_mode)
            and found.st_uid == os.getuid()
            and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        )
    return False


def make_private(folder: Path) -> None:
    """For its owner's eyes only, with those above it that are not there either. Raises OSError."""
    if not folder.is_dir():
        make_private(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def sync_folder(folder: Path) -> None:
    """The names in it outlive a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, content: Iterable[bytes], mode: int | None, synced: bool = False) -> None:
    # A name may have 255 bytes, and a character up to four.
    new = path.with_name(f"{UNFINISHED}{path.name[:50]}.{os.urandom(4).hex()}")
    try:
        allowed = 0o666 if mode is None else 0o600
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, allowed)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.writelines(content)
            if synced:
                file.flush()
                os.fsync(descriptor)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise
    if synced:
        sync_folder(path.parent)
