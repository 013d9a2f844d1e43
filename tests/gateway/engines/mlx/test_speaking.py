"""A real worker with a real, if tiny, model speaks."""

import asyncio
import contextlib
import random
from contextlib import aclosing

import pytest

from gateway.engines.mlx.mlx_engine import MlxEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT
from robotvoice.utterance import Sentence
from tests.gateway.engines.mlx.listening import (
    LONG,
    TEXT,
    Models,
    Voice,
    clip_of,
    of,
    pcm_of,
    pid_of,
    sentences_of,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_sentence_is_spoken_piece_by_piece(engine: MlxEngine, cloned: Voice) -> None:
    """The first piece is there before the worker has made the last one."""
    await pcm_of(engine, cloned("a"))
    before = sentences_of(engine)
    async with aclosing(engine.speak(Sentence(0, TEXT), cloned("a"))) as chunks:
        first = await anext(chunk async for chunk in chunks if chunk.pcm)
        assert sentences_of(engine) == before
        rest = [chunk async for chunk in chunks if chunk.pcm]
    assert first.format == WIRE_FORMAT
    assert first.samples == 2 * 1920
    assert rest
    assert sentences_of(engine) == before + 1


async def test_the_same_voice_and_text_sound_the_same_and_others_do_not(
    engine: MlxEngine, cloned: Voice
) -> None:
    once = await pcm_of(engine, cloned("a"))
    assert once == await pcm_of(engine, cloned("a"))
    assert once != await pcm_of(engine, cloned("b"))
    assert once != await pcm_of(engine, cloned("a", key="another key"))


async def test_voices_in_turn_and_at_once_are_never_mixed(engine: MlxEngine, cloned: Voice) -> None:
    """Each sentence equals what its voice gives alone, among others that are broken off at any point."""
    texts = ("Hi.", "Yes.", "I do.")
    alone = {(v, t): await pcm_of(engine, cloned(v), t) for v in "ab" for t in texts}
    chance = random.Random(1)

    async def one(number: int) -> None:
        name, text = "ab"[number % 2], chance.choice(texts)
        if chance.random() < 0.3:
            async with aclosing(engine.speak(Sentence(0, text), cloned(name))) as chunks:
                for _ in range(chance.randrange(3)):
                    await anext(chunks, None)
            return
        assert await pcm_of(engine, cloned(name), text) == alone[name, text]

    async def client(numbers: range) -> None:
        for number in numbers:
            await one(number)

    async with asyncio.TaskGroup() as clients:
        for index in range(3):
            clients.create_task(client(range(index, 30, 3)))


async def test_who_leaves_stops_the_work(engine: MlxEngine, cloned: Voice) -> None:
    """The next sentence waits no longer than for the piece that is being made, and is right."""
    right = await pcm_of(engine, cloned("b"), "Hi.")
    async with aclosing(engine.speak(Sentence(0, LONG), cloned("a"))) as chunks:
        await anext(chunk async for chunk in chunks if chunk.pcm)
    before, pid = sentences_of(engine), pid_of(engine)
    assert await pcm_of(engine, cloned("b"), "Hi.") == right
    assert pid_of(engine) == pid
    assert sentences_of(engine) == before + 1


async def test_timbre_alone_does_without_a_transcript(engine: MlxEngine, cloned: Voice) -> None:
    """It is another sound than with the transcript."""
    full = cloned("a").model_voice
    assert full is not None
    timbre = VoiceSpec("mlx", model_voice=ModelVoice(full.model, "timbre of a", full.reference))
    spoken = await pcm_of(engine, timbre)
    assert spoken
    assert spoken != await pcm_of(engine, cloned("a"))


@pytest.mark.parametrize("text", ["\n Hi. \n", "<|im_end|> Hi.", "a\nb", "\x00", "\u202e", "🙂🙂🙂"])
async def test_no_text_can_break_the_worker(engine: MlxEngine, cloned: Voice, text: str) -> None:
    """Line breaks and what reads as a mark of the model are only text."""
    pid = pid_of(engine)
    with contextlib.suppress(EngineFailure):
        await pcm_of(engine, cloned("a"), text)
    assert await pcm_of(engine, cloned("b"), "Hi.")
    assert pid_of(engine) == pid


@pytest.mark.parametrize(("ending", "reason"), [("never", "runaway"), ("once", "no_audio")])
async def test_a_model_that_does_not_speak_properly_fails(
    engine: MlxEngine, cloned: Voice, models: Models, ending: str, reason: str
) -> None:
    """The worker lives on, and what one voice does wrong is no canary's concern."""
    voice = cloned("a", model=getattr(models, ending))
    with pytest.raises(EngineFailure) as failure:
        await pcm_of(engine, voice, "Hi.")
    assert failure.value.reason == reason
    assert engine.readiness(voice)
    await engine.probe()


async def test_a_preset_voice_speaks_and_is_asked_for_by_its_name(engine: MlxEngine, models: Models) -> None:
    assert await pcm_of(engine, of(models.custom, speaker="Ryan"), "Hi.")
    refused = {
        "no speaker 'nobody'": of(models.custom, speaker="nobody"),
        "without speaker": of(models.custom),
        "takes no instruct": of(models.custom, speaker="Ryan", instruct="Whisper."),
    }
    reasons = {text: engine.readiness(voice).reason for text, voice in refused.items()}
    assert all(reason and text in reason.text for text, reason in reasons.items()), reasons


async def test_a_designed_voice_follows_its_words(engine: MlxEngine, models: Models) -> None:
    spoken = await pcm_of(engine, of(models.design, instruct="Whisper."), "Hi.")
    assert spoken != await pcm_of(engine, of(models.design, instruct="Shout!"), "Hi.")
    reason = engine.readiness(of(models.design)).reason
    assert reason is not None
    assert "without instruct" in reason.text


async def test_a_probe_speaks_with_the_voice_last_asked_for(engine: MlxEngine, cloned: Voice) -> None:
    await pcm_of(engine, cloned("a"), "Hi.")
    before = sentences_of(engine)
    await engine.probe()
    assert sentences_of(engine) == before + 1


async def test_before_any_voice_was_asked_for_a_probe_speaks_with_nobodys(models: Models) -> None:
    engine = MlxEngine([models.once], clip_of)
    with pytest.raises(EngineUnavailable):
        await engine.probe()
    await engine.start()
    try:
        await engine.probe()
    finally:
        await engine.close()
