"""`/ws/tts` with `engines: own`: words that are kept need no model."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gateway.engines.cache.audio_store import AudioKeys, AudioStore
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.engine_parts import Parts
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence
from tests.gateway.engines.cache.parrot import VOICE, Parrot, pcm_for, pcm_of
from tests.gateway.in_process import Client, library, named, running, soon

SPELLED = replace(VOICE, lexicon=(("Pi", "pie"),))
PERSONA = Persona("rook", "Rook", "en", SPELLED, (VoiceSpec("espeak", voice="en"),))
AWAY = Reason("warming_up", "the model is warming up")


class Around(WrappedEngine):
    """As what brings every voice to one loudness is put around the cache."""

    def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        return self._engine.speak(sentence, voice)


@asynccontextmanager
async def keeping(folder: Path, persona: Persona = PERSONA) -> AsyncIterator[tuple[Parrot, Client]]:
    """A model that is away, and a client of a gateway that keeps two of its sentences."""
    parrot = Parrot()
    store = AudioStore(folder / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret")
    storing = StoringEngine(parrot, store, keys)
    cache = CacheEngine(store, keys)
    engines = named(Around(cache), storing, Parrot("espeak"))
    parts = Parts(engines, cache=cache, storing={"mlx": storing})
    async with running(library(persona), parts) as gateway, gateway.socket() as client:
        await soon(lambda: "on disk" in store.description)
        for text in ("One pie.", "Two."):
            await pcm_of(storing, text, SPELLED)
        parrot.not_ready = AWAY
        parrot.begun.clear()
        yield parrot, client


async def answers(client: Client, text: str, engines: str = "own") -> list[dict[str, Any]]:
    """All messages up to the end of this text."""
    await client.ask(text=text, engines=engines)
    return await client.until("complete", "error", "unavailable")


async def test_words_that_are_kept_are_played_while_the_model_is_away(tmp_path: Path) -> None:
    """By the words the engine would be given: the lexicon is applied before they are looked for."""
    async with keeping(tmp_path) as (parrot, client):
        messages = await answers(client, "One Pi.\nTwo.")
    assert messages[0] == {"type": "accepted", "id": "1", "predicted_first_audio_ms": 0}
    assert [(row["engine"], row["stored"]) for row in messages[-1]["spoken"]] == [("mlx", True)] * 2
    pcm = b"".join(message["pcm"] for message in messages if message["type"] == "pcm")
    assert pcm == pcm_for("One pie.", SPELLED) + pcm_for("Two.", SPELLED)
    assert not parrot.begun


async def test_one_sentence_that_is_not_kept_makes_all_of_it_unavailable_at_once(tmp_path: Path) -> None:
    """The robot speaks the whole itself then, and nothing breaks off in the middle."""
    async with keeping(tmp_path) as (_, client):
        (answer,) = await answers(client, "Two.\nThree.")
        assert (answer["type"], answer["reason"], answer["detail"]) == ("unavailable", AWAY.code, AWAY.text)
        assert (await answers(client, "Two."))[-1]["type"] == "complete"


async def test_kept_words_of_a_silent_persona_are_spoken_for_any_client(tmp_path: Path) -> None:
    """It has no other voice."""
    async with keeping(tmp_path, replace(PERSONA, when_unavailable="silent")) as (_, client):
        assert (await answers(client, "Two.", engines="all"))[-1]["type"] == "complete"
        assert (await answers(client, "Three.", engines="all"))[-1]["type"] == "unavailable"
