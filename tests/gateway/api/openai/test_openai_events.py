"""`stream_format: sse`: the sound as OpenAI's events, which end in `done` or in an error (C1)."""

import asyncio
import base64
import io
import json
from typing import Any

import numpy as np
import openai
import pytest
import soundfile
from openai import AsyncOpenAI

from robotvoice.engines.base import Readiness
from robotvoice.utterance import Reason
from tests.gateway.api.openai.openai_client import CHUNK, DIES, Told, alone, ask, talking
from tests.gateway.in_process import Answer, running, soon

TEXT = "The quick brown fox jumps over the lazy dog. Then it rests."


def events_of(body: bytes) -> list[dict[str, Any]]:
    """All there are; each is one line of data."""
    assert body.endswith(b"\n\n")
    events = []
    for block in body[:-2].split(b"\n\n"):
        assert block.startswith(b"data: ")
        assert b"\n" not in block
        events.append(json.loads(block[6:]))
    return events


def sound_in(events: list[dict[str, Any]]) -> bytes:
    """That of the deltas, which come before anything else."""
    deltas = [each for each in events if each["type"] == "speech.audio.delta"]
    assert events[: len(deltas)] == deltas
    return b"".join(base64.b64decode(each["audio"], validate=True) for each in deltas)


async def asked(text: str = TEXT, *plan: int | Exception, **fields: Any) -> Answer:
    async with running(alone("own"), {"own": Told("own", *plan)}) as gateway:
        return await ask(gateway, input=text, stream_format="sse", **fields)


async def test_sound_comes_as_deltas_and_a_last_event_tells_that_it_is_all() -> None:
    answer = await asked(TEXT, 20)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["X-Voice-Engine"] == "own"
    assert answer.headers["X-Accel-Buffering"] == "no"
    events = events_of(answer.body)
    assert sound_in(events) == 2 * 20 * CHUNK
    assert events[-1] == {
        "type": "speech.audio.done",
        "usage": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0},
    }
    assert len(events) > 10, "it is sent while it is made"


@pytest.mark.parametrize("format", ["mp3", "wav", "flac", "opus", "pcm"])
async def test_every_format_is_the_same_as_without_events(format: str) -> None:
    async with running(alone("own"), {"own": Told("own", 20)}) as gateway:
        told = {"input": TEXT, "response_format": format.upper()}
        in_events = sound_in(events_of((await ask(gateway, stream_format="SSE", **told)).body))
        plain = (await ask(gateway, **told)).body
    if format == "opus":  # each file of it has a number of its own
        assert np.array_equal(*(soundfile.read(io.BytesIO(each))[0] for each in (in_events, plain)))
    else:
        assert in_events == plain


async def test_what_was_not_followed_is_in_the_header_and_in_the_last_event() -> None:
    answer = await asked("Hi.", speed=2, seed=-1)
    told = answer.headers["X-Voice-Warning"].split("; ")
    assert len(told) == 2
    assert events_of(answer.body)[-1]["warnings"] == told


async def test_what_fails_before_the_first_sound_is_an_error_and_no_event() -> None:
    async with running(alone("own"), {"own": Told("own", DIES)}) as gateway:
        answer = await ask(gateway, stream_format="sse")
        assert (answer.status, answer.json["error"]["message"]) == (503, "it died")
    cold = Told("own", ready=Readiness(Reason("cold", "the model is being loaded"), 2.5))
    async with running(alone("own"), {"own": cold}) as gateway:
        answer = await ask(gateway, stream_format="sse")
        assert (answer.status, answer.headers["Retry-After"]) == (503, "3")


async def test_what_breaks_later_ends_in_an_error_event_and_the_body_in_order() -> None:
    answer = await asked("Hello.", 2, DIES)
    assert answer.status == 200
    events = events_of(answer.body)
    assert sound_in(events).startswith(2 * CHUNK)
    why = {"message": "it died", "type": "server_error", "param": None, "code": "engine_failed"}
    assert events[-1] == {"type": "error", "error": why}
    assert {each["type"] for each in events[:-1]} == {"speech.audio.delta"}


async def test_how_a_broken_stream_ended_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await asked("Hello.", 2, DIES)
    (record,) = [each for each in caplog.records if each.message == "not spoken to the end"]
    assert (record.outcome, record.reason) == ("incomplete", "died")  # type: ignore[attr-defined]


async def deltas(client: AsyncOpenAI, **more: Any) -> bytes:
    """As its users read the stream of the official package."""
    sound, done = b"", False
    async with client.audio.speech.with_streaming_response.create(
        model="gpt-4o-mini-tts", voice="alloy", input=TEXT, stream_format="sse", **more
    ) as response:
        async for line in response.iter_lines():
            if line.startswith("data: "):
                event = json.loads(line.removeprefix("data: "))
                sound += base64.b64decode(event.get("audio", ""))
                done = event["type"] == "speech.audio.done"
    assert done
    return sound


async def test_the_official_client_reads_it_line_by_line() -> None:
    async with talking() as (_, client):
        for format in ("pcm", "mp3"):
            assert len(await deltas(client, response_format=format)) > 10_000


async def test_the_official_client_raises_what_the_error_event_says() -> None:
    asked = {"model": "m", "voice": "spark", "input": "Hi.", "response_format": "pcm"}
    async with talking(alone("own"), {"own": Told("own", 2, DIES)}) as (_, client):
        stream = await client.post(
            "/audio/speech",
            cast_to=object,
            body={**asked, "stream_format": "sse"},
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        with pytest.raises(openai.APIError, match="it died"):
            async for _ in stream:
                pass


async def test_a_client_that_leaves_stops_the_work() -> None:
    engine = Told("own", 2)
    engine.hold = asyncio.Event()
    async with talking(alone("own"), {"own": engine}) as (gateway, client):
        async with client.audio.speech.with_streaming_response.create(
            model="m", voice="spark", input=TEXT, response_format="pcm", stream_format="sse"
        ) as response:
            assert (await anext(aiter(response.iter_lines()))).startswith("data: ")
            assert gateway.inside == 1
        await soon(lambda: gateway.inside == 0)
