"""Whoever connects and asks nothing keeps nobody else out."""

import asyncio
import resource
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web

from robotvoice.http import connections, runner
from tests.gateway.in_process import soon
from tests.robotvoice.http.test_runner import Slow, served


async def half_a_head(url: str, opened: AsyncExitStack) -> asyncio.StreamReader:
    port = int(url.split(":")[2].strip("/"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    opened.callback(writer.close)
    writer.write(b"GET / HTTP/1.1\r\nX:")
    await writer.drain()
    return reader


async def test_the_one_that_is_idle_for_longest_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """And none whose answer is being made."""
    monkeypatch.setattr(connections, "MOST", 8)
    slow = Slow(1.0)
    async with served(slow) as (_, url), aiohttp.ClientSession() as session, AsyncExitStack() as opened:
        first = asyncio.create_task(session.get(url))
        async with asyncio.timeout(5):
            while not slow.answering:  # noqa: ASYNC110 (the server's own)
                await asyncio.sleep(0.01)
        waiting = [await half_a_head(url, opened) for _ in range(30)]
        slow.seconds = 0.0
        for _ in range(5):
            async with asyncio.timeout(5), aiohttp.ClientSession() as other, other.get(url) as answer:
                assert answer.status == 200
        assert (await first).status == 200
        async with asyncio.timeout(5):
            assert await waiting[0].read() == b""
        assert not waiting[-1].at_eof()


class Reading(Slow):
    """Answers when it has the body."""

    async def answer(self, request: web.Request) -> web.Response:
        await request.read()
        return await super().answer(request)


async def test_a_body_that_does_not_come_keeps_nobody_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor one that nobody waited for; and whose body came late is not cut either."""
    monkeypatch.setattr(connections, "MOST", 8)
    slow = Reading(1.0)
    async with served(slow) as (_, url), AsyncExitStack() as opened:

        async def begun(path: str = "/") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].strip("/")))
            opened.callback(writer.close)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n".encode())
            return reader, writer

        first, late = await begun()
        late.write(b"12")
        await soon(lambda: slow.answering == 1)
        for _ in range(8):
            reader, writer = await begun("/nowhere")
            assert (await reader.readline()).startswith(b"HTTP/1.1 404 ")
            writer.write(b"12")
        for _ in range(20):
            await begun()
        slow.seconds = 0.0
        for _ in range(5):
            async with asyncio.timeout(5), aiohttp.ClientSession() as session, session.get(url) as answer:
                assert answer.status == 200
        async with asyncio.timeout(5):
            assert (await first.readline()).startswith(b"HTTP/1.1 200 ")


class Peer:
    def __init__(self, peer: str, *, is_kept: bool = False) -> None:
        self.peer, self.is_kept, self.is_cut = peer, is_kept, False

    def cut(self) -> None:
        self.is_cut = True


def cut(counted: connections.Connections, peers: list[Peer]) -> list[Peer]:
    """Adds them all; those that make room for others, in the order they do, are also removed."""
    gone = []
    for each in peers:
        counted.add(each)
        for one in [one for one in counted if isinstance(one, Peer) and one.is_cut]:
            counted.remove(one)
            gone.append(one)
    return gone


def test_a_peer_elsewhere_has_its_own_bound_and_this_machine_has_none() -> None:
    counted = connections.Connections()
    share = connections.most() // connections.SHARE
    strangers = [Peer("10.0.0.66") for _ in range(share + 3)]
    for each in strangers:
        counted.add(each)
        if each in strangers[:2]:
            counted.asks(each)
    assert [each for each in strangers if each.is_cut] == strangers[2:5]
    assert not cut(connections.Connections(), [Peer(peer) for peer in ("10.0.0.2", *["127.0.0.1"] * 100)])


def test_who_has_most_makes_room_and_who_is_known_does_so_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 12)
    counted = connections.Connections()
    robot, quiet = Peer("10.0.0.3", is_kept=True), Peer("10.0.0.4")
    crowd = [Peer(f"10.0.0.{number}") for number in (66, 67, 68, 69, 70) for _ in range(3)]
    assert cut(counted, [robot, quiet, *crowd]) == [crowd[0], crowd[3], crowd[6], crowd[9], crowd[12]]
    for each in list(counted):
        if each is not robot:
            counted.asks(each)
    another = Peer("10.0.0.5")
    assert cut(counted, [another])[0].peer in {each.peer for each in crowd}
    assert not (robot.is_cut or quiet.is_cut or another.is_cut)


def test_where_files_are_without_a_limit_there_is_room_for_as_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for files, most in ((resource.RLIM_INFINITY, connections.MOST), (256, 64), (8, 4)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, files=files: (files, files))
        assert connections.most() == most


@pytest.mark.parametrize("pace", [0.05, 3.0], ids=["drips", "stands still"])
async def test_a_body_that_comes_too_slowly_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, pace: float, caplog: pytest.LogCaptureFixture
) -> None:
    for name, seconds in (("LOOK_EVERY", 0.05), ("BODY_MOVES_WITHIN", 0.5), ("BODY_WITHIN", 1.0)):
        monkeypatch.setattr(runner, name, seconds)
    slow = Reading(0.0)
    async with served(slow) as (_, url), AsyncExitStack() as opened:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].strip("/")))
        opened.callback(writer.close)
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")

        async def drip() -> None:
            while True:
                writer.write(b"1")
                await asyncio.sleep(pace)

        dripping = asyncio.create_task(drip())
        async with asyncio.timeout(5):
            assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
        dripping.cancel()
    assert not caplog.records


@pytest.mark.slow
async def test_a_body_whose_pace_is_fair_has_its_time_and_so_has_one_nobody_waits_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (
        ("LOOK_EVERY", 0.05),
        ("BODY_MOVES_WITHIN", 0.4),
        ("BODY_WITHIN", 0.4),
        ("LEAST_PACE", 2),
    ):
        monkeypatch.setattr(runner, name, value)
    for slow in (Reading(0.0), Slow(1.0)):
        async with served(slow) as (_, url), AsyncExitStack() as opened:
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.split(":")[2].strip("/")))
            opened.callback(writer.close)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n")
            if isinstance(slow, Reading):
                for _ in range(10):
                    writer.write(b"1")
                    await asyncio.sleep(0.1)
            async with asyncio.timeout(5):
                assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")


async def test_a_head_that_does_not_end_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "HEAD_WITHIN", 0.3)
    async with served(Slow(0.0)) as (_, url), AsyncExitStack() as opened:
        reader = await half_a_head(url, opened)
        async with asyncio.timeout(5), aiohttp.ClientSession() as session:
            assert await reader.read() == b""
            async with session.get(url) as answer:
                assert answer.status == 200
            await asyncio.sleep(0.5)
            async with session.get(url) as answer:
                assert answer.status == 200
