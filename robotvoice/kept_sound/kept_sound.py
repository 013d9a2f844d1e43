"""A folder of sound: bounded in bytes, written by one process, read by any. All of it blocks.

    FOLDER/lock           held by the process that writes
    FOLDER/SHELF/.gone    since when nobody wants this shelf, a folder of sound: the time of this file
    .new-…                what is being written, or was when its process was killed

A file is there whole or not at all.
"""

import errno
import logging
import os
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from robotvoice.ground.lock_file import locked
from robotvoice.ground.state_files import UNFINISHED, make_private, read_whole, write_whole
from robotvoice.kept_sound.sealed_sound import Seal

log = logging.getLogger(__name__)

GONE = ".gone"
STAYS = 24 * 3600.0
"""Seconds that a shelf nobody wants stays: another gateway may be linked, or a persona's file have a slip"""
USED_AGAIN = 600.0
"""Seconds after which the time of use is written again: an SD card does not last for ever"""


class KeptSound:
    """What there is, and room for more. Whoever only reads needs no lock."""

    def __init__(
        self, folder: Path, limit: int, *, lock: str, ending: str = "", block: int = 1, synced: bool = False
    ) -> None:
        """`limit`: bytes that files with this `ending` take together, each in whole blocks.

        `synced`: what is written outlives a power cut.
        """
        self.folder, self.limit = folder, limit
        self.sizes: OrderedDict[Path, int] = OrderedDict()
        """What each file took at the last count; the one unused for longest is first"""
        self.total = 0
        self.writing = threading.RLock()
        """Held by a thread that takes away, or adds what has not been made room for"""
        self._lock_name, self._ending, self._block, self._synced = lock, ending, block, synced
        self._lock: int | None = None

    # For everybody

    def size_on_disk(self, size: int) -> int:
        """Bytes that a file of this size takes there."""
        return -(-size // self._block) * self._block

    def bytes_of(self, folder: Path) -> int:
        """What all files in it take."""
        return sum(self.size_on_disk(about.st_size) for _, about in files_in(folder))

    def read_sealed(self, path: Path, seal: Seal) -> tuple[Any, memoryview] | None:
        """What was written; None if it is not there, or not as it was written. Raises OSError.

        The process that writes notes that it was used, and drops what is damaged.
        """
        try:
            found = seal.opened(path.stem, read_whole(path, self.limit))
        except FileNotFoundError:
            return None
        except ValueError:
            if self.is_open:
                log.warning("kept sound was damaged and is dropped", extra={"file": str(path)})
                self.remove(path)
            return None
        if self.is_open:
            with suppress(OSError):  # it may be gone, or the disk have become read-only
                if time.time() - path.stat().st_mtime > USED_AGAIN:
                    os.utime(path)
        return found

    # For the process that writes

    def open(self) -> None:
        """Takes the folder. Raises OSError; BlockingIOError: another process has it."""
        with self.writing:
            if self._lock is not None:
                return
            make_private(self.folder)
            self._lock = locked(self.folder / self._lock_name, private=True)
            if self._lock is None:
                raise BlockingIOError(errno.EWOULDBLOCK, "another process has it")
            try:
                self._opened()
            except OSError:
                self.close()
                raise

    def close(self) -> None:
        """The system does it, too, however this process ends."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def is_open(self) -> bool:
        return self._lock is not None

    def recount(self) -> None:
        """Looks what is there, and takes away what was left half written. Raises OSError."""
        found = []
        with self.writing:
            for path, about in files_in(self.folder):
                if path.name.startswith(UNFINISHED):
                    remove(path)
                elif path.name.endswith(self._ending):
                    found.append((about.st_mtime_ns, path, about.st_size))
            self.sizes.clear()
            self.total = 0
            for _, path, size in sorted(found):
                self._count(path, size)

    def put(self, path: Path, content: bytes) -> None:
        """In place of what was there. Raises OSError."""
        with self.writing:
            write_whole(path, content, synced=self._synced)
            self._count(path, len(content))

    def remove(self, path: Path) -> None:
        """A file, or a folder with all it holds, which then counts no more. Raises OSError."""
        with self.writing:
            for each in [path] if path in self.sizes else list(self._below(path)):
                self._count(each, None)
            remove(path)

    def make_room(self, needed: int, dispensable: Iterable[Sequence[Path]] | None = None) -> bool:
        """Whether so many bytes more are within the limit. Raises OSError.

        What is dispensable goes for them, the first first, each with what goes together with it; all of it
        stays if that would not be enough. Without it every file is, the one unused for longest first.
        """
        with self.writing:
            lacking = self.total + needed - self.limit
            if lacking <= 0:
                return True
            going = list(zip(self.sizes) if dispensable is None else dispensable)
            if sum(self._counted(path) for paths in going for path in paths) < lacking:
                return False
            for paths in going:
                for path in paths:
                    self.remove(path)
                if self.total + needed <= self.limit:
                    break
            return True

    def unwanted(self, wanted: Container[str]) -> list[Path]:
        """Shelves that are not among these, the one nobody wanted for longest first; after a day it goes.

        Raises OSError.
        """
        ages = dict[Path, float]()
        for shelf in folders_in(self.folder):
            mark = shelf / GONE
            if shelf.name in wanted:
                remove(mark)
                continue
            age = time.time() - mark.stat().st_mtime if mark.exists() else -1.0
            if age < 0:  # also when the clock was set back
                mark.touch(mode=0o600)
            if age < STAYS:
                ages[shelf] = age
            else:
                self.remove(shelf)
        return sorted(ages, key=ages.__getitem__, reverse=True)

    def _opened(self) -> None:
        """What is to be done when the folder was taken. Raises OSError."""
        self.recount()

    def _count(self, path: Path, size: int | None) -> None:
        """With None it is gone."""
        self.total -= self.sizes.pop(path, 0)
        if size is not None and path.name.endswith(self._ending):
            self.sizes[path] = self.size_on_disk(size)
            self.total += self.sizes[path]

    def _counted(self, path: Path) -> int:
        """Bytes of a file, or of a folder with all it holds."""
        size = self.sizes.get(path)
        return sum(self.sizes[each] for each in self._below(path)) if size is None else size

    def _below(self, folder: Path) -> Iterator[Path]:
        return (path for path in self.sizes if folder in path.parents)


def folders_in(folder: Path) -> Iterator[Path]:
    """Links are none."""
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        yield from [Path(each.path) for each in found if each.is_dir(follow_symlinks=False)]


def files_in(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Every file below it; what goes away meanwhile is left out. Raises OSError."""
    for above, _, names in os.walk(folder, onerror=_refused):
        for name in names:
            path = Path(above, name)
            with suppress(FileNotFoundError):
                yield path, path.lstat()


def remove(path: Path) -> None:
    """A file, or a folder with all it holds, but not what a link leads to. Raises OSError."""
    with suppress(FileNotFoundError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _refused(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error


class DiskTrouble:
    """A disk that is full, read-only or somebody else's: each trouble is told once, not for each sentence."""

    def __init__(self, log: logging.Logger, message: str, folder: Path, taken: str = "") -> None:
        """`message` has a %s for what is wrong, which is `taken` if another process has the folder."""
        self._log, self._message, self._folder, self._taken = log, message, folder, taken
        self._told: str | None = None

    def tell(self, error: OSError) -> None:
        """A warning, unless it is still the same."""
        trouble = error.strerror or type(error).__name__
        if self._taken and isinstance(error, BlockingIOError):
            trouble = self._taken
        if trouble != self._told:
            self._told = trouble
            self._log.warning(self._message, trouble, extra={"folder": str(self._folder)})

    def over(self) -> None:
        """Something was written: whatever comes next is told."""
        self._told = None
