"""Each kind of server is asked in its own words; a clip is sent only to those that can clone it."""

from pathlib import Path
from typing import Any

import pytest

from robotvoice.persona import UpstreamVoice, VoiceSpec
from tests.fakes.fake_upstream import PCM, answers, head, running, writes
from tests.gateway.clips.recordings import encoded, spoken
from tests.gateway.engines.upstream.listening import NOVA, TEXT, listen, upstream
from tests.gateway.engines.upstream.omni_stub import MODEL, OmniStub

NAMED = VoiceSpec(
    "upstream:studio",
    "vivian",
    upstream_voice=UpstreamVoice("named", model=MODEL, instruct="Whisper.", language="en-GB"),
)


@pytest.fixture
def cloned(tmp_path: Path) -> VoiceSpec:
    clip = tmp_path / "reference.wav"
    clip.write_bytes(encoded(spoken(4.0)))
    return VoiceSpec(
        "upstream:studio",
        upstream_voice=UpstreamVoice("cloned", reference=clip, transcript="My words.", language="de"),
    )


@pytest.mark.parametrize(
    ("dialect", "fields"),
    [
        ("openai", {"instructions": "Whisper.", "response_format": "pcm"}),
        (
            "vllm-omni",
            {
                "instructions": "Whisper.",
                "response_format": "pcm",
                "language": "English",
                "stream": True,
                "stream_format": "audio",
            },
        ),
        (
            "mlx-audio",
            {
                "instruct": "Whisper.",
                "lang_code": "english",
                "response_format": "wav",
                "stream": True,
                "streaming_interval": 0.32,
            },
        ),
        ("robotvoice", {"instructions": "Whisper.", "response_format": "pcm"}),
    ],
)
async def test_a_voice_it_knows_is_asked_for_by_name(dialect: str, fields: dict[str, Any]) -> None:
    async with running() as fake, upstream(fake, dialect=dialect) as engine:
        assert (await listen(engine, NAMED)).pcm == PCM
    assert fake.requests[0].fields == {"model": MODEL, "input": TEXT, "voice": "vivian", **fields}


async def test_the_format_may_be_chosen() -> None:
    async with running() as fake, upstream(fake, format="wav") as engine:
        await listen(engine)
    assert fake.requests[0].fields["response_format"] == "wav"


@pytest.mark.parametrize("version", ["0.18", "0.30"])
async def test_vllm_omni_clones_a_clip_and_knows_voices(version: Any, cloned: VoiceSpec) -> None:
    stub = OmniStub(version)
    async with running() as fake, upstream(fake, dialect="vllm-omni") as engine:
        fake.always = stub
        for voice in (cloned, NAMED, cloned):
            heard = await listen(engine, voice)
            assert (heard.problem, heard.pcm) == (None, PCM)
    asked = fake.requests[0].fields
    assert (asked["task_type"], asked["ref_text"], asked["language"]) == ("Base", "My words.", "German")
    assert "voice" not in asked and "x_vector_only_mode" not in asked
    assert stub.clips == [4 * 24_000] * 2, "the clip itself, without the silence that models need"


async def test_vllm_omni_without_the_words_of_the_clip_clones_its_timbre(cloned: VoiceSpec) -> None:
    assert cloned.upstream_voice and cloned.upstream_voice.reference
    timbre = VoiceSpec(
        cloned.engine, upstream_voice=UpstreamVoice("timbre", reference=cloned.upstream_voice.reference)
    )
    async with running() as fake, upstream(fake, dialect="vllm-omni") as engine:
        fake.always = OmniStub()
        assert (await listen(engine, timbre)).problem is None


