"""libespeak-ng in supervised child processes: one sentence at a time each, replaced when one dies."""

import asyncio
import dataclasses
import importlib.util
import json
import struct
import sys
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robotvoice.engines.child import Children
from robotvoice.engines.espeak.espeak_backend import NAME, READY_WITHIN, EspeakRequest
from robotvoice.engines.espeak.espeak_voices import Catalogue, catalogue_from_library
from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin

CHILD = Path(__file__).with_name("espeak_child.py")
IDLE_CHILDREN = 4
"""Children kept warm between sentences; more are started when more speak at once."""
BUSY_CHILDREN = 8
"""Children that speak at once. A sentence takes milliseconds: to wait is quicker than to start one more."""
READ_AHEAD = 4096
"""Frames of 60 ms that may wait for a slow listener; a longer sentence is a runaway."""


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


class EspeakChild:
    """One process with the library in it. The only reader and writer of its pipes."""

    def __init__(self, process: asyncio.subprocess.Process, children: Children) -> None:
        self._process = process
        self._children = children
        self.ready: dict[str, Any] = {}

    @classmethod
    async def begin(cls, library: EspeakLibrary, children: Children) -> "EspeakChild":
        """One more of the children. Raises EngineFailure when the library cannot be used, else as they do."""
        process = await children.begin(
            *(sys.executable, "-I", "-S", str(CHILD), library.library, "." if library.data else ""),
            # espeak_Initialize ends the process on a data path of 160 characters or more: pass it as ".".
            cwd=library.data,
        )
        child = cls(process, children)
        try:
            async with asyncio.timeout(READY_WITHIN):
                child.ready = json.loads(await child.expect(b"R"))
        except BaseException as problem:
            await child.kill()
            if isinstance(problem, TimeoutError):
                raise EngineFailure("stalled", f"eSpeak NG was not ready in {READY_WITHIN:g} s") from None
            if isinstance(problem, EngineFailure):
                children.must_be_open()
            raise
        return child

    @property
    def alive(self) -> bool:
        assert self._process.stdout is not None
        # The end of its pipe is seen before its exit status.
        return self._process.returncode is None and not self._process.stdout.at_eof()

    async def send(self, request: EspeakRequest) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(dataclasses.asdict(request)).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise self._died() from None

    async def frame(self) -> tuple[bytes, bytes]:
        """(type, payload). Raises EngineFailure when the process is gone or says it failed."""
        assert self._process.stdout is not None
        try:
            kind, length = struct.unpack(">cI", await self._process.stdout.readexactly(5))
            payload = await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise self._died() from None
        if kind == b"X":
            raise EngineFailure("refused", f"eSpeak NG: {payload.decode(errors='replace')}")
        return kind, payload

    async def expect(self, wanted: bytes) -> bytes:
        kind, payload = await self.frame()
        if kind != wanted:
            raise EngineFailure("protocol", f"eSpeak NG's process sent {kind!r} in place of {wanted!r}")
        return payload

    async def kill(self) -> None:
        """Ends the process at once and leaves no zombie."""
        await self._children.end(self._process)

    def _died(self) -> EngineFailure:
        return EngineFailure("died", "eSpeak NG's process ended in the middle of its work")


class EspeakLibraryBackend:
    """A pool of warm children around one library."""

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library
        self._idle: list[EspeakChild] = []
        self._busy: set[EspeakChild] = set()
        self._places = asyncio.Semaphore(BUSY_CHILDREN)
        self._children = Children(NAME)

    @property
    def description(self) -> str:
        return f"library {Path(self._library.library).name}"

    async def start(self) -> Catalogue:
        child = await EspeakChild.begin(self._library, self._children)
        self._idle.append(child)
        return catalogue_from_library(child.ready)

    async def speak(self, request: EspeakRequest) -> AsyncGenerator[AudioChunk, None]:
        child = await self._take()
        frames: asyncio.Queue[tuple[bytes, bytes] | EngineFailure] = asyncio.Queue(READ_AHEAD + 1)
        # The child is read at its own pace: it is free again after milliseconds, however slow the listener.
        pump = asyncio.create_task(self._pump(child, request, frames), name="espeak pump")
        finished = False
        try:
            audio_format = AudioFormat(child.ready["sample_rate"])
            origin = Origin("espeak", request.voice)
            while True:
                frame = await frames.get()
                if isinstance(frame, EngineFailure):
                    raise frame
                kind, payload = frame
                if kind == b"S":
                    received = json.loads(payload)
                    origin = Origin("espeak", received.pop("voice"), received)
                elif kind == b"A":
                    yield AudioChunk(payload, audio_format, origin)
                else:
                    finished = True
                    return
        finally:
            if not finished:
                pump.cancel()
            await asyncio.wait({pump})

    async def close(self) -> None:
        """Ends every child, also those that still speak."""
        self._idle.clear()
        await self._children.close()

    async def _take(self) -> EspeakChild:
        """A child that nobody else uses, with one of the places; `_pump` gives both back."""
        await self._places.acquire()
        try:
            while self._idle:
                child = self._idle.pop()
                if child.alive:
                    break
            else:
                child = await EspeakChild.begin(self._library, self._children)
        except BaseException:
            self._places.release()
            raise
        self._busy.add(child)
        return child

    async def _pump(
        self,
        child: EspeakChild,
        request: EspeakRequest,
        frames: "asyncio.Queue[tuple[bytes, bytes] | EngineFailure]",
    ) -> None:
        finished = False
        try:
            await child.send(request)
            while not finished:
                frame = await child.frame()
                finished = frame[0] == b"E"
                if frames.qsize() == READ_AHEAD:
                    raise EngineFailure("runaway", "eSpeak NG made far more audio than the sentence can need")
                frames.put_nowait(frame)
        except EngineFailure as failure:
            await child.kill()
            # There is room: the frames leave the last place to a failure.
            frames.put_nowait(failure)
        finally:
            try:
                if finished and child.alive and len(self._idle) < IDLE_CHILDREN:
                    self._idle.append(child)
                else:
                    await child.kill()
            finally:
                self._busy.discard(child)
                self._places.release()
