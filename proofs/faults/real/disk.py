"""A disk that can be full: a small one of its own in memory where this user may mount one."""

import asyncio
import contextlib
import resource
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = "8m"
BALLAST = "ballast"


@dataclass(frozen=True, slots=True)
class Disk:
    """Under one folder. `mounted`: else a process is allowed no more bytes in any file."""

    folder: Path
    mounted: bool

    @property
    def description(self) -> str:
        return f"a disk of {SIZE} in memory" if self.mounted else "RLIMIT_FSIZE of 0"

    def fill(self, pid: int) -> None:
        """Nothing more can be written, by whom `pid` is."""
        if not self.mounted:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, self._most(pid)))
            return
        with contextlib.suppress(OSError), (self.folder / BALLAST).open("wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))

    def make_room(self, pid: int) -> None:
        if self.mounted:
            (self.folder / BALLAST).unlink(missing_ok=True)
        else:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (self._most(pid), self._most(pid)))

    def _most(self, pid: int) -> int:
        return resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[Disk]:
    """The folder is made; whoever writes there must have ended before this does."""
    await asyncio.to_thread(folder.mkdir, parents=True, mode=0o700)
    options = ("-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "tmpfs")
    mounted = await asyncio.to_thread(_runs, "mount", *options, str(folder))
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            await asyncio.to_thread(_runs, "umount", "--lazy", str(folder))


def _runs(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
