"""`/v1/audio/speech` of sentences that are kept: a WAV says its true length (C4)."""

import io
import struct
import wave
from pathlib import Path

import pytest

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from robotvoice.engines.base import Engine
from robotvoice.persona import Persona
from robotvoice.sound.ai_mark import INFO_CHUNK
from tests.gateway.api.openai.openai_client import ask
from tests.gateway.api.openai.test_openai_events import events_of, sound_in
from tests.gateway.engines.cache.parrot import VOICE, Parrot, pcm_for
from tests.gateway.in_process import RunningGateway, library, named, running

PERSONA = Persona("spark", "Spark", "en", VOICE)
TEXT = "One fish. Two fish."
SOUND = pcm_for("One fish.", VOICE) + pcm_for("Two fish.", VOICE)


def keeping(folder: Path) -> list[Engine]:
    store = AudioStore(folder / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret")
    return [CacheEngine(store, keys), StoringEngine(Parrot(), store, keys)]


async def length_of(gateway: RunningGateway, text: str, **more: str) -> int:
    """What the header of the WAV says, in bytes; all of its sound is there."""
    body = (await ask(gateway, input=text, response_format="wav", **more)).body
    if more:
        body = sound_in(events_of(body))
    sound = b"".join(pcm_for(each, VOICE) for each in text.replace(". ", ".\n").split("\n"))
    assert body[44:].removesuffix(INFO_CHUNK) == sound
    return int(struct.unpack_from("<I", body, 40)[0])


async def test_a_kept_sentence_has_its_true_length_and_a_new_one_an_open_one(tmp_path: Path) -> None:
    """Also if there are several; one that is new leaves it open for all."""
    async with running(library(PERSONA), named(*keeping(tmp_path))) as gateway:
        assert await length_of(gateway, TEXT) == 0x7FFFF000
        assert await length_of(gateway, TEXT) == len(SOUND)
        assert await length_of(gateway, TEXT, stream_format="sse") == len(SOUND)
        assert await length_of(gateway, "Two fish. Red fish.") == 0x7FFFF000
        body = (await ask(gateway, input="Red fish.", response_format="wav")).body
        with wave.open(io.BytesIO(body)) as file:
            assert file.getnframes() == len(pcm_for("Red fish.", VOICE)) // 2


async def test_what_is_kept_needs_no_longer_for_that(tmp_path: Path) -> None:
    """It is not made again, nor by another voice."""
    cache, storing = keeping(tmp_path)
    async with running(library(PERSONA), named(cache, storing)) as gateway:
        for _ in range(3):
            answer = await ask(gateway, input=TEXT, response_format="wav")
            assert answer.headers["X-Voice-Substitute"] == "none"
    parrot = storing._engine  # type: ignore[attr-defined]
    assert parrot.begun == ["One fish.", "Two fish."]


@pytest.mark.parametrize("header", [None, "50"])
async def test_a_budget_for_the_first_sound_is_none_for_the_whole_file(
    tmp_path: Path, header: str | None
) -> None:
    async with running(library(PERSONA), named(*keeping(tmp_path))) as gateway:
        await ask(gateway, input=TEXT)
        told = {"X-Budget-Ms": header} if header else {}
        asked = {"input": TEXT, "voice": "spark", "response_format": "wav"}
        answer = await gateway.ask("/v1/audio/speech", "POST", json=asked, headers=told)
        assert answer.frames == len(SOUND) // 2