@pytest.mark.parametrize(
    ("voice", "told"),
    [
        (VoiceSpec("upstream:studio", "nobody", upstream_voice=UpstreamVoice("1")), "400, BadRequestError"),
        (VoiceSpec("upstream:studio", "vivian", upstream_voice=UpstreamVoice("2", model="x")), "404, BadReq"),
    ],
)
async def test_what_vllm_omni_does_not_know_is_told(voice: VoiceSpec, told: str) -> None:
    async with running() as fake, upstream(fake, dialect="vllm-omni") as engine:
        fake.always = OmniStub()
        heard = await listen(engine, voice)
    assert heard.reason == "refused"
    assert heard.problem and told in heard.problem.message


@pytest.mark.parametrize("dialect", ["openai", "mlx-audio"])
async def test_a_clip_is_not_sent_to_who_cannot_clone_it(dialect: str, cloned: VoiceSpec) -> None:
    async with running() as fake, upstream(fake, dialect=dialect) as engine:
        reason = engine.readiness(cloned).reason
        assert reason and reason.code == "not_supported"
        assert (await listen(engine, cloned)).reason == "not_supported"
        assert fake.requests == []


async def test_a_clip_that_cannot_be_used_concerns_its_voice_only(cloned: VoiceSpec) -> None:
    assert cloned.upstream_voice and cloned.upstream_voice.reference
    cloned.upstream_voice.reference.write_bytes(b"no sound")
    async with running() as fake, upstream(fake, dialect="vllm-omni") as engine:
        assert (await listen(engine, cloned)).reason == "invalid_clip"
        assert (await listen(engine, NOVA)).problem is None


@pytest.mark.parametrize(("substitute", "reason"), [("none", None), ("not_ready", "substitute")])
async def test_another_gateways_substitute_is_not_played_as_the_voice(
    substitute: str, reason: str | None, cloned: VoiceSpec
) -> None:
    behaviour = answers("200 OK", "audio/pcm", PCM, f"X-Voice-Substitute: {substitute}")
    async with running(behaviour) as fake, upstream(fake, dialect="robotvoice") as engine:
        heard = await listen(engine, cloned)
    assert (heard.reason, heard.pcm) == (reason, b"" if reason else PCM)
    asked = fake.requests[0].fields
    assert (asked["model"], asked["ref_text"], asked["language"]) == ("robotvoice", "My words.", "de")


async def test_a_half_answer_of_another_gateway_is_a_failure() -> None:
    part = head("200 OK", "audio/pcm", "Content-Length: 48000", "X-Voice-Substitute: none") + PCM[:9600]
    async with running(writes(part)) as fake, upstream(fake, dialect="robotvoice") as engine:
        heard = await listen(engine)
    assert (heard.reason, heard.pcm) == ("cut", PCM[:9600])


@pytest.mark.parametrize(
    ("dialect", "field", "said"),
    [
        ("vllm-omni", "language", "German"),
        ("mlx-audio", "lang_code", "german"),
        ("robotvoice", "language", "de-AT"),
    ],
)
async def test_a_language_that_is_asked_for_is_told_in_the_dialect(
    dialect: str, field: str, said: str
) -> None:
    """X2."""
    async with running() as fake, upstream(fake, dialect=dialect) as engine:
        assert engine.takes_language(NAMED)
        assert (await listen(engine, NAMED.speaking("de-AT"))).pcm == PCM
    assert fake.requests[0].fields[field] == said


@pytest.mark.parametrize("dialect", ["vllm-omni", "mlx-audio"])
async def test_a_language_that_the_model_over_there_does_not_speak_is_for_somebody_else(dialect: str) -> None:
    async with running() as fake, upstream(fake, dialect=dialect) as engine:
        heard = await listen(engine, NAMED.speaking("sv"))
    assert (heard.reason, fake.requests) == ("language", [])


async def test_what_cannot_be_told_a_language_gets_the_text_and_says_that_it_was_not_told() -> None:
    async with running() as fake, upstream(fake, dialect="openai") as engine:
        assert not engine.takes_language(NOVA)
        assert (await listen(engine, NOVA.speaking("sv"))).pcm == PCM
