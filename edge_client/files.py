"""Small files that outlive a process: read within bounds, and written whole or not at all."""

import os
import stat
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
    new = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
