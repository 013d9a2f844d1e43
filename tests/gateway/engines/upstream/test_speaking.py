"""An upstream's voice is heard as it comes, and the upstream is asked in its own words."""

import asyncio
import struct
from contextlib import aclosing

import pytest

from robotvoice.sound.ai_mark import marked_wav
from robotvoice.sound.pcm import AudioFormat, Origin, wav_file
from robotvoice.utterance import Priority, RequestOptions, Sentence
from tests.fakes.fake_upstream import CHUNK, PCM, Exchange, answers, hangs, head, running, speaks
from tests.gateway.engines.upstream.listening import NOVA, TEXT, listen, upstream
from tests.gateway.in_process import soon


async def test_a_sentence_is_asked_for_and_heard_to_its_last_sample() -> None:
    async with running() as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, PCM)
    assert {chunk.format for chunk in heard.chunks} == {AudioFormat(24_000)}
    assert all(chunk.origin == Origin("upstream:studio", "nova") for chunk in heard.chunks)
    (request,) = fake.requests
    assert (request.method, request.path) == ("POST", "/v1/audio/speech")
    assert request.fields == {"model": "tts-1", "input": TEXT, "voice": "nova", "response_format": "pcm"}
    assert request.headers["accept-encoding"] == "identity"
    assert "authorization" not in request.headers


async def test_sound_is_passed_on_before_the_sentence_is_complete() -> None:
    async with (
        running(hangs(head(), b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))) as fake,
        upstream(fake) as engine,
        aclosing(engine.speak(Sentence(0, TEXT), NOVA)) as chunks,
    ):
        assert (await anext(chunks)).pcm == CHUNK


async def test_whoever_leaves_closes_the_request_at_once() -> None:
    async with (
        running(hangs(head(), b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))) as fake,
        upstream(fake, first_audio=60.0) as engine,
    ):
        async with aclosing(engine.speak(Sentence(0, TEXT), NOVA)) as chunks:
            await anext(chunks)
            assert fake.left == 0
        await soon(lambda: fake.left == 1)


async def test_the_connection_is_kept_for_the_next_sentence() -> None:
    async with running() as fake, upstream(fake) as engine:
        for _ in range(3):
            assert (await listen(engine)).pcm == PCM
        assert (len(fake.requests), fake.connections) == (3, 1)


async def test_a_body_that_comes_byte_by_byte_is_whole_samples_here() -> None:
    pieces = [PCM[start : start + 7] for start in range(0, len(PCM), 7)]
    async with running(speaks(*pieces)) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, PCM)
    assert all(len(chunk.pcm) % 2 == 0 and chunk.samples >= 480 for chunk in heard.chunks[:-1])


@pytest.mark.parametrize(
    ("kind", "body", "rate"),
    [
        ("audio/pcm", PCM, 16_000),
        ("audio/pcm; rate=22050", PCM, 22_050),
        ("audio/pcm;rate=4", PCM, 16_000),
        ("audio/wav", wav_file(PCM, AudioFormat(44_100)), 44_100),
        ("audio/x-wav", wav_file(PCM, AudioFormat(8_000)), 8_000),
        ("audio/pcm", wav_file(PCM, AudioFormat(22_050)), 22_050),
        ("audio/wav", marked_wav(PCM, AudioFormat(24_000)), 24_000),
    ],
)
async def test_the_rate_is_what_the_upstream_says_it_is(kind: str, body: bytes, rate: int) -> None:
    async with running(speaks(body, kind=kind)) as fake, upstream(fake, sample_rate=16_000) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, PCM)
    assert heard.chunks[0].format == AudioFormat(rate)


@pytest.mark.parametrize("length", [0, 0xFFFF_FFFF, 0x7FFF_FFFF])
async def test_a_wav_that_did_not_know_its_length_is_heard_to_its_end(length: int) -> None:
    wav = wav_file(PCM, AudioFormat(24_000))
    streamed = wav[:40] + struct.pack("<I", length) + wav[44:]
    pieces = [streamed[start : start + 5] for start in range(0, 100, 5)]
    async with running(speaks(*pieces, streamed[100:], kind="audio/wav")) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, PCM)


