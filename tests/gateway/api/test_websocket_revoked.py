"""Who loses its key while its WebSocket is open: the sentence ends, and then the conversation."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import WSMsgType

from gateway.security.credentials import KEYS_FILE, Credentials
from tests.gateway.api.openai.openai_client import Told, alone
from tests.gateway.in_process import SOON, Client, running


@pytest.fixture(autouse=True)
def soon_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.websocket.LOOK_EVERY", 0.02)


@asynccontextmanager
async def talking(folder: Path, engine: Told) -> AsyncIterator[tuple[Credentials, Client]]:
    keys = Credentials(folder / KEYS_FILE)
    headers = {"Authorization": f"Bearer {keys.new('agent')}"}
    async with (
        running(alone("mlx"), {"mlx": engine}, from_network=True, state_dir=folder) as gateway,
        gateway.socket(headers=headers) as client,
    ):
        yield keys, client


async def has_ended(client: Client) -> bool:
    message = await client.socket.receive(timeout=SOON)
    assert message.type is WSMsgType.CLOSE, message
    return client.socket.close_code == 1008


async def test_an_idle_conversation_ends(tmp_path: Path) -> None:
    async with talking(tmp_path, Told("mlx")) as (keys, client):
        await client.still_speaks()
        keys.remove("agent")
        assert await has_ended(client)


async def test_what_is_being_spoken_ends_and_what_comes_then_is_refused(tmp_path: Path) -> None:
    engine = Told("mlx", 2)
    async with talking(tmp_path, engine) as (keys, client):
        engine.hold = asyncio.Event()
        await client.ask("1", "Hello.")
        await client.until("pcm")
        await client.ask("2", "It waits.")
        assert (await client.next())["type"] == "accepted"
        keys.remove("agent")
        await client.ask("3", "It comes too late.")
        told = (await client.until("unavailable"))[-1]
        assert (told["id"], told["reason"]) == ("3", "unauthorized")
        assert "robotvoice-gateway key new" in told["detail"]
        engine.hold.set()
        told_1 = await client.until("complete")
        assert told_1[-1]["id"] == "1"
        told = (await client.until("unavailable"))[-1]
        assert (told["id"], told["reason"]) == ("2", "unauthorized")
        assert await has_ended(client)
        assert len(engine.voices) == 1


async def test_of_a_text_with_many_sentences_the_one_ends_that_is_being_spoken(tmp_path: Path) -> None:
    engine = Told("mlx", 2)
    async with talking(tmp_path, engine) as (keys, client):
        engine.hold = asyncio.Event()
        await client.ask("1", "The first one. The second one. The third one.")
        await client.until("pcm")
        keys.remove("agent")
        engine.hold.set()
        messages = await client.until("error", "complete")
        assert (messages[-1]["type"], messages[-1]["code"]) == ("error", "unauthorized")
        assert await has_ended(client)


async def test_a_new_key_of_the_same_name_is_another_one(tmp_path: Path) -> None:
    """Also for who never stops to speak, in the moment between the end of one and the other."""
    engine = Told("mlx", 2)
    async with talking(tmp_path, engine) as (keys, client):
        engine.hold = asyncio.Event()
        await client.ask("1", "Hello.")
        await client.until("pcm")
        keys.remove("agent")
        keys.new("agent")
        await client.ask("2", "It is still here.")
        assert (await client.until("unavailable"))[-1]["id"] == "2"
        engine.hold.set()
        await client.until("complete")
        assert await has_ended(client)


async def test_another_key_of_the_same_file_goes_on(tmp_path: Path) -> None:
    async with talking(tmp_path, Told("mlx")) as (keys, client):
        keys.new("other")
        keys.remove("other")
        await client.still_speaks()
