"""The proxy breaks a connection in just the way it is told, and passes everything on when it is not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from proofs.faults.real.proxy import Fault, FaultProxy, Kind, running

SOON = 10.0
ANSWER = bytes(range(256)) * 200


@asynccontextmanager
async def echo(answer: bytes = b"") -> AsyncIterator[FaultProxy]:
    """In front of a server that answers each line with itself, or with `answer`."""
    open_: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            while line := await reader.readline():
                writer.write(answer or line)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        async with running(server.sockets[0].getsockname()[1]) as proxy, asyncio.timeout(SOON):
            yield proxy
    finally:
        server.close()
        for writer in open_:
            writer.close()


class Caller:
    """A raw connection to the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, proxy: FaultProxy) -> "Caller":
        return cls(*await asyncio.open_connection("127.0.0.1", proxy.port))

    async def ask(self, line: bytes = b"hello\n") -> bytes:
        """The answer's first line, or what came before the end."""
        self.writer.write(line)
        return await self.reader.readline()

    async def hears_nothing(self) -> bool:
        try:
            async with asyncio.timeout(0.2):
                await self.reader.read(1)
        except TimeoutError:
            return True
        return False

    def leave(self) -> None:
        self.writer.close()


async def test_without_a_fault_everything_passes_both_ways() -> None:
    async with echo() as proxy:
        caller = await Caller.to(proxy)
        for number in range(20):
            line = b"%d" % number * 5000 + b"\n"
            assert await caller.ask(line) == line
        caller.leave()
        assert not proxy.hits.total()


async def test_latency_delays_all_and_loses_nothing() -> None:
    async with echo() as proxy:
        await proxy.break_(Fault(Kind.LATENCY, 0.3))
        caller = await Caller.to(proxy)
        clock = asyncio.get_running_loop().time
        began = clock()
        assert await caller.ask() == b"hello\n"
        assert clock() - began >= 0.3
        assert proxy.hits[Kind.LATENCY] == 1
        caller.leave()


async def test_what_hangs_is_passed_on_when_it_is_mended() -> None:
    async with echo() as proxy:
        old = await Caller.to(proxy)
        assert await old.ask() == b"hello\n"
        await proxy.break_(Fault(Kind.HANG))
        new = await Caller.to(proxy)
        for caller in (old, new):
            caller.writer.write(b"late\n")
            assert await caller.hears_nothing()
        await proxy.mend()
        for caller in (old, new):
            assert await caller.reader.readline() == b"late\n"
            caller.leave()
        assert proxy.hits[Kind.HANG] >= 2


@pytest.mark.parametrize("kind", [Kind.RESET, Kind.REFUSE])
async def test_an_open_connection_is_reset(kind: Kind) -> None:
    async with echo() as proxy:
        caller = await Caller.to(proxy)
        assert await caller.ask() == b"hello\n"
        await proxy.break_(Fault(kind))
        with pytest.raises(ConnectionResetError):
            await caller.reader.read(1)
        assert proxy.hits[kind] == 1
        caller.leave()


async def test_a_new_connection_is_reset_when_it_asks() -> None:
    async with echo() as proxy:
        await proxy.break_(Fault(Kind.RESET))
        caller = await Caller.to(proxy)
        with pytest.raises(ConnectionResetError):
            await caller.ask()
        caller.leave()


async def test_nobody_listens_while_it_refuses_and_later_at_the_same_port() -> None:
    async with echo() as proxy:
        port = proxy.port
        await proxy.break_(Fault(Kind.REFUSE))
        with pytest.raises(ConnectionRefusedError):
            await Caller.to(proxy)
        await proxy.mend()
        assert proxy.port == port
        caller = await Caller.to(proxy)
        assert await caller.ask() == b"hello\n"
        caller.leave()


async def test_an_answer_is_cut_after_so_many_bytes() -> None:
    async with echo(ANSWER) as proxy:
        await proxy.break_(Fault(Kind.CUT, 20_001))
        caller = await Caller.to(proxy)
        caller.writer.write(b"hello\n")
        assert await caller.reader.read(-1) == ANSWER[:20_001]
        assert proxy.hits[Kind.CUT] == 1
        caller.leave()


async def test_one_byte_comes_at_a_time() -> None:
    async with echo() as proxy:
        await proxy.break_(Fault(Kind.TRICKLE))
        caller = await Caller.to(proxy)
        caller.writer.write(b"hello\n")
        assert [await caller.reader.read(100) for _ in range(6)] == [b"h", b"e", b"l", b"l", b"o", b"\n"]
        assert proxy.hits[Kind.TRICKLE] == 6
        caller.leave()


async def test_one_fault_follows_the_other_and_then_all_is_well() -> None:
    async with echo() as proxy:
        for kind in Kind:
            await proxy.break_(Fault(kind, 1))
        await proxy.mend()
        caller = await Caller.to(proxy)
        assert await caller.ask() == b"hello\n"
        caller.leave()


async def test_a_target_that_is_not_there_closes_the_connection() -> None:
    async with echo() as gone:
        port = gone.target
    async with running(port) as proxy, asyncio.timeout(SOON):
        caller = await Caller.to(proxy)
        # Or it is reset, if it was closed before it was read.
        with suppress(ConnectionError):
            assert await caller.ask() == b""
        caller.leave()


async def test_nothing_of_it_is_left() -> None:
    before = asyncio.all_tasks()
    async with echo() as proxy:
        await proxy.break_(Fault(Kind.HANG))
        callers = [await Caller.to(proxy) for _ in range(3)]
        for caller in callers:
            caller.writer.write(b"hello\n")
        assert await callers[0].hears_nothing()
    assert not proxy.connections
    assert {task for task in asyncio.all_tasks() - before if "proxied" in task.get_name()} == set()
    for caller in callers:
        caller.leave()
