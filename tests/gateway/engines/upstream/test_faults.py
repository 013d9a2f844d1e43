"""Whatever an upstream sends in place of a sentence is a failure that counts, and none of it is played."""

import asyncio
import gzip
import json
import struct

import pytest

from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioFormat, wav_file
from tests.fakes.fake_upstream import (
    CHUNK,
    PCM,
    Behaviour,
    Exchange,
    answers,
    hangs,
    head,
    running,
    speaks,
    writes,
)
from tests.gateway.engines.upstream.listening import TEXT, listen, upstream

WAV = wav_file(PCM, AudioFormat(24_000))
ERROR = json.dumps({"error": {"message": f"cannot say {TEXT}", "type": "server_error"}}).encode()
HTML = b"<!DOCTYPE html><html><body>Sign in to your router first</body></html>"
EVENTS = b'data: {"type": "speech.audio.delta", "audio": "AAAA"}\n\n'
LONG = "Content-Length: 48000"


def wav_with(offset: int, *values: int, form: str = "<I", body: bytes = WAV) -> bytes:
    """A WAV whose header says something else at this place."""
    lie = struct.pack(form, *values)
    return body[:offset] + lie + body[offset + len(lie) :]


FAULTS: dict[str, tuple[Behaviour, str]] = {
    "an error as JSON": (answers("200 OK", "application/json", ERROR), "not_audio"),
    "an error as JSON that is called sound": (answers("200 OK", "audio/pcm", ERROR), "not_audio"),
    "an error as JSON that is called a WAV": (speaks(ERROR, kind="audio/wav"), "not_audio"),
    "a short error that is called sound": (speaks(b"no such voice\n"), "not_audio"),
    "HTML": (answers("200 OK", "text/html", HTML), "not_audio"),
    "HTML that is called sound": (speaks(HTML), "not_audio"),
    "events": (speaks(EVENTS, kind="text/event-stream"), "not_audio"),
    "events that are called sound": (speaks(EVENTS * 3), "not_audio"),
    "MP3": (speaks(b"ID3\x04" + PCM, kind="audio/mpeg"), "not_audio"),
    "Ogg that is called sound": (speaks(b"OggS\0\x02" + PCM), "not_audio"),
    "no type at all": (answers("200 OK", None, PCM), "not_audio"),
    "compressed": (
        answers("200 OK", "audio/pcm", gzip.compress(b"\0" * 10_000_000), "Content-Encoding: gzip"),
        "not_audio",
    ),
    "nothing": (answers("200 OK", "audio/pcm", b""), "no_audio"),
    "nothing in chunks": (writes(head() + b"0\r\n\r\n"), "no_audio"),
    "no content": (writes(head("204 No Content", None, "Content-Length: 0")), "not_audio"),
    "a WAV without sound": (speaks(wav_file(b"", AudioFormat(24_000)), kind="audio/wav"), "no_audio"),
    "an odd length": (answers("200 OK", "audio/pcm", PCM[:-1]), "cut"),
    "no end that can be seen": (writes(head("200 OK", "audio/pcm", "Connection: close") + PCM), "not_audio"),
    "no WAV that is called one": (speaks(PCM, kind="audio/wav"), "not_audio"),
    "a WAV in stereo": (speaks(wav_file(PCM, AudioFormat(24_000, 2)), kind="audio/wav"), "not_audio"),
    "a WAV of 8 bits": (speaks(wav_with(34, 8, form="<H"), kind="audio/wav"), "not_audio"),
    "a WAV of floats": (speaks(wav_with(20, 3, form="<H"), kind="audio/wav"), "not_audio"),
    "a WAV with a rate of nothing": (speaks(wav_with(24, 0), kind="audio/wav"), "not_audio"),
    "a WAV that contradicts itself": (speaks(wav_with(28, 24_000), kind="audio/wav"), "not_audio"),
    "a WAV of half a sample": (speaks(wav_with(40, 1001), kind="audio/wav"), "not_audio"),
    "a WAV that is cut in its header": (speaks(WAV[:30], kind="audio/wav"), "cut"),
    "a WAV that is all header": (
        speaks(b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<I", 10**6) + bytes(10**6), kind="audio/wav"),
        "not_audio",
    ),
    "a WAV with much that is no sound": (
        speaks(WAV[:36] + b"junk" + struct.pack("<I", 10**7) + bytes(10**6), kind="audio/wav"),
        "not_audio",
    ),
    "a redirect": (answers("307 Temporary Redirect", None, b"", "Location: /elsewhere"), "redirected"),
    "a page that is not there": (answers("404 Not Found", "text/html", HTML), "not_audio"),
    "no HTTP": (writes(b"SSH-2.0-OpenSSH_9.9\r\n"), "protocol"),
    "a head without end": (writes(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000), "protocol"),
}

BROKEN_OFF: dict[str, tuple[Behaviour, str]] = {
    "a length that is not kept": (writes(head("200 OK", "audio/pcm", LONG) + CHUNK), "cut"),
    "chunks without the last one": (writes(head() + b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK)), "cut"),
    "half a chunk": (writes(head() + b"%x\r\n%b" % (len(PCM), CHUNK)), "cut"),
    "an odd number of bytes": (speaks(CHUNK, PCM[:-1]), "cut"),
    "a WAV that promises more": (speaks(wav_with(40, 10**6), kind="audio/wav"), "cut"),
    "a WAV that promises less": (speaks(wav_with(40, 10_000), kind="audio/wav"), "not_audio"),
    "a second WAV": (speaks(WAV, WAV, kind="audio/wav"), "not_audio"),
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_no_sound_is_a_failure_and_never_played(fault: str) -> None:
    behaviour, reason = FAULTS[fault]
    async with running() as fake, upstream(fake) as engine:
        fake.always = behaviour
        heard = await listen(engine)
        assert isinstance(heard.problem, EngineFailure)
        assert (heard.reason, heard.chunks) == (reason, [])
        assert "aubergine" not in heard.problem.message
        fake.always = speaks()
        assert (await listen(engine)).pcm == PCM, "the next sentence is not harmed"


@pytest.mark.parametrize("fault", BROKEN_OFF)
async def test_a_sentence_that_breaks_off_is_never_taken_for_a_whole_one(fault: str) -> None:
    behaviour, reason = BROKEN_OFF[fault]
    async with running() as fake, upstream(fake) as engine:
        fake.always = behaviour
        heard = await listen(engine)
        assert isinstance(heard.problem, EngineFailure)
        assert heard.reason == reason
        assert (PCM * 2).startswith(heard.pcm), "what was heard was right"
        fake.always = speaks()
        assert (await listen(engine)).pcm == PCM, "the next sentence is not harmed"


async def test_the_many_wavs_of_mlx_audio_have_one_rate() -> None:
    wavs = wav_file(PCM, AudioFormat(24_000)), wav_file(PCM, AudioFormat(16_000))
    async with (
        running(speaks(*wavs, kind="audio/wav")) as fake,
        upstream(fake, dialect="mlx-audio") as engine,
    ):
        heard = await listen(engine)
    assert heard.reason == "not_audio"
    assert PCM.startswith(heard.pcm)


async def test_chunks_that_are_none_are_a_failure() -> None:
    async def garbles(exchange: Exchange) -> None:
        await exchange.send(head())
        await exchange.chunks(CHUNK)
        await asyncio.sleep(0.05)
        await exchange.send(b"zz\r\n")
        await exchange.left.wait()

    async with running(garbles) as fake, upstream(fake) as engine:
        heard = await listen(engine)
    # Which of them depends on what comes together, and on the client's parser; it is never an end in order.
    assert heard.reason in {"cut", "protocol", "stalled"}
    assert PCM.startswith(heard.pcm)


async def test_a_redirect_leads_nowhere() -> None:
    async with running() as other, running() as fake, upstream(fake) as engine:
        fake.always = answers("307 Temporary Redirect", None, b"", f"Location: {other.url}/v1/audio/speech")
        assert (await listen(engine)).reason == "redirected"
        assert (len(fake.requests), len(other.requests)) == (1, 0)


async def test_a_stream_without_end_is_cut_where_no_sentence_can_be_so_long() -> None:
    async def babbles(exchange: Exchange) -> None:
        await exchange.send(head())
        while True:
            await exchange.chunks(CHUNK)

    async with running(babbles) as fake, upstream(fake) as engine:
        heard = await listen(engine, text="Hi.")
        assert heard.reason == "too_long"
        assert len(heard.pcm) < 24_000 * 2 * 10


async def test_who_drips_is_as_good_as_silent() -> None:
    async def drips(exchange: Exchange) -> None:
        await exchange.send(head())
        await exchange.chunks(CHUNK)
        for start in range(0, len(PCM), 2):
            await exchange.chunks(PCM[start : start + 2])
            await asyncio.sleep(0.01)

    async with running(drips) as fake, upstream(fake, gap=0.2) as engine:
        heard = await listen(engine)
    assert heard.reason == "stalled"
    assert len(heard.pcm) < 2 * len(CHUNK)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [([], "no_answer"), ([head()], "no_answer"), ([head(kind="audio/wav"), b"2c\r\n", WAV[:44]], "stalled")],
)
async def test_no_sound_in_time_is_a_failure(sent: list[bytes], reason: str) -> None:
    async with running(hangs(*sent)) as fake, upstream(fake, first_audio=0.2) as engine:
        heard = await listen(engine)
    assert (heard.reason, heard.chunks) == (reason, [])


async def test_a_gap_in_a_sentence_is_a_failure() -> None:
    behaviour = hangs(head(), b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
    async with running(behaviour) as fake, upstream(fake, gap=0.1) as engine:
        heard = await listen(engine)
    assert (heard.reason, heard.pcm) == ("stalled", CHUNK)


async def test_who_should_be_secure_and_is_not_gets_nothing() -> None:
    connections = 0

    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with upstream(f"https://127.0.0.1:{port}") as engine:
            heard = await listen(engine)
    assert (heard.reason, connections) == ("not_trusted", 1)


async def test_nobody_there_is_a_failure() -> None:
    async with running() as fake:
        url = fake.url
    async with upstream(url) as engine:
        heard = await listen(engine)
    assert heard.reason == "unreachable"
