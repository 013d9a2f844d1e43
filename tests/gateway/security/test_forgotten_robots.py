"""A robot that was forgotten while it is connected: the sentence ends, and then the conversation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import WSMsgType

from gateway.requests.app_keys import ROBOTS
from tests.gateway.api.openai.openai_client import Told, alone
from tests.gateway.in_process import SOON, Client, RunningGateway, running
from tests.gateway.security.robot import paired_socket


@asynccontextmanager
async def talking(engine: Told) -> AsyncIterator[tuple[RunningGateway, Client]]:
    async with running(alone("mlx"), {"mlx": engine}, tls=True) as gateway:
        assert gateway.identity
        token = gateway.app[ROBOTS].new("picar")
        async with paired_socket(gateway.tls_port, gateway.identity, token) as client:
            yield gateway, client


async def forgotten(gateway: RunningGateway) -> None:
    told = await gateway.order("/v1/owner/robots/picar", "DELETE")
    assert told.json == {"forgotten": "picar", "connected": True}


async def has_ended(client: Client) -> bool:
    message = await client.socket.receive(timeout=SOON)
    assert message.type is WSMsgType.CLOSE, message
    return client.socket.close_code == 1008


async def test_one_that_is_idle_is_let_go_at_once() -> None:
    async with talking(Told("mlx")) as (gateway, client):
        await client.still_speaks()
        await forgotten(gateway)
        assert await has_ended(client)


async def test_the_sentence_that_it_hears_ends_and_the_next_is_not_spoken() -> None:
    engine = Told("mlx", 2)
    async with talking(engine) as (gateway, client):
        engine.hold = asyncio.Event()
        await client.ask("1", "Hello.")
        await client.until("pcm")
        await forgotten(gateway)
        await client.ask("2", "It comes too late.")
        told = (await client.until("unavailable"))[-1]
        assert (told["id"], told["reason"]) == ("2", "not_paired")
        assert "robotvoice unpair" in told["detail"]
        engine.hold.set()
        assert (await client.until("complete"))[-1]["id"] == "1"
        assert await has_ended(client)
        assert len(engine.voices) == 1


async def test_one_that_takes_its_name_does_not_take_its_place() -> None:
    async with talking(Told("mlx")) as (gateway, client):
        await client.still_speaks()
        await forgotten(gateway)
        gateway.app[ROBOTS].new("picar")
        await client.ask("2", "It comes too late.")
        assert (await client.next())["reason"] == "not_paired"
        assert await has_ended(client)
