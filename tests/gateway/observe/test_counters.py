"""`GET /metrics`: what became of every text, with labels that only the configuration can add to."""

import ast
import asyncio
from pathlib import Path

import pytest

from gateway.engines.mlx.scheduler import Scheduler
from gateway.engines.mlx.worker_messages import Speak
from gateway.engines.mlx.worker_sentence import WorkerSentence
from gateway.observe.reason_codes import KNOWN, OTHER, known
from gateway.requests.app_keys import ENGINES, REQUEST_LOG
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.utterance import RequestOptions
from tests.fakes.scripted_engine import DIES, FOREVER, ScriptedEngine
from tests.gateway.in_process import library, named, persona, running, soon
from tests.gateway.observe.scraped import scraped

ROOT = Path(__file__).parents[3]


async def test_every_dialect_counts_what_it_spoke() -> None:
    async with running() as gateway:
        await gateway.say("One is here. Two is there.", "vixen")
        asked = {"input": "Three.", "voice": "vixen"}
        for format in ("pcm", "flac"):
            await gateway.ask("/v1/audio/speech", "POST", json={**asked, "response_format": format})
        async with gateway.socket() as client:
            for stream in (True, False):
                await client.ask("1", "Four.", voice="vixen", stream=stream)
                await client.until("complete")
        now = await scraped(gateway)
    for api, count in (("synthesize", 1), ("openai", 2), ("websocket", 2)):
        labels = {"persona": "vixen", "api": api}
        assert now.value("voice_utterances_total", outcome="complete", **labels) == count
        assert now.value("voice_first_audio_seconds_count", engine="espeak", api=api) == count
        assert now.value("voice_first_audio_seconds_sum", api=api) > 0
    spoken = {"persona": "vixen", "engine": "espeak", "stored": "false"}
    assert now.value("voice_sentences_total", **spoken) == 6
    assert now.value("voice_fallbacks_total") == now.value("voice_takeovers_total") == 0


async def test_a_substitute_a_takeover_and_an_opened_breaker_are_counted_with_their_reasons() -> None:
    dies = ScriptedEngine("dies", [100, DIES], [DIES])
    people = library(persona("rook", "dies", "speaks"))
    async with running(people, named(dies, ScriptedEngine("speaks"))) as gateway:
        for id in "123":
            async with gateway.socket() as client:
                await client.ask(id, "Hello.")
                await client.until("complete")
        now = await scraped(gateway)
    change = {"from": "dies", "to": "speaks", "reason": "died"}
    assert now.value("voice_fallbacks_total", **change) == 3
    assert now.value("voice_takeovers_total", **change) == 1
    assert now.value("voice_breaker_openings_total", engine="dies", reason="died") == 1
    states = {
        each["state"]: now.value("voice_breaker_state", **each)
        for each in now.labels("voice_breaker_state")
        if each["engine"] == "dies"
    }
    assert states == {"closed": 0, "open": 1, "half_open": 0, "forced_open": 0, "forced_closed": 0}


async def test_a_file_that_was_begun_again_counts_as_taken_over() -> None:
    breaks = ScriptedEngine("breaks", [100], [DIES])
    people = library(persona("rook", "breaks", "speaks"))
    async with running(people, named(breaks, ScriptedEngine("speaks"))) as gateway:
        assert (await gateway.say("One is here. Two is there.")).status == 200
        now = await scraped(gateway)
    assert now.value("voice_takeovers_total", **{"from": "breaks", "to": "speaks", "reason": "died"}) == 1
    assert now.value("voice_sentences_total", engine="speaks") == 2


async def test_every_text_has_one_outcome_however_it_ends() -> None:
    """Sent is what is complete, incomplete, cancelled and refused together: nothing gets lost on the way."""
    engines = named(
        ScriptedEngine("speaks"),
        ScriptedEngine("dies", [DIES]),
        ScriptedEngine("hangs", [FOREVER], first_audio_cap=60.0),
    )
    people = library(*(persona(name, name) for name in engines))
    async with running(people, engines) as gateway:
        await gateway.say("Hello.", "speaks")
        await gateway.say("Hello.", "dies")
        await gateway.say("Hello.", "nobody")
        await gateway.say("  ", "speaks")
        refused = {"input": "Hello.", "voice": "nobody"}
        await gateway.ask("/v1/audio/speech", "POST", json=refused)
        await gateway.ask("/v1/audio/speech", "POST", json={"voice": "speaks"})
        async with gateway.socket() as client:
            for id, voice in (("1", "hangs"), ("2", "speaks"), ("3", "nobody"), ("4", "hangs")):
                await client.ask(id, "Hello.", voice=voice)
            await client.send(type="cancel", id="4")
            await client.until("cancelled")
            await client.send(type="cancel", id="1")
            await client.until("complete")
            await client.ask("5", "Hello.", voice="hangs")
            await client.ask("6", "Hello.", voice="speaks")
            await client.until("accepted")
            await client.until("accepted")
        await soon(lambda: gateway.inside == 0)
        await asyncio.sleep(0.05)
        now = await scraped(gateway)
    counted = {
        outcome: now.value("voice_utterances_total", outcome=outcome)
        for outcome in ("complete", "incomplete", "cancelled", "refused", "error")
    }
    assert counted == {"complete": 2, "incomplete": 1, "cancelled": 4, "refused": 5, "error": 0}
    assert now.value("voice_utterances_total", persona="none", outcome="refused") == 4


