"""A TCP proxy on loopback that does to the answers what a network can do to them."""

import asyncio
import contextlib
import enum
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PIECE = 16 * 1024
"""Bytes that are passed on at once"""
UNDER_WAY = 64
"""Pieces of one connection that may be late; then no more are read"""
TRICKLE_PAUSE = 0.01
"""Seconds between two single bytes"""
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER: what was not sent is thrown away, and the other side is told so"""


class Kind(enum.StrEnum):
    """What happens to connections, old ones and new ones."""

    LATENCY = "latency"
    """All of an answer comes `amount` seconds late"""
    HANG = "hang"
    """Nothing comes any more; connections are taken and stay open"""
    RESET = "reset"
    """Connections are reset, new ones with their first byte"""
    CUT = "cut"
    """After `amount` bytes more the connection ends, in order"""
    TRICKLE = "trickle"
    """One byte at a time"""
    REFUSE = "refuse"
    """Connections are reset, and nobody listens any more"""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: Kind
    amount: float = 0.0
    """Seconds, or bytes"""


@dataclass(eq=False, slots=True)
class _Connection:
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    since: int = 0
    """Bytes passed on since the fault began"""

    def reset(self) -> None:
        for writer in (self.client, self.server):
            with contextlib.suppress(OSError):
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            writer.transport.abort()


@dataclass(slots=True)
class FaultProxy:
    """Use `running`. Passes everything on as long as there is no fault."""

    target: int
    port: int = 0
    hits: Counter[Kind] = field(default_factory=Counter)
    """How often a fault was met: by connections that were reset or cut, by pieces that were late or held"""
    _fault: Fault | None = None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _connections: set[_Connection] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def connections(self) -> int:
        """That are open."""
        return len(self._connections)

    async def break_(self, fault: Fault) -> None:
        """From now on this happens. What was held before goes on first."""
        await self.mend()
        for connection in self._connections:
            connection.since = 0
        self._now(fault)
        if fault.kind in (Kind.RESET, Kind.REFUSE):
            for connection in tuple(self._connections):
                self.hits[fault.kind] += 1
                connection.reset()
        if fault.kind is Kind.REFUSE:
            self._close()

    async def mend(self) -> None:
        """All is well; what was held back is passed on."""
        self._now(None)
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, HOST, self.port, limit=PIECE)
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        self._close()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def _close(self) -> None:
        if self._server:
            self._server.close()
        self._server = None

    def _now(self, fault: Fault | None) -> None:
        self._fault = fault
        self._changed.set()
        self._changed = asyncio.Event()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._through(reader, writer), name="proxied connection")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _through(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection(HOST, self.target, limit=PIECE)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, server)
        self._connections.add(connection)
        ways = {
            asyncio.create_task(self._ask(reader, connection), name="proxied request"),
            asyncio.create_task(self._answer(answers, connection), name="proxied answer"),
        }
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
            self._connections.discard(connection)
            writer.close()
            server.close()

    async def _ask(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        """Requests pass unharmed, but for those that are reset or hang."""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(PIECE):
                if self._fault and self._fault.kind in (Kind.RESET, Kind.REFUSE):
                    self.hits[self._fault.kind] += 1
                    connection.reset()
                    return
                await self._while_hanging()
                connection.server.write(data)
                await connection.server.drain()

    async def _answer(self, reader: asyncio.StreamReader, connection: _Connection) -> None:
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)
        now = asyncio.get_running_loop().time
        try:
            async with asyncio.TaskGroup() as both:
                # With the end of the answer among the pieces, this ends by itself.
                both.create_task(self._pass_on(late, connection), name="proxied pieces")
                data = b"..."
                while data:
                    data = await reader.read(PIECE)
                    fault = self._fault
                    delay = fault.amount if fault and fault.kind is Kind.LATENCY else 0.0
                    self.hits[Kind.LATENCY] += bool(delay and data)
                    await late.put((now() + delay, data))
        except* ConnectionError:
            pass

    async def _pass_on(self, late: asyncio.Queue[tuple[float, bytes]], connection: _Connection) -> None:
        now = asyncio.get_running_loop().time
        while (piece := await late.get())[1]:
            due, data = piece
            await asyncio.sleep(max(0.0, due - now()))
            await self._while_hanging()
            while data:
                data = await self._part(data, connection)
            if connection.client.is_closing():
                return

    async def _part(self, data: bytes, connection: _Connection) -> bytes:
        """Passes on as much as may be; the rest."""
        fault = self._fault
        size = len(data)
        if fault and fault.kind is Kind.TRICKLE:
            self.hits[Kind.TRICKLE] += 1
            size = 1
            await asyncio.sleep(TRICKLE_PAUSE)
        elif fault and fault.kind is Kind.CUT:
            size = min(size, int(fault.amount) - connection.since)
        connection.client.write(data[:size])
        await connection.client.drain()
        connection.since += size
        if fault and fault.kind is Kind.CUT and connection.since >= fault.amount:
            self.hits[Kind.CUT] += 1
            connection.client.close()
            return b""
        return data[size:]

    async def _while_hanging(self) -> None:
        while self._fault and self._fault.kind is Kind.HANG:
            self.hits[Kind.HANG] += 1
            await self._changed.wait()


@asynccontextmanager
async def running(target: int) -> AsyncIterator[FaultProxy]:
    """A proxy in front of a port of this machine, until the block ends; nothing of it is left."""
    proxy = FaultProxy(target)
    await proxy.mend()
    try:
        yield proxy
    finally:
        await proxy.close()
