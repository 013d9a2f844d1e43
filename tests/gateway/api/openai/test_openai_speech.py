"""The official `openai` package works against the gateway unchanged."""

import asyncio
import io
import wave
from typing import Any

import numpy as np
import openai
import pytest
import soundfile
from openai import AsyncOpenAI

from gateway.encoders.encodings import UNKNOWN_LENGTH
from tests.gateway.api.openai.openai_client import CHUNK, Told, alone, talking
from tests.gateway.in_process import soon

TEXT = "The quick brown fox jumps over the lazy dog. Then it rests."


async def spoken(client: AsyncOpenAI, **more: Any) -> tuple[str, bytes]:
    """Content type and body, read as they come."""
    asked = {"model": "gpt-4o-mini-tts", "voice": "spark", "input": TEXT} | more
    async with client.audio.speech.with_streaming_response.create(**asked) as response:
        body = b"".join([piece async for piece in response.iter_bytes()])
        return response.headers["content-type"], body


def samples_of(file: bytes, format: str) -> np.ndarray:
    sound = soundfile.SoundFile(io.BytesIO(file))
    assert (sound.format, sound.samplerate, sound.channels) == (format, 24_000, 1)
    return np.asarray(sound.read(dtype="int16"))


async def test_every_format_carries_the_same_sound() -> None:
    pcm = 2 * 20 * CHUNK  # of two sentences
    samples = np.frombuffer(pcm, "<i2")
    async with talking(alone("own"), {"own": Told("own", 20)}) as (_, client):
        assert await spoken(client, response_format="pcm") == ("audio/pcm", pcm)

        kind, wav = await spoken(client, response_format="wav")
        assert kind == "audio/wav"
        assert wav.count(b"RIFF") == 1
        with wave.open(io.BytesIO(wav)) as file:
            assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (24_000, 1, 2)
            assert file.readframes(UNKNOWN_LENGTH) == pcm
        assert np.array_equal(samples_of(wav, "WAV"), samples)

        kind, flac = await spoken(client, response_format="flac")
        assert kind == "audio/flac"
        assert np.array_equal(samples_of(flac, "FLAC"), samples)

        kind, mp3 = await spoken(client)
        assert kind == "audio/mpeg"
        decoded = samples_of(mp3, "MP3").astype(float)
        assert decoded.size == samples.size
        assert np.corrcoef(decoded, samples)[0, 1] > 0.99


@pytest.mark.parametrize("format", ["mp3", "wav", "pcm", "flac"])
async def test_personas_speak(format: str) -> None:
    async with talking() as (_, client):
        answer = await client.audio.speech.with_raw_response.create(
            model="tts-1",
            voice="vixen",
            input=TEXT,
            response_format=format,  # type: ignore[arg-type]  # a literal
            speed=1.0,
        )
    body = answer.content
    samples = np.frombuffer(body, "<i2") if format == "pcm" else samples_of(body, format.upper())
    assert samples.size > 24_000
    assert np.abs(samples.astype(int)).max() > 1_000
    assert answer.headers["x-request-id"]
    assert answer.headers["X-Voice-Engine"] == "espeak"
    assert answer.headers["X-Voice-Substitute"] == "none"
    assert "X-Voice-Warning" not in answer.headers


@pytest.mark.parametrize("voice", ["spark", {"id": "spark"}, " SPARK ", ""])
async def test_a_voice_is_a_name_or_an_object_with_an_id_and_may_be_left_to_the_gateway(voice: Any) -> None:
    async with talking(alone("own"), {"own": Told("own")}) as (_, client):
        assert await spoken(client, voice=voice, response_format="pcm") == ("audio/pcm", 2 * CHUNK)


@pytest.mark.parametrize(
    ("wrong", "param", "code"),
    [
        ({"voice": "nobody"}, "voice", "unknown_voice"),
        ({"response_format": "aac"}, "response_format", "invalid_value"),
        ({"input": ""}, "input", "empty_text"),
        ({"input": "..."}, "input", "empty_text"),
        ({"input": "a" * 20_001}, "input", "text_too_long"),
        ({"input": "a" * 100_001, "response_format": "wav"}, "input", "text_too_long"),
    ],
)
async def test_what_is_wrong_with_a_request_is_told_with_message_and_code(
    wrong: dict[str, object], param: str, code: str
) -> None:
    async with talking() as (_, client):
        with pytest.raises(openai.BadRequestError) as caught:
            await spoken(client, **wrong)
    error = caught.value
    assert (error.param, error.code, error.type) == (param, code, "invalid_request_error")
    assert isinstance(error.body, dict)
    assert len(error.body["message"]) > 10
    assert error.request_id


async def test_models_are_listed() -> None:
    async with talking() as (_, client):
        models = [model async for model in client.models.list()]
    listed = [(model.id, model.object, model.owned_by) for model in models]
    assert listed == [("robotvoice", "model", "robotvoice")]


async def test_voices_are_the_personas_and_each_can_be_asked_for() -> None:
    async with talking() as (gateway, client):
        listed = (await gateway.ask("/v1/audio/voices")).json
        assert listed["default"] == "spark"
        assert [voice["id"] for voice in listed["voices"]] == ["gremlin", "spark", "vixen"]
        for voice in listed["voices"]:
            assert set(voice) == {"id", "name", "aliases", "language"}
            for name in (voice["id"], voice["name"], *voice["aliases"]):
                assert (await spoken(client, voice=name, response_format="pcm"))[1]


async def test_sound_is_sent_while_it_is_made_and_a_client_that_leaves_stops_the_work() -> None:
    engine = Told("own", 2)
    engine.hold = asyncio.Event()
    async with talking(alone("own"), {"own": engine}) as (gateway, client):
        async with client.audio.speech.with_streaming_response.create(
            model="tts-1", voice="spark", input=TEXT, response_format="pcm"
        ) as response:
            assert await anext(aiter(response.iter_bytes())) == CHUNK
            assert gateway.inside == 1
        await soon(lambda: gateway.inside == 0)
