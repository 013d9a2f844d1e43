"""A folder that one process at a time keeps files in, each there whole or not at all. All of it blocks."""

import fcntl
import tempfile
from pathlib import Path
from typing import IO

UNFINISHED = ".new-"
"""How the names of files begin that are being written"""


def taken(folder: Path) -> IO[bytes]:
    """Makes the folder and takes it, until what is returned is closed, or this process ends however it does.

    Raises OSError; BlockingIOError: another process has it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folder / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise
    return lock


def write_whole(path: Path, content: bytes) -> None:
    """In one step for whoever reads; a power cut may leave anything, so keep a digest. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=path.parent, prefix=UNFINISHED)
    try:
        with open(number, "wb") as file:  # noqa: PTH123 (of an open file)
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
