"""`/v1/audio/speech` as programs really ask it: they get sound, and are told what was not followed (K5)."""

import json
from dataclasses import replace
from typing import Any

import pytest

from robotvoice.persona import VoiceSpec
from robotvoice.wire.lenient_fields import OPENAI_VOICES
from tests.gateway.api.openai.openai_client import (
    DIES,
    Cloner,
    Told,
    ask,
    base64_clip,
    cloning,
    post,
    talking,
)
from tests.gateway.clips.recordings import WORDS
from tests.gateway.in_process import Answer, RunningGateway, library, named, persona, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

REST = "It goes on for ten seconds, as slowly as one reads to a child, and then there is an end to it."


def warned(answer: Answer) -> list[str]:
    """What the caller is told, each on its own; the answer is sound."""
    assert answer.status == 200, answer.body
    assert answer.body
    header = answer.headers.get("X-Voice-Warning", "")
    return header.split("; ") if header else []


@pytest.mark.parametrize(
    "fields",
    [
        {"speed": "1.0"},
        {"speed": 1},
        {"speed": ""},
        {"response_format": "PCM"},
        {"response_format": " pcm "},
        {"response_format": ".pcm"},
        {"response_format": "audio/pcm"},
        {"response_format": "pcm_24000"},
        {"stream_format": "Audio"},
        {"stream_format": ""},
        {"voice": ""},
        {"voice": "default"},
        {"voice": " Default "},
        {"voice": {"id": "spark"}},
        {"voice": {"name": "Spark"}},
        {"instructions": ""},
        {"instructions": " \n "},
        {"language": ""},
        {"seed": "7"},
        {"seed": ""},
        {"ref_audio": ""},
        {"ref_text": " "},
        {"x_vector_only_mode": "false"},
        {"x_vector_only_mode": 0},
        {"model": ""},
        {"model": None},
        {"stream": True},
        {"user": "somebody"},
        {"temperature": None},
        {"sample_rate": "24000"},
        {"sample_rate": 24000.0},
    ],
    ids=str,
)
async def test_what_is_only_written_in_another_way_is_taken_without_a_word(
    gateway: RunningGateway, fields: dict[str, Any]
) -> None:
    """C2, C3, X4: numbers and truth as text, capitals, nothing at all, and what changes no sound."""
    answer = await ask(gateway, **fields)
    assert warned(answer) == []
    assert answer.headers["Content-Type"] == "audio/pcm"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"speed": 9}, "speed goes from 0.25 to 4: 4 is taken"),
        ({"speed": "0"}, "speed goes from 0.25 to 4: 0.25 is taken"),
        ({"speed": True}, "speed is not followed: it must be a finite number"),
        ({"speed": "fast"}, "speed is not followed: it must be a finite number"),
        ({"speed": [1]}, "speed is not followed: it must be a finite number"),
        ({"stream_format": "ndjson"}, "stream_format is not followed: it must be one of audio, sse"),
        ({"instructions": "Whisper."}, "instructions are not followed by this voice"),
        ({"instructions": "x " * 450 + "\n\n\x1b[2J"}, "instructions are not followed by this voice"),
        ({"instructions": 3}, "instructions is not followed: it must be a string"),
        ({"seed": -1}, "seed is not followed: it must be a whole number from 0 to 2^63 - 1"),
        ({"seed": 10**30}, "seed is not followed: it must be a whole number from 0 to 2^63 - 1"),
        ({"seed": "odd"}, "seed is not followed: it must be a whole number"),
        ({"model": 1}, "model is not followed: it must be a string"),
        ({"consent": "Ada"}, "consent is not followed without ref_audio"),
        ({"ref_text": "Words."}, "ref_text is not followed without ref_audio"),
        ({"x_vector_only_mode": "yes"}, "x_vector_only_mode is not followed without ref_audio"),
        ({"x_vector_only_mode": "both"}, "x_vector_only_mode is not followed: it must be a boolean"),
        ({"sample_rate": 16000}, "sample_rate is not followed: the sound has 24000 Hz"),
        ({"voice": "alloy"}, "there is no voice alloy here: spark speaks"),
        ({"temperature": 0.5, "top_p": "1"}, "not known here and not followed: temperature, top_p"),
    ],
    ids=str,
)
async def test_what_cannot_be_followed_is_named_and_the_text_is_spoken(
    gateway: RunningGateway, fields: dict[str, Any], said: str
) -> None:
    """C3, C7"""
    first, *_ = warned(await ask(gateway, **fields))
    assert first.startswith(said)


async def test_one_header_tells_all_that_was_not_followed() -> None:
    """C1 to C3: what an app sends that was written for another server, to a persona with a cloned voice."""
    async with running(*cloning(Cloner(20))) as gateway:
        answer = await ask(
            gateway,
            voice="alloy",
            speed=1.1,
            instructions="Speak as if " + "it were very late, " * 900,
            response_format="opus",
        )
        assert warned(answer) == [
            "instructions are followed up to 2000 characters",
            "there is no voice alloy here: spark speaks",
            "speed is not followed by this voice",
        ]
        assert answer.headers["Content-Type"] == "audio/ogg; codecs=opus"
        assert answer.body.startswith(b"OggS")
        assert "\n" not in answer.headers["X-Voice-Warning"]


