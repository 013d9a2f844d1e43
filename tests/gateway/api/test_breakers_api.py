"""`POST /v1/breakers/ENGINE`: the owner may force a breaker, and nobody else."""

from typing import Any

import pytest

from gateway.requests.app_keys import ENGINES
from robotvoice.chain.breaker import State
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.in_process import Answer, RunningGateway, library, named, persona, running

PEOPLE = library(persona("rook", "first", "upstream:studio"))


def engines() -> dict[str, Any]:
    return named(ScriptedEngine("first"), ScriptedEngine("upstream:studio"))


async def force(gateway: RunningGateway, engine: str, body: object, **headers: str) -> Answer:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return await gateway.order(f"/v1/breakers/{engine}", "POST", json=body, headers=told)


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


@pytest.mark.parametrize("from_network", [False, True])
async def test_nobody_else_can_do_it(from_network: bool) -> None:
    async with running(PEOPLE, engines(), from_network=from_network) as gateway:
        told = await gateway.ask("/v1/breakers/first", "POST", json={"state": "open"})
        assert told.status == (401 if from_network else 403)
        assert "robotvoice-gateway" in told.json["error"]
        assert state(gateway, "first") is State.CLOSED


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
async def test_what_a_form_can_send_is_refused(kind: str | None) -> None:
    async with running(PEOPLE, engines()) as gateway:
        headers = {"Content-Type": kind} if kind else {}
        told = await gateway.order("/v1/breakers/first", "POST", data=b'{"state": "open"}', headers=headers)
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
        told = await gateway.order("/v1/breakers/first", "POST", data=body, headers=headers)
        assert (told.status, told.json["code"]) == (400, "invalid_message")
        assert state(gateway, "first") is State.CLOSED


async def test_who_is_not_there_is_not_found_and_near_names_are_told() -> None:
    async with running(PEOPLE, engines()) as gateway:
        told = await force(gateway, "frist", {"state": "open"})
        assert (told.status, told.json["code"]) == (404, "unknown_engine")
        assert "did you mean first?" in told.json["error"]
        assert (await gateway.order("/v1/breakers/first")).status == 405
