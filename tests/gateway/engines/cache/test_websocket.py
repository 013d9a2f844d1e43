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
from gateway.security.credentials import KEYS_FILE, Credentials
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
async def keeping(
    folder: Path, persona: Persona = PERSONA, *, key: bool = False
) -> AsyncIterator[tuple[Parrot, Client]]:
    """A model that is away, and a client of a gateway that keeps two of its sentences.

    `key`: the client is a program of the network that has one.
    """
    parrot = Parrot()
    store = AudioStore(folder / "audio", disk_bytes=10_000_000, memory_bytes=1_000_000)
    keys = AudioKeys(b"secret")
    storing = StoringEngine(parrot, store, keys)
    cache = CacheEngine(store, keys)
    engines = named(Around(cache), storing, Parrot("espeak"))
    parts = Parts(engines, cache=cache, storing={"mlx": storing})
    known = Credentials(folder / KEYS_FILE)
    headers = {"Authorization": f"Bearer {known.new('agent')}"} if key else {}
    async with (
        running(library(persona), parts, from_network=key, state_dir=folder) as gateway,
        gateway.socket(headers=headers) as client,
    ):
        await soon(lambda: "on disk" in store.description)
        for text in ("One pie.", "Two."):
            await pcm_of(storing, text, SPELLED)
        parrot.not_ready = AWAY
        parrot.begun.clear()
        yield parrot, client


async def answers(client: Client, text: str, engines: str = "own", id: str = "1") -> list[dict[str, Any]]:
    """All messages up to the end of this text."""
    await client.ask(id, text=text, engines=engines)
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


async def test_a_program_of_the_network_learns_of_no_sentence_whether_it_was_said_before(
    tmp_path: Path,
) -> None:
    """The sound is the same, and comes from where it is kept: that takes less time, which it may notice."""
    async with keeping(tmp_path, key=True) as (parrot, client):
        away = [(await answers(client, text))[-1] for text in ("Two.", "Three.")]
        assert away[0] == away[1] and away[0]["reason"] == AWAY.code
        parrot.not_ready, parrot.estimate = None, 0.7
        for engines, unsaid in (("own", "Four."), ("all", "Five.")):
            told = [await answers(client, text, engines, id=text) for text in ("Two.", unsaid)]
            assert [each["pcm"] for each in told[0] if each["type"] == "pcm"] == [pcm_for("Two.", SPELLED)]
            for accepted, start, *_, complete in told:
                assert accepted["predicted_first_audio_ms"] == 700
                assert (start["engine"], start["stored"]) == ("mlx", False)
                assert [row["stored"] for row in complete["spoken"]] == [False]
        assert "Two." not in parrot.begun


async def test_a_budget_that_only_kept_words_could_meet_tells_such_a_program_nothing(tmp_path: Path) -> None:
    async with keeping(tmp_path, key=True) as (parrot, client):
        parrot.not_ready, parrot.estimate = None, 0.7
        for text in ("Two.", "Three."):
            await client.ask(text=text, engines="own", budget_ms=100)
            (answer,) = await client.until("complete", "error", "unavailable")
            assert (answer["type"], answer["reason"]) == ("unavailable", "too_late")