async def test_no_request_can_add_a_label() -> None:
    """Persona, engine, priority and reason: what a client or a server makes up is none of them."""
    strange = EngineFailure("made_up_by_a_server", "it says so")
    engines = named(ScriptedEngine("strange", [strange]), ScriptedEngine("speaks"))
    async with running(library(persona("rook", "strange", "speaks")), engines) as gateway:
        for voice in ("rook", "made-up"):
            await gateway.say("Hello.", voice)
            await gateway.ask("/v1/audio/speech", "POST", json={"input": "Hello.", "voice": voice})
            async with gateway.socket() as client:
                await client.ask("made-up", "Hello.", voice=voice)
                await client.until("complete", "error")
        await gateway.ask("/made-up", "POST", headers={"X-Request-Id": "made-up"})
        now = await scraped(gateway)
    assert "made" not in now.text.replace("that made them", "").replace("had to be made", "")
    assert now.value("voice_fallbacks_total", reason=OTHER) == 3


async def test_what_is_so_now_is_read_from_the_engines() -> None:
    slow = ScriptedEngine("slow")
    slow.factor = 2.5
    async with running(library(persona("rook", "slow")), named(slow)) as gateway:
        now = await scraped(gateway)
        assert now.value("voice_real_time_factor", engine="slow") == 2.5
        assert now.value("voice_speaking") == 0
        assert not now.labels("voice_cloned_share"), "there is no persona with a cloned voice"
        breaker = gateway.app[ENGINES]["slow"].breaker
        assert breaker is not None
        assert "_created" not in now.text


async def test_two_gateways_of_one_process_count_apart() -> None:
    async with running() as first, running() as second:
        await first.say("Hello.")
        assert (await scraped(first)).value("voice_utterances_total") == 1
        assert (await scraped(second)).value("voice_utterances_total") == 0


async def test_a_listener_that_breaks_costs_nobody_an_answer() -> None:
    async with running() as gateway:
        seen = gateway.app[REQUEST_LOG].begin("synthesize", "1")
        seen._listeners = (lambda account: 1 / 0, seen._listeners[1])  # type: ignore[assignment]
        seen.cancelled()
        seen.cancelled()
        now = await scraped(gateway)
    assert now.value("voice_utterances_total", outcome="cancelled") == 1


async def test_what_a_line_gives_back_is_counted_by_its_reason() -> None:
    scheduler = Scheduler(2, 10.0)
    turns = [WorkerSentence(Speak(index, "Hi."), None, RequestOptions("a")) for index in range(3)]
    late = WorkerSentence(Speak(3, "Hi."), None, RequestOptions("b", start_by=0.0))
    full = WorkerSentence(Speak(4, "Hi."), None, RequestOptions("c"))
    scheduler.put(late)
    scheduler.put(turns[0])
    with pytest.raises(EngineUnavailable):
        scheduler.put(full)
    assert scheduler.pop() is turns[0]
    scheduler.put(turns[1])
    scheduler.put(turns[2])
    with pytest.raises(EngineUnavailable):
        scheduler.put(turns[0])
    assert scheduler.refused == {"busy": 1, "too_late": 1, "client_busy": 1}


def test_every_reason_that_the_code_gives_is_a_known_one() -> None:
    """One that is missing would be counted as `other`."""
    given = set()
    for package in ("gateway", "robotvoice"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                match node:
                    case ast.Call(
                        func=ast.Name(
                            id="Reason" | "EngineFailure" | "EngineUnavailable" | "EngineForbidden"
                        ),
                        args=[ast.Constant(value=str(code)), *_],
                    ):
                        given.add(code)
    assert len(given) > 30
    assert sorted(given - KNOWN) == []
    assert known("died") == "died" and known("<made up>") == OTHER
