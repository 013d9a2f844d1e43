"""A file that is locked by one process, or one task, at a time.

The lock is `flock`: the kernel frees it when its holder ends, however that ends. Nobody writes the file.
"""

import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path


def locked(path: Path, *, private: bool = False) -> int | None:
    """An open file that holds the lock, None while somebody else has it. Raises OSError.

    It is made if it is not there: for every user of the machine, or if `private` for its owner only.
    """
    descriptor = _opened_private(path) if private else _opened(path)
    try:
        if lock(descriptor) and is_at(descriptor, path):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return None


def lock(descriptor: int) -> bool:
    """Whether it holds the lock now, as it may have before."""
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def is_at(descriptor: int, path: Path) -> bool:
    """Whether others lock the same file. Not if who swept the folder took it away from under us."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), os.stat(path, follow_symlinks=False))  # noqa: PTH116 - its pair
    return False


def unlock(descriptor: int) -> None:
    """Also if a player has the open file too, as one that stays open or cannot be killed."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def _opened_private(path: Path) -> int:
    """Also to write, which a home folder on NFS wants of who locks."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)


def _opened(path: Path) -> int:
    """Only to read, so that no file can come to harm; no link is followed, and no pipe is waited for."""
    how = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, how)
    except FileNotFoundError:
        # Never O_CREAT alone: in a shared folder Linux refuses that for another user's file, to root as well.
        with suppress(FileExistsError):
            made = os.open(path, how | os.O_CREAT | os.O_EXCL, 0o666)
            os.fchmod(made, 0o666)
            return made
        descriptor = os.open(path, how)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(None, "it is not a file")
    return descriptor
