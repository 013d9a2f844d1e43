"""The canary proves that an upstream speaks, and disturbs none that asked to be left alone."""

import json

import pytest

from gateway.engines.upstream.upstream_engine import PROBE_TEXT
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import UpstreamVoice, VoiceSpec
from tests.fakes.fake_upstream import Behaviour, Exchange, answers, running, speaks, vanishes
from tests.gateway.engines.upstream.listening import TEXT, listen, upstream

OTHER = VoiceSpec("upstream:studio", "nobody", upstream_voice=UpstreamVoice("other", model="tts-1"))
REFUSED = answers("400 Bad Request", "application/json", b"{}")


def only(name: str) -> Behaviour:
    """All other voices are not known there."""

    async def behave(exchange: Exchange) -> None:
        await (speaks() if exchange.heard.fields["voice"] == name else REFUSED)(exchange)

    return behave


async def test_the_canary_speaks_with_the_voice_that_spoke_last() -> None:
    async with running(speaks(), REFUSED) as fake, upstream(fake) as engine:
        await listen(engine)
        assert (await listen(engine, OTHER)).reason == "refused"
        await engine.probe()
    texts = [(request.fields["voice"], request.fields["input"]) for request in fake.requests]
    assert texts == [("nova", TEXT), ("nobody", TEXT), ("nova", PROBE_TEXT)]


@pytest.mark.parametrize(
    "fault", [vanishes, REFUSED, answers("200 OK", "text/html", b"<html>"), speaks(b"{'error': 1}")]
)
async def test_a_canary_that_does_not_sing_is_a_failure(fault: object) -> None:
    async with running() as fake, upstream(fake) as engine:
        await listen(engine)
        fake.always = fault  # type: ignore[assignment] # one of the behaviours above
        with pytest.raises(EngineFailure):
            await engine.probe()


async def test_a_voice_that_is_refused_keeps_no_other_away() -> None:
    """The canary of a server of which nobody was heard yet tries those who were asked for."""
    async with running(REFUSED) as fake, upstream(fake) as engine:
        assert (await listen(engine)).reason == "refused"
        fake.always = answers("503 Service Unavailable", "text/plain", b"oh")
        assert (await listen(engine, OTHER)).reason == "refused"
        fake.always = only("nova")
        await engine.probe()
        fake.always = only("nobody")
        await engine.probe()
        fake.always = REFUSED
        with pytest.raises(EngineFailure):
            await engine.probe()


async def test_who_asked_to_be_left_alone_gets_no_canary() -> None:
    busy = answers("429 Too Many Requests", None, b"", "Retry-After: 60")
    async with running(busy) as fake, upstream(fake) as engine:
        await listen(engine)
        with pytest.raises(EngineUnavailable):
            await engine.probe()
        assert len(fake.requests) == 1


async def test_without_any_voice_it_is_asked_for_its_models() -> None:
    async with running() as fake, upstream(fake) as engine:
        fake.always = answers("200 OK", "application/json", b"{}")
        await engine.probe()
        fake.always = answers("502 Bad Gateway", "text/html", b"")
        with pytest.raises(EngineFailure):
            await engine.probe()
    assert {(request.method, request.path) for request in fake.requests} == {("GET", "/v1/models")}


@pytest.mark.parametrize(
    ("status", "body", "good"),
    [
        ("200 OK", {"personas": {"nova": {"ready": True, "own_voice": True}}}, True),
        ("200 OK", {"personas": {"nova": {"ready": True, "own_voice": False}}}, False),
        ("503 Service Unavailable", {"personas": {"nova": {"ready": False, "own_voice": False}}}, False),
        ("404 Not Found", {"error": "no voice 'nova'"}, False),
        ("200 OK", ["nova"], False),
    ],
)
async def test_another_gateway_is_asked_whether_this_voice_could_speak(
    status: str, body: object, good: bool
) -> None:
    async with running(speaks()) as fake, upstream(fake, dialect="robotvoice") as engine:
        await listen(engine)
        fake.always = answers(status, "application/json", json.dumps(body).encode())
        if good:
            await engine.probe()
        else:
            with pytest.raises(EngineFailure):
                await engine.probe()
    assert (fake.requests[-1].method, fake.requests[-1].path) == ("GET", "/readyz?persona=nova")
