"""A server of `POST /v1/audio/speech` that answers as a test tells it, byte by byte if need be.

It speaks the real wire over a real socket: a behaviour writes the whole answer itself, so that it can be
wrong in any way.
"""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from robotvoice.sound.pcm import WIRE_FORMAT

RATE = WIRE_FORMAT.sample_rate
SECOND = b"\x11\xf2" * RATE
"""Of sound; neither byte could be text, and the two differ, so that a lost byte shows"""
CHUNK = SECOND[: RATE // 5 * 2]
"""200 ms"""
PCM = CHUNK * 5
"""What it says of a short sentence: 1 s"""


@dataclass(slots=True)
class Heard:
    """One request."""

    method: str
    path: str
    headers: Mapping[str, str]
    """Names in small letters"""
    fields: Any
    """The JSON of its body, None if there is none"""


@dataclass(slots=True)
class Exchange:
    """A request and the way to answer it."""

    heard: Heard
    writer: asyncio.StreamWriter
    left: asyncio.Event
    """The other side has closed the connection"""

    async def send(self, *data: bytes) -> None:
        """Each piece by itself."""
        for piece in data:
            self.writer.write(piece)
            await self.writer.drain()

    async def chunks(self, *pieces: bytes) -> None:
        for piece in pieces:
            await self.send(b"%x\r\n%b\r\n" % (len(piece), piece))

    async def end(self) -> None:
        await self.send(b"0\r\n\r\n")

    def cut(self) -> None:
        """The connection is gone, and the other side is not told why."""
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


def head(status: str = "200 OK", kind: str | None = "audio/pcm", *more: str) -> bytes:
    """The status line and headers; a body in chunks unless `more` says its length."""
    lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *more]
    if not any(
        line.lower().startswith(("content-length", "transfer-encoding", "connection")) for line in more
    ):
        lines.append("Transfer-Encoding: chunked")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def speaks(*pieces: bytes, kind: str = "audio/pcm") -> Behaviour:
    """Answers with these pieces of sound, and ends in order."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(head(kind=kind))
        await exchange.chunks(*(pieces or [CHUNK] * 5))
        await exchange.end()

    return behave


def answers(status: str, kind: str | None, body: bytes, *more: str) -> Behaviour:
    """A whole answer of known length."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(head(status, kind, f"Content-Length: {len(body)}", *more) + body)

    return behave


def writes(*data: bytes) -> Behaviour:
    """Exactly these bytes; then the connection is gone."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(*data)
        exchange.writer.close()

    return behave


def hangs(*data: bytes) -> Behaviour:
    """Exactly these bytes; then nothing, until the other side has had enough."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(*data)
        await exchange.left.wait()

    return behave


async def vanishes(exchange: Exchange) -> None:
    """The connection is reset before anything is answered."""
    exchange.cut()


@dataclass(slots=True)
class FakeUpstream:
    """Use `running`."""

    always: Behaviour = field(default_factory=speaks)
    behaviours: deque[Behaviour] = field(default_factory=deque)
    """For the next requests, one each"""
    requests: list[Heard] = field(default_factory=list)
    connections: int = 0
    left: int = 0
    """Connections that the other side has closed"""
    url: str = ""

    def next(self, *behaviours: Behaviour) -> None:
        self.behaviours.extend(behaviours)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while heard := await _request(reader):
                self.requests.append(heard)
                behave = self.behaviours.popleft() if self.behaviours else self.always
                left = asyncio.Event()
                # Whoever asks sends nothing before the answer has come: the next byte is the end.
                watching = asyncio.create_task(_watch(reader, left))
                try:
                    await behave(Exchange(heard, writer, left))
                finally:
                    watching.cancel()
                    await asyncio.wait({watching})
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self.left += 1
            writer.close()


async def _watch(reader: asyncio.StreamReader, left: asyncio.Event) -> None:
    """Nothing is read here: with the end of the answer the next request may come."""
    while not reader.at_eof() and reader.exception() is None:  # noqa: ASYNC110 - a stream tells nobody
        await asyncio.sleep(0.005)
    left.set()


async def _request(reader: asyncio.StreamReader) -> Heard | None:
    """None at the end of the connection."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = raw.decode("latin-1").strip().split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await _body(reader, headers)
    return Heard(method, path, headers, json.loads(body) if body else None)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body


@asynccontextmanager
async def running(*behaviours: Behaviour) -> AsyncIterator[FakeUpstream]:
    """A server that listens until the block ends; these are for its first requests."""
    fake = FakeUpstream()
    fake.next(*behaviours)
    tasks: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(fake.serve(reader, writer), name="fake upstream")
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    fake.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield fake
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        if tasks:
            await asyncio.wait(tuple(tasks))
