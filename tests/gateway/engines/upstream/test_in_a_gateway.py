"""In a gateway an upstream is one voice among others: what it cannot speak the next one does."""

import json
from dataclasses import replace

import pytest

from gateway.engines.upstream.upstream_engine import MissingUpstream, upstream_engines
from gateway.engines.upstream.upstream_settings import UpstreamSettings
from gateway.guard.output_guard_engine import OutputGuardEngine
from gateway.requests.app_keys import ENGINES
from robotvoice.chain.breaker import State
from robotvoice.persona import Persona, UpstreamVoice, VoiceSpec
from robotvoice.utterance import Reason
from tests.fakes.fake_upstream import CHUNK, PCM, Exchange, answers, head, running, speaks, vanishes, writes
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.engines.upstream.listening import NOVA
from tests.gateway.in_process import RunningGateway, library, soon
from tests.gateway.in_process import running as gateway

ROOK = Persona("rook", "Rook", "en", NOVA, fallbacks=(VoiceSpec("spare"),))
HTML = answers("200 OK", "text/html", b"<html>")


async def spoken_by(gateway: RunningGateway) -> tuple[str, str]:
    """The engine and why it is a substitute."""
    answer = await gateway.say("Hello there.", "rook")
    assert answer.status == 200, answer.body
    return answer.headers["X-Voice-Engine"], answer.headers["X-Voice-Substitute"]


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (speaks(), ("upstream:studio", "none")),
        (HTML, ("spare", "not_audio")),
        (vanishes, ("spare", "unreachable")),
        (writes(head() + b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK)), ("spare", "cut")),
        (speaks(bytes(96_000)), ("spare", "silent")),
        (answers("401 Unauthorized", None, b""), ("spare", "not_authorised")),
        (answers("429 Too Many Requests", None, b"", "Retry-After: 9"), ("spare", "held_off")),
    ],
)
async def test_a_sentence_is_spoken_whatever_the_upstream_does(
    behaviour: object, expected: tuple[str, str]
) -> None:
    async with running() as fake:
        fake.always = behaviour  # type: ignore[assignment] # one of those above
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        guarded = {name: OutputGuardEngine(engine) for name, engine in engines.items()}
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(library(ROOK), {**guarded, "spare": spare}) as running_gateway:
            assert await spoken_by(running_gateway) == expected


async def silent_as_nova(exchange: Exchange) -> None:
    """One of its voices is broken, whatever it is to say."""
    nova = exchange.heard.fields["voice"] == NOVA.voice
    await speaks(bytes(96_000) if nova else PCM)(exchange)


async def test_one_bad_voice_neither_opens_its_breaker_nor_keeps_it_open() -> None:
    """K2, Y1: the canary says "Hi." with the voice that spoke last, which is the bad one."""
    cora = replace(NOVA, voice="cora", upstream_voice=UpstreamVoice("cora", model="m"))
    async with running() as fake:
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        guarded = {name: OutputGuardEngine(engine, any_language=True) for name, engine in engines.items()}
        people = library(ROOK, replace(ROOK, id="cora", voice=cora))
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(people, {**guarded, "spare": spare}) as running_gateway:

            async def by(persona: str, text: str) -> tuple[str, str]:
                headers = (await running_gateway.say(text, persona)).headers
                return headers["X-Voice-Engine"], headers["X-Voice-Substitute"]

            breaker = running_gateway.app[ENGINES]["upstream:studio"].breaker
            assert breaker
            for persona in ("cora", "rook"):
                assert await by(persona, "All is well.") == ("upstream:studio", "none")
            fake.always = silent_as_nova
            why = [(await by("rook", f"Number {number}."))[1] for number in range(5)]
            assert why == ["silent"] * 3 + ["bad_voice"] * 2
            assert breaker.state is State.CLOSED
            assert await by("cora", "Hello there.") == ("upstream:studio", "none")
            while permit := breaker.acquire():
                permit.fail(Reason("died", "it died"))
            breaker.half_open_now()
            await soon(lambda: breaker.state is State.CLOSED)


@pytest.mark.parametrize("code", ["too_long", "silent", "model_failed"])
async def test_what_another_gateway_of_ours_could_make_nothing_of_is_that_texts_affair(code: str) -> None:
    body = json.dumps({"error": {"message": "no", "type": "invalid_request_error", "code": code}}).encode()
    async with running() as fake:
        fake.always = answers("422 Unprocessable Entity", "application/json", body)
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(library(ROOK), {**engines, "spare": spare}) as running_gateway:
            for _ in range(4):
                assert await spoken_by(running_gateway) == ("spare", code)
            breaker = running_gateway.app[ENGINES]["upstream:studio"].breaker
            assert breaker and breaker.state is State.CLOSED
            assert len(fake.requests) == 1, "it is not asked again for a while"


