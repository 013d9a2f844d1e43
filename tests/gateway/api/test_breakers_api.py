"""`POST /v1/breakers/ENGINE`: an operator at this machine may force a breaker, and nobody else."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from gateway.mdns.names_and_addresses import own_addresses
from gateway.requests.app_keys import ENGINES
from robotvoice.chain.breaker import State
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import SOON, Answer, RunningGateway, library, named, persona, running
from tests.gateway.process import started

PEOPLE = library(persona("rook", "first", "upstream:studio"))


def engines() -> dict[str, Any]:
    return named(ScriptedEngine("first"), ScriptedEngine("upstream:studio"))


async def force(gateway: RunningGateway, engine: str, body: object, **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.ask(f"/v1/breakers/{engine}", "POST", json=body, headers=told)


def state(gateway: RunningGateway, engine: str) -> State:
    breaker = gateway.app[ENGINES][engine].breaker
    assert breaker
    return breaker.state


async def test_an_engine_is_kept_out_until_it_is_let_in_again() -> None:
    async with running(PEOPLE, engines()) as gateway:
        told = await force(gateway, "first", {"state": "open", "reason": "it is being repaired"})
        assert told.status == 200
        assert told.json["engine"] == "first"
        assert told.json["breaker"]["state"] == "forced_open"
        assert told.json["breaker"]["forced_by"] == "operator"
        assert "it is being repaired" in told.json["breaker"]["reason"]["text"]
        spoken = await gateway.say("Hello.")
        assert spoken.headers["X-Voice-Engine"] == "upstream:studio"
        assert spoken.headers["X-Voice-Substitute"] == "operator"
        assert (await force(gateway, "first", {"state": "auto"})).json["breaker"]["state"] == "closed"
        assert (await gateway.say("Hello.")).headers["X-Voice-Engine"] == "first"


async def test_one_that_has_opened_by_itself_is_closed_by_leaving_it_to_itself() -> None:
    """Y2"""
    async with running(PEOPLE, engines()) as gateway:
        breaker = gateway.app[ENGINES]["first"].breaker
        assert breaker
        while permit := breaker.acquire():
            permit.fail(Reason("gone", "it is gone"))
        assert state(gateway, "first") is State.OPEN
        told = (await force(gateway, "first", {"state": "auto"})).json["breaker"]
        assert (told["state"], told["reason"]) == ("closed", None)
        assert (await gateway.say("Hello.")).headers["X-Voice-Engine"] == "first"


async def test_every_engine_can_be_named_and_kept_in_use() -> None:
    async with running(PEOPLE, engines()) as gateway:
        for name in ("upstream:studio", "upstream%3Astudio"):
            assert (await force(gateway, name, {"state": "close"})).status == 200
            assert state(gateway, "upstream:studio") is State.FORCED_CLOSED
            assert (await force(gateway, name, {"state": "auto"})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Host": "evil.example:7860"},
        {"Host": "evil.example:7860", "Origin": "http://evil.example:7860"},
        {"Host": "192.168.1.5"},
        {"Host": "["},
        {"Host": ""},
        {"Origin": "http://[", "Host": "localhost"},
        {"X_Forwarded_For": "10.0.0.7"},
        {"Forwarded": "for=10.0.0.7"},
    ],
)
async def test_no_web_page_and_nobody_behind_a_proxy_can_do_it(headers: dict[str, str]) -> None:
    async with running(PEOPLE, engines()) as gateway:
        told = await force(gateway, "first", {"state": "open"}, **headers)
        assert (told.status, told.json["code"]) in ((403, "forbidden"), (421, "wrong_host"))
        assert len(told.json["error"]) > 20
        assert state(gateway, "first") is State.CLOSED


async def test_a_page_of_the_gateways_own_may() -> None:
    async with running(PEOPLE, engines()) as gateway:
        here = f"127.0.0.1:{gateway.port}"
        told = await force(gateway, "first", {"state": "open"}, Host=here, Origin=f"http://{here}")
        assert told.status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_what_a_form_can_send_is_refused(kind: str | None) -> None:
    async with running(PEOPLE, engines()) as gateway:
        headers = {"Content-Type": kind} if kind else {}
        told = await gateway.ask("/v1/breakers/first", "POST", data=b'{"state": "open"}', headers=headers)
        assert (told.status, told.json["code"]) == (415, "not_json")
        assert state(gateway, "first") is State.CLOSED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"state": "half_open"}',
        b'{"state": ["open"]}',
        b'{"state": "open", "reason": 7}',
        b'{"state": "open", "reason": "' + b"x" * 201 + b'"}',
        b'{"state": "open", "more": "' + b"x" * 5_000 + b'"}',
        b"[" * 4_000,
    ],
)
async def test_what_cannot_be_read_changes_nothing(body: bytes) -> None:
    async with running(PEOPLE, engines()) as gateway:
        headers = {"Content-Type": "application/json"}
        told = await gateway.ask("/v1/breakers/first", "POST", data=body, headers=headers)
        assert (told.status, told.json["code"]) == (400, "invalid_message")
        assert state(gateway, "first") is State.CLOSED


async def test_who_is_not_there_is_not_found_and_near_names_are_told() -> None:
    async with running(PEOPLE, engines()) as gateway:
        told = await force(gateway, "frist", {"state": "open"})
        assert (told.status, told.json["code"]) == (404, "unknown_engine")
        assert "did you mean first?" in told.json["error"]
        assert (await gateway.ask("/v1/breakers/first")).status == 405


async def test_nobody_from_the_network_can_do_it(tmp_path: Path) -> None:
    """Asked by this machine's own address on the network, the gateway sees no loopback peer."""
    address = next(iter(own_addresses()), None)
    if address is None:
        pytest.skip("this machine has no network")
    async with started(tmp_path, "--lan") as gateway:
        url = f"http://{address}:{gateway.port}"
        async with asyncio.timeout(SOON), ClientSession() as session:
            headers = {"Host": f"127.0.0.1:{gateway.port}"}
            async with session.post(
                f"{url}/v1/breakers/espeak", json={"state": "open"}, headers=headers
            ) as answer:
                assert answer.status == 403
                assert "machine" in (await answer.json())["error"]
            async with session.get(f"{url}/v1/status") as answer:
                assert (await answer.json())["engines"]["espeak"]["breaker"]["state"] == "closed"
