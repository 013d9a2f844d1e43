"""Another machine with this gateway's id is told of, once, and nothing else is taken for one."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.mdns import duplicate_id as twins
from gateway.mdns.duplicate_id import Twins
from gateway.mdns.names_and_addresses import own_addresses
from tests.gateway.in_process import soon

FILE = Path("/home/ann/my state/identity.pem")


@pytest.fixture
def address() -> str:
    """Of this machine in its network: one on loopback is nobody else's."""
    found = next((each for each in own_addresses() if ":" not in each), None)
    if found is None:
        pytest.skip("this machine has no network")
    return found


@asynccontextmanager
async def answering(address: str, body: object) -> AsyncIterator[int]:
    """A port at which `/healthz` is answered so."""

    async def healthz(request: web.Request) -> web.Response:
        return web.Response(text=body) if isinstance(body, str) else web.json_response(body)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    async with TestServer(app, host=address) as server:
        yield server.port or 0


@asynccontextmanager
async def watching() -> AsyncIterator[Twins]:
    found = Twins("mine", "now", FILE)
    task = asyncio.create_task(found.watch())
    yield found
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [each.getMessage() for each in caplog.records if each.levelno >= logging.WARNING]


async def test_a_twin_is_told_once_with_what_to_type(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with answering(address, {"id": "mine", "run": "other"}) as port, watching() as found:
        for _ in range(3):
            found.suspect([address], port)
        await soon(lambda: bool(told(caplog)))
        await asyncio.sleep(0.1)
    (message,) = told(caplog)
    assert f"at {address}:{port} has this gateway's id (mine)" in message
    assert "another gateway on this machine" in message
    assert "type  rm '/home/ann/my state/identity.pem'  , start its gateway again" in message


@pytest.mark.parametrize(
    "body",
    [
        {"id": "mine", "run": "now"},
        {"id": "mine"},
        {"id": "mine", "run": 7},
        {"id": "another", "run": "other"},
        [],
        "null",
        "<html>",
        "[" * 5_000,
        "x" * 2_000_000,
    ],
    ids=["itself", "an older gateway", "no text", "another", "list", "null", "HTML", "deep", "far too long"],
)
async def test_who_is_no_twin_is_not_told_of(
    address: str, body: object, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway itself, at another of its addresses, above all."""
    monkeypatch.setattr(twins, "PAUSE", 0.01)
    async with answering(address, body) as port, watching() as found:
        found.suspect([address], port)
        async with answering(address, {"id": "mine", "run": "other"}) as twin:
            found.suspect([address], twin)
            await soon(lambda: bool(told(caplog)))
    (message,) = told(caplog)
    assert f":{twin} " in message


async def test_one_that_is_not_there_any_more_is_forgotten(
    address: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its announcement outlives it for an hour. Nor is anything asked of this machine's loopback."""
    monkeypatch.setattr(twins, "PAUSE", 0.01)
    async with answering("127.0.0.1", {"id": "mine", "run": "other"}) as private, watching() as found:
        found.suspect([address], 9)
        found.suspect(["127.0.0.1"], private)
        for _ in range(100):
            found.suspect(["not an address"], 80)
        await asyncio.sleep(0.3)
    assert told(caplog) == []
