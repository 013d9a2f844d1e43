"""An upstream that says no is believed and not counted as broken: busy, not authorised, not this voice."""

import datetime
import email.utils
import json
from dataclasses import replace

import pytest

from robotvoice.errors import EngineUnavailable
from robotvoice.persona import UpstreamVoice, VoiceSpec
from tests.fakes.fake_upstream import PCM, answers, running
from tests.gateway.engines.upstream.listening import NOVA, TEXT, listen, upstream


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def http_date(seconds: float) -> str:
    """The time of day so many seconds from now."""
    then = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return email.utils.format_datetime(then, usegmt=True)


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
async def test_who_asks_to_be_left_alone_is_left_alone_until_then(status: str) -> None:
    clock = Clock()
    busy = answers(status, "text/plain", b"later", "Retry-After: 7")
    async with running(busy) as fake, upstream(fake, clock=clock) as engine:
        heard = await listen(engine)
        assert isinstance(heard.problem, EngineUnavailable)
        assert (heard.reason, heard.problem.retry_after) == ("held_off", 7.0)
        clock.now += 6.9
        ready = engine.readiness(NOVA)
        assert ready.reason and ready.reason.code == "held_off"
        assert ready.retry_after == pytest.approx(0.1)
        assert (await listen(engine)).reason == "held_off"
        assert len(fake.requests) == 1, "meanwhile it is not asked"
        clock.now += 0.2
        assert engine.readiness(NOVA)
        assert (await listen(engine)).pcm == PCM


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("0", 1, 1), ("-5", 1, 1), ("99999", 300, 300), ("2.5", 2.5, 2.5)],
)
async def test_how_long_is_what_it_says_within_bounds(said: str, least: float, most: float) -> None:
    busy = answers("429 Too Many Requests", None, b"", f"Retry-After: {said}")
    async with running(busy) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert isinstance(heard.problem, EngineUnavailable)
    assert heard.problem.retry_after is not None
    assert least <= heard.problem.retry_after <= most


async def test_how_long_may_be_said_as_a_time_of_day() -> None:
    async with running() as fake, upstream(fake) as engine:
        fake.always = answers("429 Too Many Requests", None, b"", f"Retry-After: {http_date(60)}")
        heard = await listen(engine)
    assert isinstance(heard.problem, EngineUnavailable) and heard.problem.retry_after is not None
    assert 40 < heard.problem.retry_after <= 60


@pytest.mark.parametrize("said", ["Retry-After: soon", "Retry-After: nan", "X-Other: 1"])
async def test_too_many_requests_means_a_second_if_nothing_more_is_said(said: str) -> None:
    busy = answers("429 Too Many Requests", None, b"", said)
    async with running(busy) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert isinstance(heard.problem, EngineUnavailable)
    assert heard.problem.retry_after == 1


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
async def test_a_key_that_is_refused_is_not_tried_again(status: str) -> None:
    refused = answers(status, "application/json", b'{"error": {"message": "sk-hidden is wrong"}}')
    async with running() as fake, upstream(fake, key_env="STUDIO_KEY") as engine:
        fake.always = refused
        for _ in range(3):
            heard = await listen(engine)
            assert isinstance(heard.problem, EngineUnavailable)
            assert heard.reason == "not_authorised"
            assert "put the right one into its key_file or key_env" in heard.problem.message
            assert "hidden" not in heard.problem.message
        ready = engine.readiness(NOVA)
        assert ready.reason and ready.reason.code == "not_authorised"
        with pytest.raises(EngineUnavailable, match="refuses the key"):
            await engine.probe()
        assert len(fake.requests) == 1


async def test_a_key_that_is_not_there_is_told_before_anybody_asks() -> None:
    async with running() as fake, upstream(fake, key_env="NOT_SET") as engine:
        reason = engine.readiness(NOVA).reason
        assert reason and reason.code == "not_authorised"
        assert "the environment variable of its key_env holds no key" in reason.text
        assert (await listen(engine)).reason == "not_authorised"
        assert fake.requests == []


@pytest.mark.parametrize("status", ["400 Bad Request", "404 Not Found", "422 Unprocessable Content"])
async def test_a_voice_it_does_not_know_is_no_fault_of_the_server(status: str) -> None:
    error = {"error": {"message": f"no voice for {TEXT}", "type": "BadRequestError", "code": 400}}
    async with running() as fake, upstream(fake) as engine:
        fake.always = answers(status, "application/json", json.dumps(error).encode())
        heard = await listen(engine)
        assert isinstance(heard.problem, EngineUnavailable)
        assert heard.problem.message == (
            f"upstream:studio refuses this ({status[:3]}, BadRequestError); "
            "look at the voice and the model of the persona"
        )
        assert len(fake.requests) == 1, "asking again would not help"
        assert engine.readiness(NOVA), "it may know another voice"


@pytest.mark.parametrize(
    "body", [b"[" * 4000, b"{", b"[]", b'{"error": 1}', b'{"error": {"code": "a b"}}', b"x" * 100_000]
)
async def test_what_an_error_says_may_be_anything(body: bytes) -> None:
    async with (
        running(answers("400 Bad Request", "application/json", body)) as fake,
        upstream(fake) as engine,
    ):
        heard = await listen(engine)
    assert heard.problem and "(400)" in heard.problem.message


async def test_before_it_is_started_and_after_it_is_closed_it_is_not_ready() -> None:
    async with running() as fake, upstream(fake) as engine:
        pass
    reason = engine.readiness(NOVA).reason
    assert reason and reason.code == "closed"


@pytest.mark.parametrize(
    ("dialect", "voice", "code"),
    [
        ("openai", replace(NOVA, upstream_voice=UpstreamVoice("key")), "incomplete_voice"),
        ("mlx-audio", replace(NOVA, upstream_voice=UpstreamVoice("key")), "incomplete_voice"),
        ("vllm-omni", replace(NOVA, voice=""), "incomplete_voice"),
        ("vllm-omni", replace(NOVA, upstream_voice=None), "incomplete_voice"),
    ],
)
async def test_a_voice_that_lacks_what_the_dialect_needs_is_never_sent(
    dialect: str, voice: VoiceSpec, code: str
) -> None:
    async with running() as fake, upstream(fake, dialect=dialect) as engine:
        assert (await listen(engine, voice)).reason == code
        assert fake.requests == []
