"""The fallback chain: how an utterance ends when not all of it is spoken, and what a caller may ask first."""

import asyncio
import logging
from dataclasses import replace

import pytest

from robotvoice.chain.breaker import State
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.engines.base import READY, Readiness
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence
from tests.fakes.scripted_engine import BUSY, DIES, FOREVER, SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import (
    GONE,
    breaker_of,
    chain_of,
    guard,
    is_complete,
    opened,
    tell,
    utterance,
)

ABSENT = Readiness(Reason("not_installed", "it is not installed"), retry_after=5.0)
SECRET = "xylophone"
LEXICON = (("robot", SECRET),)


# Not all is spoken


async def test_what_was_spoken_is_told_when_the_rest_cannot_be() -> None:
    clone = ScriptedEngine("clone", SPEAKS, (5, DIES))
    told = await tell(chain_of(clone), utterance("One.", "Two.", "Three."))
    assert told.story[3:] == ["1:clone", "5", "5", "1:clone>clone died", "1:clone", "5", "5", "incomplete"]
    assert [row.sentence for row in told.ended.spoken] == [0]
    assert told.ended.reason == Reason("died", "it died")
    assert clone.asked == ["One.", "Two.", "Two."]


async def test_nothing_is_spoken_when_nothing_is_ready() -> None:
    told = await tell(chain_of(ScriptedEngine("clone", readiness=ABSENT)), utterance("One."))
    assert told.story == ["incomplete"]
    assert (told.ended.spoken, told.ended.reason) == ((), ABSENT.reason)


async def test_each_entry_is_asked_once_and_the_last_ready_one_twice() -> None:
    engines = [ScriptedEngine(name, (DIES,)) for name in ("clone", "mlx", "espeak")]
    absent = ScriptedEngine("pyttsx3", readiness=ABSENT)
    told = await tell(chain_of(*engines, absent), utterance("One."))
    assert told.story == ["incomplete"]
    assert [len(engine.asked) for engine in engines] == [1, 1, 2]


@pytest.mark.parametrize("problem", [DIES, BUSY], ids=["dies", "busy"])
async def test_a_caller_with_substitutes_of_its_own_gets_no_repeated_sentence(problem: BaseException) -> None:
    clone, espeak = ScriptedEngine("clone", SPEAKS, (10, problem)), ScriptedEngine("espeak")
    told = await tell(chain_of(clone, espeak), utterance("One.", "Two."), repeat_heard=False)
    assert told.story == ["0:clone", "10", "10", "1:clone", "10", "incomplete"]
    assert [row.sentence for row in told.ended.spoken] == [0]
    assert told.ended.reason is not None
    assert espeak.asked == []


async def test_a_sentence_nobody_heard_goes_to_the_next_also_for_such_a_caller() -> None:
    clone, espeak = ScriptedEngine("clone", (DIES,)), ScriptedEngine("espeak")
    told = await tell(chain_of(clone, espeak), utterance("One."), repeat_heard=False)
    assert told.story == ["0:espeak", "10", "10", "complete"]


async def test_a_caller_may_leave_out_the_first_entries_and_say_why() -> None:
    clone, espeak = ScriptedEngine("clone"), ScriptedEngine("espeak")
    told = await tell(chain_of(clone, espeak), utterance("One."), start_at=1, why=GONE)
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert (told.starts[0].entry, told.starts[0].substitute) == (1, GONE)
    assert clone.asked == []


async def test_the_last_resort_may_be_an_entry_that_was_left_out() -> None:
    clone, espeak = ScriptedEngine("clone"), ScriptedEngine("espeak", readiness=ABSENT)
    told = await tell(chain_of(clone, espeak), utterance("One."), start_at=1, why=GONE)
    assert told.story == ["0:clone", "10", "10", "complete"]
    assert told.starts[0].substitute is None


async def test_what_was_heard_of_a_stored_sentence_that_broke_is_repeated_and_says_so() -> None:
    """Nothing of a voice that recalls is lost in silence once it was heard."""
    phrases, clone = ScriptedEngine("phrasebook", (20, DIES)), guard(ScriptedEngine("clone"))
    entries = [
        ChainEntry(GuardedEngine(phrases), VoiceSpec("phrasebook"), recalls=True),
        ChainEntry(clone, VoiceSpec("clone")),
    ]
    told = await tell(FallbackChain(entries), utterance("One."))
    assert told.story == [
        *("0:phrasebook", "20", "20", "0:clone>clone died", "0:clone", "10", "10", "complete")
    ]
    assert [(row.repeated, row.substitute) for row in told.ended.spoken] == [(True, None)]
    told = await tell(FallbackChain(entries), utterance("One."), repeat_heard=False)
    assert told.ended.reason == Reason("died", "it died")


# The listener leaves


