"""libespeak-ng in supervised child processes: one sentence at a time each, replaced when one dies."""

import dataclasses
import importlib.util
import sys
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path

from robotvoice.engines.child_pool import ChildPool, ChildProgram
from robotvoice.engines.espeak.espeak_backend import NAME, READY_WITHIN, EspeakRequest
from robotvoice.engines.espeak.espeak_voices import Catalogue, catalogue_from_library
from robotvoice.sound.pcm import AudioChunk

CHILD = Path(__file__).with_name("espeak_child.py")
IDLE_CHILDREN = 4
BUSY_CHILDREN = 8
READ_AHEAD = 4096
"""Frames of 60 ms"""


@dataclass(frozen=True, slots=True)
class EspeakLibrary:
    """A libespeak-ng and, if it brings its own, the folder of its voice data."""

    library: str
    data: Path | None = None


def installed_libraries() -> Iterator[EspeakLibrary]:
    """Where libespeak-ng may be, best first."""
    loader = importlib.util.find_spec("espeakng_loader")
    if loader and loader.origin:
        folder = Path(loader.origin).parent
        for library in sorted(folder.glob("*espeak-ng.*")):
            if library.suffix in (".so", ".dylib", ".dll"):
                yield EspeakLibrary(str(library), folder / "espeak-ng-data")
    if sys.platform == "darwin":
        for prefix in ("/opt/homebrew", "/usr/local"):
            if Path(found := f"{prefix}/lib/libespeak-ng.dylib").exists():
                yield EspeakLibrary(found)
    else:
        yield EspeakLibrary("libespeak-ng.so.1")


class EspeakLibraryBackend:
    """A pool of warm children around one library."""

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library
        self._pool = ChildPool(
            ChildProgram(
                "espeak",
                NAME,
                (sys.executable, "-I", "-S", str(CHILD), library.library, "." if library.data else ""),
                # espeak_Initialize ends the process on a data path of 160 characters or more: pass it as ".".
                cwd=library.data,
                ready_within=READY_WITHIN,
                idle=IDLE_CHILDREN,
                busy=BUSY_CHILDREN,
                read_ahead=READ_AHEAD,
            )
        )

    @property
    def description(self) -> str:
        return f"library {Path(self._library.library).name}"

    async def start(self) -> Catalogue:
        return catalogue_from_library(await self._pool.start())

    def speak(self, request: EspeakRequest) -> AsyncGenerator[AudioChunk, None]:
        return self._pool.speak(dataclasses.asdict(request))

    async def close(self) -> None:
        """Ends every child, also those that still speak."""
        await self._pool.close()
