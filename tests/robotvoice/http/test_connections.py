"""Whoever connects and asks nothing keeps nobody else out."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from robotvoice.http import runner
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
    monkeypatch.setattr(runner, "MOST", 8)
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
    monkeypatch.setattr(runner, "MOST", 8)
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


async def test_a_peer_elsewhere_has_its_own_bound_and_this_machine_has_none() -> None:
    class Peer:
        def __init__(self, peer: str) -> None:
            self.peer, self.is_cut = peer, False

        def cut(self) -> None:
            self.is_cut = True

    counted: Any = runner.Connections()
    strangers = [Peer("10.0.0.66") for _ in range(runner.MOST_OF_A_PEER + 3)]
    others = [Peer(peer) for peer in ("10.0.0.2", *["127.0.0.1"] * 40, *["::1"] * 40)]
    for each in (*strangers, *others):
        counted.add(each)
        if each in strangers[:2]:
            counted.asks(each)
    assert [each for each in strangers if each.is_cut] == strangers[2:5]
    assert not any(each.is_cut for each in others)


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
