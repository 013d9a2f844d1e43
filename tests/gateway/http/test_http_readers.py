"""Over HTTP, too: who reads as it plays gets all, who reads nothing is cut off (C8)."""

import asyncio
import time

import pytest

from robotvoice.http import sending
from robotvoice.sound.ai_mark import INFO_CHUNK
from tests.fakes.scripted_engine import ScriptedEngine
from tests.gateway.api.openai.openai_client import CHUNK, Told, alone
from tests.gateway.in_process import RunningGateway, library, named, persona, running, soon

SECONDS = 20
SCALE = 10


def request(fields: str) -> bytes:
    body = f'{{"input": "Hi.", "voice": "spark", {fields}}}'.encode()
    head = "POST /v1/audio/speech HTTP/1.0\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


SYNTHESIZE = b"GET /synthesize?text=Hi. HTTP/1.0\r\n\r\n"


async def read_slowly(gateway: RunningGateway, asked: bytes, rate: float) -> int:
    """Bytes of the body, of which so many are read in a second."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=4_096)
    writer.write(asked)
    await reader.readuntil(b"\r\n\r\n")
    got, began = 0, time.monotonic()
    while piece := await reader.read(4_096):
        got += len(piece)
        await asyncio.sleep(max(got / rate - (time.monotonic() - began), 0))
    writer.close()
    return got


@pytest.mark.slow
async def test_who_reads_as_it_plays_gets_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time is scaled: a second of sound plays in a tenth."""
    monkeypatch.setattr(sending, "SEND_WITHIN", 10 / SCALE)
    pcm = SECONDS * 10 * len(CHUNK)
    async with running(alone("own"), {"own": Told("own", SECONDS * 10)}) as gateway:
        asked = [(request('"response_format": "pcm"'), 48_000), (SYNTHESIZE, 48_000)]
        asked.append((request('"response_format": "pcm", "stream_format": "sse"'), 65_000))
        got = await asyncio.gather(*(read_slowly(gateway, each, rate * SCALE) for each, rate in asked))
    assert got[:2] == [pcm, pcm + 44 + len(INFO_CHUNK)]
    assert got[2] > pcm * 4 / 3


async def test_of_an_endless_story_a_few_seconds_are_on_their_way() -> None:
    """By themselves the systems on both sides hold most of a minute, for which nobody is heard of."""
    made = 0

    def count() -> None:
        nonlocal made
        made += 1

    own = ScriptedEngine("own", [step for _ in range(3_000) for step in (2_400, count)])
    async with running(library(persona("spark", "own")), named(own)) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1_024)
        writer.write(request('"response_format": "pcm"'))
        await soon(lambda: made > 20)
        await asyncio.sleep(0.3)
        assert made < 200
        writer.transport.abort()
        await soon(lambda: gateway.inside == 0)


async def test_who_reads_nothing_of_a_whole_file_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for it meanwhile."""
    monkeypatch.setattr(sending, "SEND_WITHIN", 0.2)
    async with running(alone("own"), {"own": Told("own", 2_000)}) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1_024)
        writer.write(SYNTHESIZE)
        await reader.readuntil(b"\r\n\r\n")
        assert gateway.inside == 0
        await asyncio.sleep(0.4)
        got = 0
        with pytest.raises(ConnectionResetError):
            while piece := await reader.read(65_536):
                got += len(piece)
            raise ConnectionResetError  # the system may end it in order as well
        assert got < 2_000_000
        writer.close()
