"""A pause in a text is silence of its length at every door of the gateway; a persona's rules hold there."""

import io
import wave

import numpy as np
import pytest

from robotvoice.persona import Persona, VoiceSpec
from robotvoice.reading_options import Acting
from robotvoice.text import clean
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.api.openai.openai_client import CHUNK, Told, alone, talking
from tests.gateway.in_process import library, named, persona, running

TEXT = 'Done.<break time="800ms"/>Next. [pause 0.25s]'
SPOKEN = [10, 19_200, 10, 6_000]
"""Samples that sound, and that do not, in turns"""


def runs(pcm: bytes) -> list[int]:
    """How many samples sound, how many do not, and so on."""
    loud = np.frombuffer(pcm, "<i2") != 0
    edges = np.flatnonzero(np.diff(loud)) + 1
    return [len(part) for part in np.split(loud, edges)]


async def test_synthesize_pauses_and_says_how_long_it_all_is() -> None:
    async with running(library(persona("p", "tone")), named(ScriptedEngine("tone", [10]))) as gateway:
        answer = await gateway.say(TEXT)
        assert runs(answer.pcm) == SPOKEN
        assert float(answer.headers["X-Duration"]) == pytest.approx(sum(SPOKEN) / 24_000, abs=0.001)
        assert answer.frames == sum(SPOKEN)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("prepared", [True, False])
async def test_a_websocket_pauses_streamed_or_whole_and_when_the_text_is_prepared(
    stream: bool, prepared: bool
) -> None:
    text = clean(TEXT) if prepared else TEXT
    engines = named(ScriptedEngine("tone", [10]))
    async with running(library(persona("p", "tone")), engines) as gateway, gateway.socket() as client:
        await client.ask(text=text, stream=stream, prepared=prepared)
        messages = await client.until("complete", "error")
    assert runs(b"".join(each["pcm"] for each in messages if each["type"] == "pcm")) == SPOKEN
    assert messages[-1]["duration_ms"] == round(sum(SPOKEN) / 24)
    assert [row["samples"] for row in messages[-1]["spoken"]] == [10, 10]


async def test_openais_dialect_pauses_in_a_stream_and_in_a_file() -> None:
    async with talking(alone("own"), {"own": Told("own", 2)}) as (_, client):
        for format in ("pcm", "wav"):
            asked = {"model": "tts-1", "voice": "spark", "input": "One. [pause 1s] Two."}
            answer = await client.audio.speech.create(**asked, response_format=format)  # type: ignore[arg-type]
            body = answer.content
            if format == "wav":
                with wave.open(io.BytesIO(body)) as file:
                    body = file.readframes(10**9)
            assert len(body) == 2 * len(2 * CHUNK) + 48_000
            assert not any(body[len(2 * CHUNK) : len(2 * CHUNK) + 48_000])


@pytest.mark.parametrize(("acting", "said"), [("drop", ["Fine."]), ("say", ["sighs.", "Fine."])])
async def test_a_personas_rule_for_stage_directions_holds_at_every_door(
    acting: Acting, said: list[str]
) -> None:
    engine = ScriptedEngine("tone", [10])
    actor = Persona("p", "P", "de", VoiceSpec("tone"), acting=acting)
    async with running(library(actor), named(engine)) as gateway:
        await gateway.say("*sighs* Fine.")
        body = {"input": "*sighs* Fine.", "response_format": "pcm", "model": "tts-1"}
        assert (await gateway.ask("/v1/audio/speech", "POST", json=body)).status == 200
        async with gateway.socket() as client:
            await client.ask(text="*sighs* Fine.")
            await client.until("complete")
        assert engine.asked == said * 3
        assert (await gateway.ask("/v1/personas/p")).json["acting"] == acting


async def test_signs_become_words_of_the_personas_language_or_of_the_one_asked_for() -> None:
    engine = ScriptedEngine("tone", [10])
    async with running(library(Persona("p", "P", "de", VoiceSpec("tone"))), named(engine)) as gateway:
        await gateway.say("5 < 6")
        async with gateway.socket() as client:
            await client.ask(text="5 < 6", language="en")
            await client.until("complete")
    assert engine.asked == ["fünf ist kleiner als sechs", "five is less than six"]