async def test_parts_of_a_wav_that_do_not_sound_are_passed_over() -> None:
    wav = wav_file(PCM, AudioFormat(24_000))
    note = b"LIST" + struct.pack("<I", 5) + b"notes\0"
    body = wav[:36] + note + wav[36:] + note
    async with running(speaks(body, kind="audio/wav")) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, PCM)


async def test_the_many_wavs_of_mlx_audio_are_one_sentence() -> None:
    wavs = [wav_file(CHUNK, AudioFormat(24_000)) for _ in range(10)]
    behaviour = speaks(*wavs[:3], b"".join(wavs[3:7]), *wavs[7:], kind="audio/wav")
    async with running(behaviour) as fake, upstream(fake, dialect="mlx-audio") as engine:
        heard = await listen(engine)
    assert (heard.problem, heard.pcm) == (None, CHUNK * 10)


async def test_a_whole_answer_of_known_length_is_as_good_as_a_stream() -> None:
    async with running(answers("200 OK", "audio/pcm", PCM)) as fake, upstream(fake) as engine:
        assert (await listen(engine)).pcm == PCM


async def test_the_key_is_sent_and_shown_to_nobody() -> None:
    async with running() as fake, upstream(fake, key_env="STUDIO_KEY") as engine:
        await listen(engine)
        shown = [engine.description, engine.name, repr(engine), repr(engine.readiness(NOVA))]
    assert fake.requests[0].headers["authorization"] == "Bearer sk-hidden"
    assert not [text for text in shown if "hidden" in text]


async def test_a_key_that_would_travel_for_all_to_see_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async with running() as fake, upstream(fake, key_env="STUDIO_KEY"):
        assert caplog.messages == []
    async with upstream("http://studio.invalid", key_env="STUDIO_KEY"):
        assert caplog.messages == ["upstream:studio: the key travels unencrypted; give an address with https"]


async def test_an_address_may_end_in_v1() -> None:
    async with running() as fake, upstream(f"{fake.url}/v1/") as engine:
        assert (await listen(engine)).pcm == PCM


async def test_more_sentences_than_it_takes_at_a_time_are_given_back_uncounted() -> None:
    async with running(hangs()) as fake, upstream(fake, requests=1) as engine:
        async with aclosing(engine.speak(Sentence(0, TEXT), NOVA)) as chunks:
            waiting = asyncio.ensure_future(anext(chunks))
            await soon(lambda: len(fake.requests) == 1)
            assert (await listen(engine)).reason == "busy"
            waiting.cancel()
            await asyncio.wait({waiting})
        assert (await listen(engine)).problem is None


NOBODY = RequestOptions(priority=Priority.BACKGROUND)


async def test_what_nobody_listens_to_gives_way_when_another_sentence_finds_no_place() -> None:
    async with (
        running(hangs(head(), b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))) as fake,
        upstream(fake, requests=1) as engine,
    ):
        recording = asyncio.create_task(listen(engine, asked=NOBODY))
        await soon(lambda: len(fake.requests) == 1)
        assert (await listen(engine, asked=NOBODY)).reason == "busy"
        heard = await listen(engine)
        assert (heard.problem, heard.pcm) == (None, PCM)
        async with asyncio.timeout(10):
            assert (await recording).reason == "gave_way"
        await soon(lambda: fake.left == 1)
        assert (await listen(engine, asked=NOBODY)).pcm == PCM


async def test_what_nobody_listens_to_takes_the_place_of_nothing() -> None:
    async with running(hangs()) as fake, upstream(fake, requests=1) as engine:
        waiting = asyncio.create_task(listen(engine))
        await soon(lambda: len(fake.requests) == 1)
        assert (await listen(engine, asked=NOBODY)).reason == "busy"
        assert not waiting.done()
        waiting.cancel()
        await asyncio.wait({waiting})


async def test_what_is_to_be_expected_follows_what_was_measured() -> None:
    async def late(exchange: Exchange) -> None:
        await asyncio.sleep(0.1)
        await speaks()(exchange)

    async with running() as fake, upstream(fake) as engine:
        sentence = Sentence(0, TEXT)
        for _ in range(20):
            await listen(engine)
        soon_there = engine.start_estimate(sentence, NOVA)
        fake.always = late
        for _ in range(5):
            await listen(engine)
        assert soon_there < engine.start_estimate(sentence, NOVA)
        assert 0 < engine.real_time_factor(NOVA) < 0.5
