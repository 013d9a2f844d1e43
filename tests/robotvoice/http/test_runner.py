"""The server below a gateway and a daemon: who may ask, and its end while clients still wait."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from robotvoice.http.error_answers import errors_as_json
from robotvoice.http.runner import SHUTDOWN_WITHIN, Admits, Runner
from tests.gateway.in_process import SOON, soon


class Slow:
    """Answers after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.asked = self.answering = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        self.answering += 1
        try:
            await asyncio.sleep(self.seconds)
        finally:
            self.answering -= 1
        return web.Response(text="done")


@asynccontextmanager
async def served(
    slow: Slow, *, within: float = SHUTDOWN_WITHIN, admits: Admits | None = None
) -> AsyncIterator[tuple[Runner, str]]:
    app = web.Application(middlewares=[errors_as_json()])
    app.router.add_get("/", slow.answer)
    runner = Runner(app, shutdown_within=within, admits=admits)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield runner, f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(("seconds", "within"), [(60.0, 0.1), (0.2, SHUTDOWN_WITHIN)])
async def test_a_stop_waits_for_what_is_nearly_done_but_not_for_ever(seconds: float, within: float) -> None:
    slow = Slow(seconds)
    async with served(slow, within=within) as (runner, url), aiohttp.ClientSession() as session:
        asking = asyncio.ensure_future(session.get(url))
        await soon(lambda: slow.answering == 1)
        async with asyncio.timeout(SOON):
            await runner.cleanup()
        assert slow.answering == 0
        if seconds < within:
            assert (await asking).status == 200
        else:
            with pytest.raises(aiohttp.ClientError):
                await asking


async def test_a_client_that_leaves_takes_its_request_along() -> None:
    slow = Slow(60.0)
    async with served(slow) as (_, url), aiohttp.ClientSession() as session:
        asking = asyncio.ensure_future(session.get(url))
        await soon(lambda: slow.answering == 1)
        asking.cancel()
        await soon(lambda: slow.answering == 0)


async def test_who_is_not_admitted_is_left_out_before_he_can_ask() -> None:
    slow, peers = Slow(0.0), list[str]()

    def nobody(peer: str) -> bool:
        peers.append(peer)
        return False

    async with served(slow, admits=nobody) as (_, url), aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(url)
    assert set(peers) == {"127.0.0.1"}
    assert slow.asked == 0
