"""How an answer of `/v1/audio/speech` begins, who speaks it, and how it ends when that breaks."""

import asyncio
import struct

import httpx2
import openai
import pytest

from gateway.personas.persona_files import PersonaLibrary
from robotvoice.engines.base import Readiness
from robotvoice.http import sending
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.sound.silence_and_fade import faded
from robotvoice.utterance import Reason
from tests.gateway.api.openai.openai_client import CHUNK, DIES, Told, alone, ask, client_of, talking
from tests.gateway.in_process import running, soon

COLD = Readiness(Reason("cold", "the model is being loaded"), 2.5)
WITH_SPARE = PersonaLibrary(
    {"spark": Persona("spark", "Spark", "en", VoiceSpec("own"), (VoiceSpec("spare"),))}
)


def plain_request(version: str) -> bytes:
    body = b'{"model": "m", "input": "Hi.", "voice": "spark", "response_format": "pcm"}'
    kind = f"Host: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return f"POST /v1/audio/speech HTTP/{version}\r\n{kind}\r\n\r\n".encode() + body


async def test_the_status_waits_for_the_first_sound() -> None:
    """So that a failure before it is still an error and not an empty answer."""
    engine = Told("own", DIES)
    async with running(alone("own"), {"own": engine}) as gateway:
        for format in ("pcm", "wav", "flac", "mp3"):
            answer = await ask(gateway, response_format=format)
            assert answer.status == 503
            error = answer.json["error"]
            assert (error["type"], error["message"]) == ("server_error", "it died")
            assert "x-should-retry" not in answer.headers


@pytest.mark.parametrize("format", ["pcm", "wav"])
async def test_what_breaks_after_the_first_sound_is_cut_off_and_never_ends_well(format: str) -> None:
    async with talking(alone("own"), {"own": Told("own", 1, DIES)}) as (gateway, client):
        asked = client.audio.speech.with_streaming_response.create(
            model="tts-1",
            voice="spark",
            input="Hello.",
            response_format=format,  # type: ignore[arg-type]  # a literal
        )
        async with asked as response:
            assert response.status_code == 200
            with pytest.raises(httpx2.TransportError):
                async for _ in response.iter_bytes():
                    pass
        await soon(lambda: gateway.inside == 0)


async def test_it_is_cut_off_also_for_a_client_without_chunked_encoding() -> None:
    """For such a one the end of the connection is the end of the answer: it must not come in order."""
    async with running(alone("own"), {"own": Told("own", 1, DIES)}) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(plain_request("1.0"))
        with pytest.raises(ConnectionResetError):
            async with asyncio.timeout(10):
                while await reader.read(1024):
                    pass
                pytest.fail("the answer ended in order")
        writer.close()


async def test_a_substitute_is_named_in_the_headers() -> None:
    own, spare = Told("own", ready=COLD), Told("spare")
    async with running(WITH_SPARE, {"own": own, "spare": spare}) as gateway:
        for format in ("pcm", "flac"):
            answer = await ask(gateway, response_format=format)
            assert answer.status == 200
            assert answer.headers["X-Voice-Engine"] == "spare"
            assert answer.headers["X-Voice-Substitute"] == "cold"


async def test_a_sentence_that_breaks_is_said_again_by_the_next_voice_and_the_answer_ends_well() -> None:
    """A whole file is all in that voice."""
    engines = {"own": Told("own", 1, DIES), "spare": Told("spare", 3)}
    async with running(WITH_SPARE, engines) as gateway:
        fade = faded(AudioChunk(CHUNK, AudioFormat(24_000), Origin("own", ""))).pcm
        assert (await ask(gateway)).body == CHUNK + fade + 3 * CHUNK
        flac = await ask(gateway, response_format="flac")
        assert flac.headers["X-Voice-Engine"] == "spare"
        assert flac.headers["X-Voice-Substitute"] == "died"


async def test_who_cannot_speak_yet_says_when_to_come_back() -> None:
    async with running(alone("own"), {"own": Told("own", ready=COLD)}) as gateway:
        answer = await ask(gateway)
        assert answer.status == 503
        assert answer.json["error"]["code"] == "nothing_can_speak"
        assert answer.headers["Retry-After"] == "3"
        assert "x-should-retry" not in answer.headers


async def test_the_official_client_comes_back_by_itself_until_the_voice_is_ready() -> None:
    engine = Told("own", ready=Readiness(Reason("cold", "the model is being loaded"), 0.5))
    async with running(alone("own"), {"own": engine}) as gateway, client_of(gateway) as client:
        with pytest.raises(openai.InternalServerError):
            await client.with_options(max_retries=0).audio.speech.create(
                model="tts-1", voice="spark", input="Hello.", response_format="pcm"
            )
        asking = asyncio.create_task(
            client.audio.speech.create(model="tts-1", voice="spark", input="Hello.", response_format="pcm")
        )
        await asyncio.sleep(0.3)
        engine.ready = Readiness()
        assert (await asking).content == CHUNK


async def test_a_client_that_reads_nothing_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SEND_WITHIN", 0.2)
    engine = Told("own", 10_000)  # 48 MB, more than any buffer between the two holds
    async with running(alone("own"), {"own": engine}) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1024)
        writer.write(plain_request("1.1"))
        await soon(lambda: bool(engine.voices))
        await soon(lambda: gateway.inside == 0)
        writer.transport.abort()
        await soon(writer.transport.is_closing)
        await asyncio.sleep(0)  # it is closed in the loop's next turn


async def test_a_streamed_wav_leaves_its_length_open() -> None:
    async with running(alone("own"), {"own": Told("own", 2)}) as gateway:
        body = (await ask(gateway, response_format="wav")).body
    assert struct.unpack("<4sI4s4sIHHIIHH4sI", body[:44]) == (
        *(b"RIFF", 0x7FFFF024, b"WAVE"),
        *(b"fmt ", 16, 1, 1, 24_000, 48_000, 2, 16),
        *(b"data", 0x7FFFF000),
    )
    assert body[44:] == 2 * CHUNK


async def test_a_short_wav_by_espeak_says_its_length_and_a_long_one_begins_at_once() -> None:
    """C4: what is saved to a file is as long as it says."""
    async with running() as gateway:
        answer = await ask(gateway, input="Hello there. How are you?", response_format="wav")
        assert answer.frames > 24_000
        answer = await ask(gateway, input="Hello there. " * 30, response_format="wav")
        assert answer.body[40:44] == (0x7FFFF000).to_bytes(4, "little")
