"""`/ws/tts` with several texts at once: order, limits, cancelling, and clients that go away."""

import asyncio
import socket

import pytest

from gateway.requests.app_keys import SOCKETS
from tests.fakes.scripted_engine import FOREVER, SPEAKS, Script, ScriptedEngine
from tests.gateway.in_process import SOON, library, named, persona, running, soon

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALONE = library(persona("p", "own"))


def held(*afterwards: Script) -> ScriptedEngine:
    """Its first sentence lasts until it is cancelled."""
    return ScriptedEngine("own", [FOREVER], *afterwards, first_audio_cap=1_000)


async def test_the_tenth_text_is_refused_and_the_nine_before_it_are_not_disturbed() -> None:
    own = held(SPEAKS)
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        for number in range(10):
            await client.ask(str(number))
        refused = (await client.until("error"))[-1]
        assert (refused["id"], refused["code"]) == ("9", "too_many_requests")
        await client.send(type="cancel", id="0")
        completed = [(await client.until("complete", "error"))[-1] for _ in range(8)]
        assert [(each["type"], each["id"]) for each in completed] == [("complete", id) for id in "12345678"]
        await client.still_speaks()


async def test_a_gateway_that_has_too_much_to_do_refuses_the_text_and_keeps_the_socket() -> None:
    own = held(SPEAKS)
    async with running(ALONE, named(own), max_requests=1) as gateway, gateway.socket() as client:
        async with gateway.socket() as other:
            await other.ask()
            await soon(lambda: gateway.inside == 1)
            await client.ask()
            error = (await client.until("complete", "error"))[-1]
            assert (error["id"], error["code"]) == ("1", "too_many_requests")
        await soon(lambda: gateway.inside == 0)
        await client.still_speaks()


async def test_an_id_that_is_in_use_is_refused_and_its_owner_goes_on() -> None:
    own = held()
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        await client.ask()
        await soon(lambda: own.speaking == 1)
        await client.ask()
        error = (await client.until("error"))[-1]
        assert (error["type"], error["id"], error["code"]) == ("error", "1", "invalid_message")
        assert (gateway.inside, own.speaking) == (1, 1)


async def test_what_is_being_spoken_is_cancelled_at_once_and_the_next_begins() -> None:
    own = held([20])
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        await client.ask("1")
        await client.ask("2")
        await soon(lambda: own.speaking == 1)
        await client.send(type="cancel", id="1")
        messages = await client.until("complete", "error")
        assert {"type": "cancelled", "id": "1"} in messages
        assert (messages[-1]["type"], messages[-1]["id"]) == ("complete", "2")
        assert [len(message["pcm"]) // 2 for message in messages if message["type"] == "pcm"] == [20]


async def test_what_waits_is_cancelled_without_a_sound() -> None:
    own = held(SPEAKS)
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        for id in ("1", "2", "3"):
            await client.ask(id, text=f"Number {id}.")
        for id in ("2", "1"):
            await client.send(type="cancel", id=id)
            assert (await client.until("cancelled"))[-1]["id"] == id
        assert (await client.until("complete"))[-1]["id"] == "3"
        assert own.asked == ["Number one.", "Number three."]


async def test_a_cancel_for_nothing_is_an_error_also_after_the_end() -> None:
    async with running(ALONE, named(ScriptedEngine("own"))) as gateway, gateway.socket() as client:
        await client.send(type="cancel", id="7")
        error = await client.next()
        assert (error["type"], error["id"], error["code"]) == ("error", "7", "invalid_message")
        await client.ask()
        await client.until("complete")
        await client.send(type="cancel", id="1")
        assert (await client.next())["type"] == "error"
        await client.still_speaks()


@pytest.mark.parametrize("leave", ["closes", "is cut off"])
async def test_a_client_that_goes_away_takes_all_its_texts_along(leave: str) -> None:
    own = held()
    async with running(ALONE, named(own)) as gateway:
        async with gateway.socket() as client:
            for id in ("1", "2", "3"):
                await client.ask(id)
            await soon(lambda: own.speaking == 1)
            if leave == "closes":
                await client.socket.close()
            else:
                client.socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            await soon(lambda: gateway.inside == 0 and own.speaking == 0 and not gateway.app[SOCKETS])
        assert own.asked == ["Hello."]


async def test_a_client_that_reads_nothing_is_cut_off_and_its_work_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.api.client_connection.SEND_WITHIN", 0.3)
    own = ScriptedEngine("own", [2_000_000] * 20)
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        await client.ask()
        await soon(lambda: gateway.inside == 1)
        await soon(lambda: gateway.inside == 0 and not gateway.app[SOCKETS])


async def test_a_client_that_reads_nothing_does_not_hold_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.client_connection.CLOSE_WITHIN", 0.2)
    own = ScriptedEngine("own", [2_000_000] * 20)
    async with running(ALONE, named(own)) as gateway, gateway.socket() as client:
        await client.ask()
        await soon(lambda: own.speaking == 1)
        await asyncio.sleep(0.2)  # all buffers are full
        async with asyncio.timeout(SOON):
            await gateway.app.shutdown()
        await soon(lambda: gateway.inside == 0 and not gateway.app[SOCKETS])
