"""The canary proves that an upstream speaks, and disturbs none that asked to be left alone."""

import json

import pytest

from gateway.engines.upstream.engine import PROBE_TEXT
from speech.errors import EngineFailure, EngineUnavailable
from speech.persona import UpstreamVoice, VoiceSpec
from tests.fakes.fake_upstream import answers, running, speaks, vanishes
from tests.gateway.upstream.listening import TEXT, listen, upstream

OTHER = VoiceSpec("upstream:studio", "nobody", upstream_voice=UpstreamVoice("other", model="tts-1"))
REFUSED = answers("400 Bad Request", "application/json", b"{}")


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
