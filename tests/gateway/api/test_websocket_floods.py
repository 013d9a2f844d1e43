"""A client of `/ws/tts` that sends one frame after the other, and one that asks nothing for long."""

import asyncio
import time
from contextlib import suppress

import pytest
from aiohttp import ClientError, WSMsgType

from gateway.api import client_connection, frame_rate
from robotvoice.http import connections
from tests.fakes.scripted_engine import FOREVER, ScriptedEngine
from tests.gateway.in_process import SOON, Client, library, named, persona, running, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")
OTHERS = ("answers to no ping", "no JSON", "cancels", "binary")


async def flood(client: Client, kind: str, frames: int) -> None:
    for _ in range(frames):
        match kind:
            case "pings":
                await client.socket.ping()
            case "answers to no ping":
                await client.socket.pong(b"none")
            case "no JSON":
                await client.socket.send_str("{no}")
            case "cancels":
                await client.send(type="cancel", id="1")
            case "binary":
                await client.socket.send_bytes(b"\0")


@pytest.mark.parametrize(
    "kind",
    ["pings", *(pytest.param(kind, marks=pytest.mark.slow) for kind in OTHERS)],
)
async def test_who_sends_frame_after_frame_is_told_why_it_ends_and_others_do_not_notice(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(client_connection, "LEFT_FOR", 0.2)
    async with running() as gateway, gateway.socket() as other, gateway.socket() as client:
        await client.ask("1", "A text that is being spoken then.")
        with suppress(ClientError, ConnectionError):
            await flood(client, kind, 40 * frame_rate.MOST)
        async with asyncio.timeout(SOON):
            while (message := await client.socket.receive()).type in (WSMsgType.TEXT, WSMsgType.BINARY):
                pass
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1008)
        assert (message.extra or "").startswith("more than 50 frames in a second")
        await other.still_speaks()
        await soon(lambda: gateway.inside == 0)


async def test_who_asks_for_one_short_text_after_the_other_asks_as_often_as_they_are_short() -> None:
    people, engines = library(persona("rook", "quick")), named(ScriptedEngine("quick"))
    async with running(people, engines) as gateway, gateway.socket() as client:
        for number in range(3 * frame_rate.MOST):
            await client.ask(str(number), "Hi.")
            answers = await client.until("complete", "error", "unavailable")
            assert answers[-1]["type"] == "complete"


@pytest.mark.slow
async def test_who_sends_many_frames_but_not_too_many_is_served() -> None:
    async with running() as gateway, gateway.socket() as client:
        await flood(client, "pings", frame_rate.MOST // 2)
        began = time.monotonic()
        while time.monotonic() - began < 1.5:
            await client.socket.ping()
            await asyncio.sleep(1 / 30)
        await client.still_speaks()


async def test_a_socket_that_asks_nothing_makes_room_and_one_that_speaks_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MOST", 6)
    own = ScriptedEngine("own", [FOREVER], first_audio_cap=1_000)
    async with running(library(persona("p", "own")), named(own)) as gateway, gateway.socket() as speaks:
        await speaks.ask()
        await soon(lambda: own.speaking == 1)
        silent = [await gateway.session.ws_connect(gateway.url("/ws/tts")) for _ in range(12)]
        assert (await gateway.ask("/healthz")).status == 200
        gone = await silent[0].receive(timeout=SOON)
        assert gone.type in (WSMsgType.CLOSED, WSMsgType.ERROR), gone
        assert not silent[-1].closed
        assert own.speaking == 1
        for each in silent:
            await each.close()
