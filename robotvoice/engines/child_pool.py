"""Child processes that are kept warm and speak: one sentence at a time each, replaced when one dies.

`robotvoice.engines.speaking_child` is what they are, and says how the two talk.
"""

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robotvoice.engines.child import Children
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin

KINDS = b"RSAEUX"
LARGEST_FRAME = 4 * 2**20
"""Bytes; what says more is no frame"""


@dataclass(frozen=True, slots=True)
class ChildProgram:
    """What is run, and how many of it."""

    engine: str
    """Its name in an `Origin`"""
    name: str
    """As a person knows it"""
    command: tuple[str, ...]
    cwd: Path | None = None
    ready_within: float = 5.0
    """Seconds a new child has to say what it can do"""
    idle: int = 4
    """Children kept warm between sentences; more are started when more speak at once"""
    busy: int = 8
    """Children that speak at once; where a sentence takes milliseconds, to wait is quicker than one more"""
    read_ahead: int = 4096
    """Frames that may wait for a slow listener; a longer sentence is a runaway"""


class SpeakingChild:
    """One process. The only reader and writer of its pipes."""

    def __init__(
        self, program: ChildProgram, process: asyncio.subprocess.Process, children: Children
    ) -> None:
        self._program = program
        self._process = process
        self._children = children
        self.ready: dict[str, Any] = {}

    @classmethod
    async def begin(cls, program: ChildProgram, children: Children) -> "SpeakingChild":
        """One more of the children. Raises EngineFailure when it cannot speak, else as they do."""
        child = cls(program, await children.begin(*program.command, cwd=program.cwd), children)
        try:
            async with asyncio.timeout(program.ready_within):
                child.ready = json.loads(await child.expect(b"R"))
        except BaseException as problem:
            await child.kill()
            if isinstance(problem, TimeoutError):
                told = f"{program.name} was not ready in {program.ready_within:g} s"
                raise EngineFailure("stalled", told) from None
            if isinstance(problem, EngineFailure):
                children.must_be_open()
            raise
        return child

    @property
    def alive(self) -> bool:
        assert self._process.stdout is not None
        # The end of its pipe is seen before its exit status.
        return self._process.returncode is None and not self._process.stdout.at_eof()

    async def send(self, request: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            await self._process.stdin.drain()
        except ConnectionError:
            raise self._died() from None

    async def frame(self) -> tuple[bytes, bytes]:
        """(type, payload). Raises EngineFailure when the process is gone or says it failed.

        Raises EngineUnavailable when it says that it cannot be used on this machine.
        """
        assert self._process.stdout is not None
        try:
            kind, length = struct.unpack(">cI", await self._process.stdout.readexactly(5))
            if kind not in KINDS or length > LARGEST_FRAME:
                raise EngineFailure("protocol", f"{self._program.name}'s process sent what is no frame")
            payload = await self._process.stdout.readexactly(length)
        except asyncio.IncompleteReadError:
            raise self._died() from None
        if kind == b"U":
            told = json.loads(payload)
            raise EngineUnavailable(told["reason"], told["text"])
        if kind == b"X":
            raise EngineFailure("refused", f"{self._program.name}: {payload.decode(errors='replace')}")
        return kind, payload

    async def expect(self, wanted: bytes) -> bytes:
        kind, payload = await self.frame()
        if kind != wanted:
            told = f"{self._program.name}'s process sent {kind!r} in place of {wanted!r}"
            raise EngineFailure("protocol", told)
        return payload

    async def kill(self) -> None:
        """Ends the process at once and leaves no zombie."""
        await self._children.end(self._process)

    def _died(self) -> EngineFailure:
        return EngineFailure("died", f"{self._program.name}'s process ended in the middle of its work")


Problem = EngineFailure | EngineUnavailable
Frames = asyncio.Queue[tuple[bytes, bytes] | Problem]


class ChildPool:
    """The warm children of one program."""

    def __init__(self, program: ChildProgram) -> None:
        self._program = program
        self._idle: list[SpeakingChild] = []
        self._busy: set[SpeakingChild] = set()
        self._places = asyncio.Semaphore(program.busy)
        self._children = Children(program.name)

    async def start(self) -> dict[str, Any]:
        """One more warm child, and what it says of itself.

        Raises EngineFailure, and EngineUnavailable where it cannot be used, or after `close`.
        """
        child = await SpeakingChild.begin(self._program, self._children)
        await self._forget_the_dead()
        self._idle.append(child)
        return child.ready

    @property
    def warm(self) -> bool:
        """Whether a child waits for a sentence, or speaks one."""
        return any(child.alive for child in (*self._idle, *self._busy))

    async def speak(self, request: Mapping[str, Any]) -> AsyncGenerator[AudioChunk, None]:
        """Raises as `start`; closing it ends the child. S says which `voice` spoke, and how it was set."""
        child = await self._take()
        frames: Frames = asyncio.Queue(self._program.read_ahead + 1)
        # The child is read at its own pace: it is free again after milliseconds, however slow the listener.
        pump = asyncio.create_task(self._pump(child, request, frames), name=f"{self._program.engine} pump")
        finished = False
        try:
            audio_format = AudioFormat(child.ready["sample_rate"])
            origin = Origin(self._program.engine, str(request.get("voice", "")))
            while True:
                frame = await frames.get()
                if isinstance(frame, Problem):
                    raise frame
                kind, payload = frame
                if kind == b"S":
                    received = json.loads(payload)
                    origin = Origin(self._program.engine, received.pop("voice"), received)
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

    async def _take(self) -> SpeakingChild:
        """A child that nobody else uses, with one of the places; `_pump` gives both back."""
        await self._places.acquire()
        try:
            await self._forget_the_dead()
            if self._idle:
                child = self._idle.pop()
            else:
                child = await SpeakingChild.begin(self._program, self._children)
        except BaseException:
            self._places.release()
            raise
        self._busy.add(child)
        return child

    async def _pump(self, child: SpeakingChild, request: Mapping[str, Any], frames: Frames) -> None:
        finished = False
        try:
            await child.send(request)
            while not finished:
                frame = await child.frame()
                finished = frame[0] == b"E"
                if frames.qsize() == self._program.read_ahead:
                    told = f"{self._program.name} made far more audio than the sentence can need"
                    raise EngineFailure("runaway", told)
                frames.put_nowait(frame)
        except (EngineFailure, EngineUnavailable) as problem:
            await child.kill()
            # There is room: the frames leave the last place to a problem.
            frames.put_nowait(problem)
        finally:
            try:
                await self._forget_the_dead()
                if finished and child.alive and len(self._idle) < self._program.idle:
                    self._idle.append(child)
                else:
                    await child.kill()
            finally:
                self._busy.discard(child)
                self._places.release()

    async def _forget_the_dead(self) -> None:
        """They are no company for a sentence, and must not take the place of one that lives."""
        dead = [child for child in self._idle if not child.alive]
        self._idle = [child for child in self._idle if child.alive]
        for child in dead:
            await child.kill()
