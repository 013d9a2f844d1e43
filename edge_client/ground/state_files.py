"""Small files that outlive a process: read within bounds, and written whole or not at all."""

import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


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


def write_whole(path: Path, content: bytes) -> None:
    """Replaces the file in one step, for its owner's eyes only; makes its folders. Raises OSError."""
    _make_folder(path.parent)
    _replace(path, [content], 0o600)


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


def _replace(path: Path, content: Iterable[bytes], mode: int | None) -> None:
    """With None it gets the permissions that the user's new files have."""
    new = path.with_name(f".{path.name[:100]}.{os.urandom(4).hex()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            file.writelines(content)
        new.replace(path)
    except BaseException:
        with suppress(OSError):
            new.unlink()
        raise


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
