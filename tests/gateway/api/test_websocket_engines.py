"""`/ws/tts` when engines are not ready, fail and take over from each other."""

import base64
from typing import Any

import pytest

from robotvoice.engines.base import Readiness
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import DIES, ScriptedEngine
from tests.gateway.in_process import library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

COLD = Readiness(Reason("cold", "the model is being loaded"), 1.5)
ALONE = library(persona("p", "own"))
OWN_AND_SPARE = library(persona("p", "own", "spare"))


def frames(messages: list[dict[str, Any]]) -> list[int]:
    return [len(message["pcm"]) // 2 for message in messages if message["type"] == "pcm"]


async def test_whose_own_voice_is_not_ready_is_told_at_once_with_the_time_to_come_back() -> None:
    spare = ScriptedEngine("spare")
    engines = named(ScriptedEngine("own", readiness=COLD), spare)
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask(engines="own")
        assert await client.next() == {
            "type": "unavailable",
            "id": "1",
            "reason": "cold",
            "detail": "the model is being loaded",
            "retry_after_ms": 1_500,
        }
        assert not spare.asked


async def test_whose_breaker_is_open_is_unavailable_until_it_may_be_tried_again() -> None:
    engines = named(ScriptedEngine("own", [DIES]), ScriptedEngine("spare"))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        for _ in range(3):
            await client.ask()
            assert (await client.until("complete", "error"))[-1]["type"] == "complete"
        await client.ask(engines="own")
        answer = await client.next()
        assert (answer["type"], answer["reason"], answer["detail"]) == ("unavailable", "died", "it died")
        assert 0 < answer["retry_after_ms"] <= 2_400


async def test_when_nobody_can_speak_an_id_gets_unavailable_and_the_simplest_client_an_error() -> None:
    engines = named(ScriptedEngine("own", readiness=COLD), ScriptedEngine("spare", readiness=COLD))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask()
        assert (await client.next())["type"] == "unavailable"
        await client.send(type="synthesize", text="Hello.")
        error = await client.next()
        assert (error["type"], error["code"]) == ("error", "nothing_can_speak")


async def test_a_substitute_says_for_whom_it_speaks_and_why() -> None:
    engines = named(ScriptedEngine("own", readiness=COLD), ScriptedEngine("spare"))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask()
        messages = await client.until("complete", "error")
        start, row = messages[1], messages[-1]["spoken"][0]
        assert (start["engine"], row["engine"]) == ("spare", "spare")
        assert start["substitute"] == {"for": "own", "reason": "cold", "detail": "the model is being loaded"}
        assert row["substitute"] == {"code": "cold", "text": "the model is being loaded"}


async def test_a_predicted_start_is_that_of_who_would_speak() -> None:
    engines = named(ScriptedEngine("own", start_estimate=0.25), ScriptedEngine("spare"))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask()
        assert (await client.next())["predicted_first_audio_ms"] == 250


async def test_a_takeover_is_told_and_repeats_the_sentence_that_broke() -> None:
    engines = named(ScriptedEngine("own", [100], [10, 0.1, DIES]), ScriptedEngine("spare", [7]))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask(text="One.\nTwo.\nThree.")
        messages = await client.until("complete", "error")
        kinds = [message["type"] for message in messages]
        assert kinds == ["accepted", "start", "pcm", "pcm", "pcm", "takeover", "pcm", "pcm", "complete"]
        assert frames(messages) == [100, 10, 10, 7, 7], "the third lets the second fade"
        assert messages[5] == {
            "type": "takeover",
            "id": "1",
            "sentence": 1,
            "from": "own",
            "to": "spare",
            "reason": "died",
        }
        assert [(row["engine"], row["repeated"]) for row in messages[-1]["spoken"]] == [
            ("own", False),
            ("spare", True),
            ("spare", False),
        ]


async def test_what_breaks_before_it_is_sent_is_said_once() -> None:
    """One sentence is made ahead: its failure falls into sound that nobody has heard yet."""
    engines = named(ScriptedEngine("own", [100], [10, DIES]), ScriptedEngine("spare", [7]))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask(text="One.\nTwo.")
        messages = await client.until("complete", "error")
        assert frames(messages) == [100, 7]
        assert [message["from"] for message in messages if message["type"] == "takeover"] == ["own"]
        assert [row["repeated"] for row in messages[-1]["spoken"]] == [False, False]


async def test_who_would_begin_too_late_is_not_waited_for() -> None:
    engines = named(ScriptedEngine("own", start_estimate=5.0), ScriptedEngine("spare"))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.ask(engines="own")
        answer = await client.next()
        assert (answer["type"], answer["reason"]) == ("unavailable", "too_late")
        await client.ask(engines="own", budget_ms=8_000)
        assert (await client.next())["type"] == "accepted"
        await client.until("complete", "error")
        await client.ask()
        start = (await client.until("complete", "error"))[1]
        assert (start["engine"], start["substitute"]["reason"]) == ("spare", "too_late")


@pytest.mark.parametrize(("wrong", "taken"), [(0, 50), (-1, 50), (10**9, 600_000)])
async def test_of_a_budget_that_cannot_be_the_nearest_is_taken_and_the_client_told(
    wrong: int, taken: int
) -> None:
    """K5"""
    async with running(ALONE, named(ScriptedEngine("own"))) as gateway, gateway.socket() as client:
        await client.ask(budget_ms=wrong)
        _, start, *_, complete = await client.until("complete", "error")
        said = [f"budget_ms goes from 50 to 600000 ms: {taken} is taken"]
        assert start["warnings"] == complete["warnings"] == said


async def test_the_simplest_client_is_told_nothing_of_a_takeover() -> None:
    engines = named(ScriptedEngine("own", [100], [10, 0.1, DIES]), ScriptedEngine("spare", [7]))
    async with running(OWN_AND_SPARE, engines) as gateway, gateway.socket() as client:
        await client.send(type="synthesize", text="One.\nTwo.\nThree.")
        messages = await client.until("complete", "error")
        assert [message["type"] for message in messages] == ["audio"] * 6 + ["complete"]
        lengths = [len(base64.b64decode(message["data"])) // 2 for message in messages[:-1]]
        assert lengths == [100, 10, 10, 7, 7, 0]


@pytest.mark.parametrize("engines", ["own", "all"])
async def test_what_breaks_off_is_incomplete_with_what_was_spoken(engines: str) -> None:
    own = ScriptedEngine("own", [100], [10, DIES])
    personas = library(persona("p", "own", "spare") if engines == "own" else persona("p", "own"))
    async with running(personas, named(own, ScriptedEngine("spare"))) as gateway, gateway.socket() as client:
        await client.ask(text="One.\nTwo.\nThree.", engines=engines)
        error = (await client.until("complete", "error"))[-1]
        assert (error["type"], error["id"], error["code"]) == ("error", "1", "incomplete")
        assert error["message"] == "it died"
        assert [(row["sentence"], row["samples"]) for row in error["spoken"]] == [(0, 100)]


async def test_what_cannot_be_in_one_voice_is_an_error_when_it_is_to_be_in_one_piece() -> None:
    async with (
        running(ALONE, named(ScriptedEngine("own", [10, DIES]))) as gateway,
        gateway.socket() as client,
    ):
        await client.ask(stream=False)
        messages = await client.until("complete", "error")
        assert [message["type"] for message in messages] == ["accepted", "error"]
        assert (messages[-1]["id"], messages[-1]["code"]) == ("1", "engine_failed")
