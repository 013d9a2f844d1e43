"""Where the file is that is locked by whoever speaks: the same for every user of this machine."""

import stat
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

held: ContextVar[tuple[int, ...]] = ContextVar("held", default=())
"""The lock of this task. Its player inherits it: one that outlives us still sounds for a moment."""

NAME = "robotvoice.lock"
SHARED = ("/run/lock", "/tmp")
"""Where every user of a machine may make a file, the preferred one first"""


def default_path() -> Path:
    """The same for every user of this machine."""
    for folder in map(Path, SHARED):
        with suppress(OSError):
            mode = folder.stat().st_mode
            if stat.S_ISDIR(mode) and mode & stat.S_ISVTX and mode & stat.S_IWOTH:
                return folder / NAME
    return Path(SHARED[-1], NAME)