async def test_instructions_come_to_a_model_on_one_line() -> None:
    """C3"""
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        assert warned(await ask(gateway, instructions=" Calm,\n\n\tslow\x07. ")) == []
        voice = engine.voices[-1].model_voice
        assert voice
        assert voice.instruct == "Calm, slow ."
        assert len(warned(await ask(gateway, instructions="word " * 1_000))) == 1
        voice = engine.voices[-1].model_voice
        assert voice
        assert voice.instruct == ("word " * 400).strip()


async def test_who_takes_over_from_a_model_does_not_follow_its_instructions_and_says_so() -> None:
    """C3"""
    spark = replace(cloning()[0].personas["spark"], fallbacks=(VoiceSpec("spare"),))
    engines = {"mlx": Cloner(DIES), "spare": Told("spare")}
    async with running(library(spark), engines) as gateway:
        answer = await ask(gateway, instructions="calm")
        assert answer.headers["X-Voice-Engine"] == "spare"
        assert warned(answer) == ["instructions are not followed by this voice"]


async def test_every_voice_of_openai_stands_for_the_default_persona() -> None:
    """C7: in any case, and only while no persona is called so."""
    people = library(persona("spark", "own"), persona("nova", "other"))
    async with running(people, named(Told("own"), Told("other"))) as gateway:
        for voice in OPENAI_VOICES - {"nova"}:
            said = [f"there is no voice {voice} here: spark speaks"]
            assert warned(await ask(gateway, voice=voice.upper())) == said
        answer = await ask(gateway, voice="nova")
        assert (answer.headers["X-Voice-Engine"], warned(answer)) == ("other", [])


async def test_a_name_nobody_has_is_refused_with_those_there_are(gateway: RunningGateway) -> None:
    """C7: near names first, then all."""
    answer = await ask(gateway, voice="vixxen")
    assert answer.status == 400
    assert answer.json["error"]["message"] == (
        "no voice 'vixxen'; did you mean vixen? There are gremlin, spark, vixen"
    )


async def test_a_speed_is_followed_by_a_voice_that_has_a_rate(gateway: RunningGateway) -> None:
    """C3"""
    lengths = {}
    for speed in (0.8, 1, "1.6"):
        answer = await ask(gateway, voice="vixen", speed=speed)
        assert warned(answer) == []
        lengths[speed] = len(answer.body)
    assert lengths[0.8] > 1.1 * lengths[1]
    assert lengths["1.6"] < 0.85 * lengths[1]


@pytest.mark.parametrize(
    ("accept", "format", "made"),
    [
        ("audio/wav", None, "audio/wav"),
        ("audio/ogg;q=0.9, audio/wav", None, "audio/ogg; codecs=opus"),
        ("text/html, audio/aac, audio/x-wav", "", "audio/wav"),
        ("application/octet-stream", None, "audio/mpeg"),
        ("audio/*", None, "audio/mpeg"),
        ("audio/wav", "flac", "audio/flac"),
    ],
)
async def test_what_a_client_accepts_decides_where_the_request_names_no_format(
    gateway: RunningGateway, accept: str, format: str | None, made: str
) -> None:
    """C2"""
    asked = {"input": "Hello.", "response_format": format}
    answer = await post(gateway, json.dumps(asked).encode(), Accept=accept)
    assert (answer.status, answer.headers["Content-Type"]) == (200, made)


async def test_a_format_that_is_not_made_here_is_refused_with_those_that_are(gateway: RunningGateway) -> None:
    """C2: another one would be noise to who asks for this."""
    for format in ("aac", "AAC", "pcm_16000", "webm", "mp5"):
        answer = await ask(gateway, response_format=format)
        assert (answer.status, answer.json["error"]["param"]) == (400, "response_format")
        said = "response_format: this gateway makes mp3, wav, pcm, flac, opus; ask for one of these"
        assert answer.json["error"]["message"] == said


async def test_a_clips_own_fields_are_read_as_kindly() -> None:
    engine = Cloner()
    async with running(*cloning(engine)) as gateway:
        told = {"ref_audio": base64_clip(), "ref_text": WORDS.replace(" who ", "\x07who\n"), "seed": "3"}
        assert warned(await ask(gateway, **told, x_vector_only_mode="False")) == []
        voice = engine.voices[-1].model_voice
        assert voice
        assert (voice.transcript, voice.seed) == (WORDS, 3)
        for words in ("w" * 2_001, "...", 7):
            (said, *_) = warned(await ask(gateway, ref_audio=base64_clip(), ref_text=words))
            assert said.startswith("ref_text is not followed")
            voice = engine.voices[-1].model_voice
            assert voice
            assert voice.transcript is None


async def test_the_official_client_gets_sound_for_what_its_own_types_allow() -> None:
    """C3, C7"""
    async with talking() as (_, client):
        answer = await client.audio.speech.with_raw_response.create(
            model="gpt-4o-mini-tts", voice="marin", input="Hi.", speed=0.25, instructions="Whisper."
        )
        assert len(answer.content) > 1_000
        assert "no voice marin" in answer.headers["X-Voice-Warning"]