@pytest.mark.parametrize("script", [(10, FOREVER), (FOREVER,), SPEAKS], ids=str)
async def test_a_listener_that_leaves_ends_the_work_and_counts_against_nobody(
    script: tuple[int | float, ...],
) -> None:
    clone = ScriptedEngine("clone", script)
    guarded = guard(clone)
    chain = chain_of(guarded, stall=10.0)

    async def listen() -> None:
        async for _ in chain.speak(utterance("One.")):
            await asyncio.sleep(FOREVER if script is SPEAKS else 0)

    for _ in range(5):
        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.01)
        assert clone.speaking == 1
        listening.cancel()
        await asyncio.wait({listening})
        assert listening.cancelled()
        await asyncio.sleep(0)
        assert clone.speaking == 0
    assert breaker_of(guarded).state is State.CLOSED
    assert breaker_of(guarded).remember().opened == 0


async def test_a_closed_chain_closes_its_engine_before_it_returns() -> None:
    clone, espeak = ScriptedEngine("clone"), ScriptedEngine("espeak")
    chain = chain_of(clone, espeak)
    for events in (1, 2, 3):
        speaking = chain.speak(utterance("One.", "Two."))
        for _ in range(events):
            await anext(speaking)
        assert clone.speaking == 1
        await speaking.aclose()
        assert clone.speaking == 0
    assert espeak.asked == []


# What is kept quiet


async def test_the_lexicon_of_an_entry_reaches_its_engine_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    clone, espeak = ScriptedEngine("clone", (10, DIES)), ScriptedEngine("espeak")
    chain = FallbackChain(
        [
            ChainEntry(guard(clone), VoiceSpec("clone")),
            ChainEntry(guard(espeak), VoiceSpec("espeak", lexicon=LEXICON)),
        ]
    )
    told = await tell(chain, utterance("I am a robot.", "No word of it."))
    assert clone.asked == ["I am a robot."]
    assert espeak.asked == [f"I am a {SECRET}.", "No word of it."]
    # Chunks aside, whose samples are made of anything.
    said = [replace(event, pcm=b"") if isinstance(event, AudioChunk) else event for event in told.events]
    assert SECRET not in repr(said)
    assert "robot" not in repr(said)
    assert caplog.records
    assert not any(word in caplog.text for word in (SECRET, "I am a", "No word"))


async def test_a_problem_is_logged_with_what_it_concerns(caplog: pytest.LogCaptureFixture) -> None:
    await tell(chain_of(ScriptedEngine("clone", (DIES,)), ScriptedEngine("espeak")), utterance("Hush."))
    (record,) = caplog.records
    assert record.getMessage() == "clone did not speak a sentence: died"
    fields = record.__dict__
    assert (fields["utterance"], fields["sentence"], fields["engine"]) == ("utterance-1", 0, "clone")


# What a caller may ask first


def test_a_chain_is_ready_when_one_entry_is() -> None:
    absent, espeak = ScriptedEngine("clone", readiness=ABSENT), ScriptedEngine("espeak")
    assert chain_of(absent, espeak).readiness() == READY
    assert chain_of(absent, absent).readiness() == ABSENT
    assert chain_of(absent, espeak).can_speak() == READY
    assert chain_of(absent, absent).can_speak() == ABSENT


def test_an_open_breaker_is_no_readiness_but_can_speak() -> None:
    chain = chain_of(opened(guard(ScriptedEngine("clone"))))
    readiness = chain.readiness()
    assert (readiness.reason, readiness.retry_after) == (GONE, 2.0)
    assert chain.can_speak() == READY


def test_the_start_is_estimated_for_who_would_speak_now() -> None:
    slow, quick = ScriptedEngine("clone", start_estimate=3.0), ScriptedEngine("espeak", start_estimate=0.1)
    sentence = Sentence(0, "One.")
    assert chain_of(slow, quick).start_estimate(sentence) == 3.0
    assert chain_of(opened(guard(slow)), quick).start_estimate(sentence) == 0.1
    assert chain_of(opened(guard(slow)), opened(guard(quick))).start_estimate(sentence) == 0.1


def test_the_first_entry_makes_the_personas_own_voice() -> None:
    assert chain_of(ScriptedEngine("clone"), ScriptedEngine("espeak")).own_engine == "clone"


async def test_a_chain_keeps_nothing_between_utterances() -> None:
    clone = ScriptedEngine("clone", (DIES,), SPEAKS)
    chain = chain_of(clone, ScriptedEngine("espeak"))
    assert [row.engine for row in (await tell(chain, utterance("One."))).ended.spoken] == ["espeak"]
    assert [row.engine for row in (await tell(chain, utterance("One."))).ended.spoken] == ["clone"]


async def test_utterances_spoken_at_the_same_time_do_not_meet() -> None:
    chain = chain_of(ScriptedEngine("clone", (1, 0.001, 1), (1, 0.001, DIES)), ScriptedEngine("espeak"))
    spoken = [utterance(*(f"{index}." for index in range(length))) for length in range(1, 9)]
    for one, told in zip(spoken, await asyncio.gather(*(tell(chain, one) for one in spoken)), strict=True):
        assert is_complete(told)
        assert [row.sentence for row in told.ended.spoken] == [sentence.index for sentence in one.sentences]