async def test_a_text_or_a_voice_that_the_server_fails_at_takes_it_from_nobody_else() -> None:
    """It lives: it says 500, and speaks for all others."""
    cora = replace(NOVA, voice="cora", upstream_voice=UpstreamVoice("cora", model="m"))
    async with running() as fake:

        async def behave(exchange: Exchange) -> None:
            fields = exchange.heard.fields
            wrong = fields["voice"] == NOVA.voice or "odd" in fields["input"]
            await (answers("500 Internal Server Error", None, b"") if wrong else speaks())(exchange)

        fake.always = behave
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        people = library(ROOK, replace(ROOK, id="cora", voice=cora))
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(people, {**engines, "spare": spare}) as running_gateway:
            for number in range(12):
                told = await running_gateway.say(f"Number {number}.", "rook")
                assert told.headers["X-Voice-Engine"] == "spare"
                told = await running_gateway.say("This is odd.", "cora")
                assert told.headers["X-Voice-Engine"] == "spare"
                told = await running_gateway.say(f"Number {number}.", "cora")
                assert told.headers["X-Voice-Engine"] == "upstream:studio"
            breaker = running_gateway.app[ENGINES]["upstream:studio"].breaker
            assert breaker and breaker.state is State.CLOSED


@pytest.mark.slow
async def test_three_failures_open_its_breaker_and_the_canary_closes_it() -> None:
    async with running() as fake:
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(library(ROOK), {**engines, "spare": spare}) as running_gateway:
            assert (await spoken_by(running_gateway))[0] == "upstream:studio"
            breaker = running_gateway.app[ENGINES]["upstream:studio"].breaker
            assert breaker
            fake.always = HTML
            for _ in range(3):
                assert (await spoken_by(running_gateway))[0] == "spare"
            assert breaker.state is not State.CLOSED
            fake.always = speaks()
            await soon(lambda: breaker.state is State.CLOSED)
            assert [request.fields["input"] for request in fake.requests][-1] == "Hi."
            assert (await spoken_by(running_gateway))[0] == "upstream:studio"


async def test_saying_no_opens_no_breaker() -> None:
    async with running() as fake:
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        fake.always = answers("400 Bad Request", "application/json", b"{}")
        spare = ScriptedEngine("spare", (2400,))
        async with gateway(library(ROOK), {**engines, "spare": spare}) as running_gateway:
            for _ in range(8):
                assert await spoken_by(running_gateway) == ("spare", "refused")
            breaker = running_gateway.app[ENGINES]["upstream:studio"].breaker
            assert breaker and breaker.state is State.CLOSED


async def test_neither_the_key_nor_the_address_is_seen_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_KEY", "sk-hidden")
    async with running() as fake:
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url, key_env="STUDIO_KEY")})
        async with gateway(library(ROOK), {**engines, "spare": ScriptedEngine("spare")}) as running_gateway:
            await spoken_by(running_gateway)
            assert fake.requests[0].headers["authorization"] == "Bearer sk-hidden"
            fake.always = answers("401 Unauthorized", None, b"")
            await spoken_by(running_gateway)
            for target in ("/health", "/readyz", "/v1/personas", "/v1/models", "/v1/audio/voices"):
                answer = await running_gateway.ask(target)
                assert b"hidden" not in answer.body and fake.url.encode() not in answer.body
            told = (await running_gateway.ask("/health")).json["engines"]["upstream:studio"]
            assert not told["ready"] and "put the right one into its key_file" in told["reason"]


async def test_an_upstream_that_nobody_has_set_up_is_told_and_the_next_voice_speaks() -> None:
    async with gateway(library(ROOK), {"spare": ScriptedEngine("spare", (2400,))}) as running_gateway:
        assert await spoken_by(running_gateway) == ("spare", "unknown_upstream")
        assert (await running_gateway.ask("/readyz")).json["personas"]["rook"]["reason"] == (
            "there is no [upstreams.studio] in the settings file; add it with its url"
        )
        assert (await running_gateway.ask("/health")).status == 200
        with pytest.raises(KeyError):
            running_gateway.app[ENGINES]["no upstream"]


def test_what_stands_for_a_missing_upstream_says_what_to_do() -> None:
    reason = MissingUpstream("upstream:attic").readiness(NOVA).reason
    assert reason and "[upstreams.attic]" in reason.text


async def test_the_sound_comes_out_as_it_came_in() -> None:
    async with running() as fake:
        engines = upstream_engines({"studio": UpstreamSettings(url=fake.url)})
        async with gateway(library(replace(ROOK, fallbacks=())), engines) as running_gateway:
            body = json.dumps({"input": "Hello there.", "voice": "rook", "response_format": "pcm"})
            answer = await running_gateway.ask(
                "/v1/audio/speech", "POST", data=body, headers={"Content-Type": "application/json"}
            )
    assert answer.body == PCM
