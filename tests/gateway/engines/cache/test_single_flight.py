"""Who asks for the same at the same time gets it from one synthesis; what is not whole is not kept."""

import asyncio
from contextlib import aclosing, suppress
from dataclasses import replace

import pytest

from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Sentence
from tests.gateway.engines.cache.conftest import Kept
from tests.gateway.engines.cache.parrot import OTHER, VOICE, heard, pcm_for, pcm_of
from tests.gateway.in_process import soon

TEXT = "The kettle sings."


async def test_what_was_spoken_is_played_bit_equal_and_says_who_made_it(kept: Kept) -> None:
    made = await pcm_of(kept.storing, TEXT)
    again = await heard(kept.cache, TEXT)
    assert b"".join(chunk.pcm for chunk in again) == made == pcm_for(TEXT, VOICE)
    assert {(c.origin.engine, c.origin.voice, c.origin.stored) for c in again} == {("mlx", "a voice", True)}
    assert kept.cache.holds(Sentence(7, TEXT), VOICE)


async def test_what_was_not_spoken_is_not_held(kept: Kept) -> None:
    await pcm_of(kept.storing, TEXT)
    seeded = replace(VOICE, model_voice=replace(VOICE.model_voice, seed=1))  # type: ignore[type-var] # there is one
    for text, voice in ((TEXT, OTHER), ("Another text.", VOICE), (TEXT, seeded)):
        with pytest.raises(EngineUnavailable) as refused:
            await heard(kept.cache, text, voice)
        assert refused.value.reason == "not_held"


async def test_a_hundred_who_ask_at_once_need_one_synthesis(kept: Kept) -> None:
    answers = await asyncio.gather(*(pcm_of(kept.storing, TEXT) for _ in range(100)))
    assert set(answers) == {pcm_for(TEXT, VOICE)}
    assert kept.parrot.begun == [TEXT]


async def test_who_comes_late_hears_it_from_the_beginning(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    first = asyncio.create_task(pcm_of(kept.storing, TEXT))
    await soon(lambda: bool(kept.parrot.begun))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(pcm_of(kept.storing, TEXT))
    await asyncio.sleep(0.05)
    kept.parrot.may_go_on.set()
    assert await first == await second == pcm_for(TEXT, VOICE)
    assert kept.parrot.begun == [TEXT]


async def test_different_sentences_and_voices_are_made_apart(kept: Kept) -> None:
    asked = [(TEXT, VOICE), (TEXT, OTHER), ("Another text.", VOICE)] * 5
    answers = await asyncio.gather(*(pcm_of(kept.storing, text, voice) for text, voice in asked))
    assert answers == [pcm_for(text, voice) for text, voice in asked]
    assert len(kept.parrot.begun) == 3


async def test_who_began_may_leave_and_the_others_hear_all_of_it(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    tasks = [asyncio.create_task(pcm_of(kept.storing, TEXT)) for _ in range(3)]
    await asyncio.sleep(0.05)
    tasks[0].cancel()
    await asyncio.wait({tasks[0]})
    kept.parrot.may_go_on.set()
    assert await tasks[1] == await tasks[2] == pcm_for(TEXT, VOICE)
    assert kept.parrot.given_up == 0


async def test_when_all_have_left_it_is_not_made_any_more_nor_kept(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    tasks = [asyncio.create_task(pcm_of(kept.storing, TEXT)) for _ in range(3)]
    await asyncio.sleep(0.05)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert kept.parrot.given_up == 1
    assert not kept.cache.holds(Sentence(0, TEXT), VOICE)
    kept.parrot.may_go_on.set()
    assert await pcm_of(kept.storing, TEXT) == pcm_for(TEXT, VOICE)


async def test_who_comes_while_the_last_one_leaves_gets_one_of_their_own(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    leaving = asyncio.create_task(pcm_of(kept.storing, TEXT))
    await asyncio.sleep(0.05)
    leaving.cancel()
    coming = asyncio.create_task(pcm_of(kept.storing, TEXT))
    kept.parrot.may_go_on.set()
    assert await coming == pcm_for(TEXT, VOICE)


async def test_a_failure_is_one_failure_however_many_listen(kept: Kept) -> None:
    kept.parrot.problem = EngineFailure("died", "the worker died")
    problems = await asyncio.gather(*(pcm_of(kept.storing, TEXT) for _ in range(5)), return_exceptions=True)
    assert sorted(type(problem).__name__ for problem in problems) == [
        "EngineFailure",
        *["EngineUnavailable"] * 4,
    ]
    assert {getattr(problem, "reason", None) for problem in problems} == {"died"}
    assert not kept.cache.holds(Sentence(0, TEXT), VOICE)


async def test_a_refusal_reaches_everybody_as_one(kept: Kept) -> None:
    kept.parrot.problem = EngineUnavailable("busy", "too much to do", 5.0)
    problems = await asyncio.gather(*(pcm_of(kept.storing, TEXT) for _ in range(3)), return_exceptions=True)
    for problem in problems:
        assert isinstance(problem, EngineUnavailable)
        assert (problem.reason, problem.retry_after) == ("busy", 5.0)


async def test_a_sentence_that_is_broken_off_is_not_kept(kept: Kept) -> None:
    async with aclosing(kept.storing.speak(Sentence(0, TEXT), VOICE)) as chunks:
        async for chunk in chunks:
            if chunk.samples:
                break
    assert not kept.cache.holds(Sentence(0, TEXT), VOICE)


async def test_what_no_model_makes_or_came_with_one_request_is_not_kept(kept: Kept) -> None:
    ad_hoc = replace(VOICE, model_voice=replace(VOICE.model_voice, ad_hoc=True))  # type: ignore[type-var] # there is one
    for voice in (ad_hoc, VoiceSpec("mlx")):
        await pcm_of(kept.storing, TEXT, voice)
        assert not kept.cache.holds(Sentence(0, TEXT), voice)
        with pytest.raises(EngineUnavailable):
            await heard(kept.cache, TEXT, voice)


async def test_sound_of_another_engine_is_never_kept_as_the_models(kept: Kept) -> None:
    kept.parrot.name = "mlx"
    stranger = kept.parrot.speak

    async def speak(sentence: Sentence, voice: VoiceSpec):  # type: ignore[no-untyped-def] # as the other
        async with aclosing(stranger(sentence, voice)) as chunks:
            async for chunk in chunks:
                yield replace(chunk, origin=replace(chunk.origin, engine="espeak"))

    kept.parrot.speak = speak  # type: ignore[method-assign] # on purpose
    await pcm_of(kept.storing, TEXT)
    assert not kept.cache.holds(Sentence(0, TEXT), VOICE)


async def test_a_stop_ends_what_is_being_made(kept: Kept) -> None:
    kept.parrot.may_go_on.clear()
    listening = asyncio.create_task(pcm_of(kept.storing, TEXT))
    await asyncio.sleep(0.05)
    await kept.storing.close()
    with suppress(EngineUnavailable):
        assert not await listening
    assert kept.parrot.given_up == 1
