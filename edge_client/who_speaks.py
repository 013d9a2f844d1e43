"""Who has the loudspeaker of this machine just now: whoever speaks by itself holds a lock for that."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from edge_client.lock_file import free, locked

LOCKS = Path("/proc/locks")
"""What Linux tells of all locks: `1: FLOCK ADVISORY WRITE PID MAJOR:MINOR:INODE 0 EOF`"""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A program, for a person."""

    name: str
    pid: int | None


def speaking_now(lock: Path) -> Speaking | None:
    """None: nobody is speaking, or it cannot be known."""
    try:
        descriptor = locked(lock)
    except OSError:
        return None
    if descriptor is not None:
        free(descriptor)
        return None
    pid = _holder(lock)
    if pid is None:
        return Speaking("another program", None)
    name = "a program of another user"
    with suppress(OSError):
        name = Path(f"/proc/{pid}/comm").read_text("utf-8", "replace").strip()
    return Speaking(f"process {pid} ({name})", pid)


def _holder(lock: Path) -> int | None:
    """The process that took it; None where the system does not tell."""
    with suppress(OSError, ValueError, IndexError):
        inode = str(os.stat(lock).st_ino)  # noqa: PTH116 - a name, and no Path is needed
        for line in LOCKS.read_text("ascii").splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].rpartition(":")[2] == inode and int(words[4]) > 0:
                return int(words[4])
    return None
