"""What came out wrong is tried once more, then said by the next voice; its engine is given no rest for it."""

import asyncio
from contextlib import aclosing
from functools import partial

import pytest

from robotvoice.chain.ahead import ahead
from robotvoice.chain.breaker import State
from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import ChainEvent, SentenceStarted
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import ContentFailure
from robotvoice.persona import ModelVoice, VoiceSpec
from tests.fakes.scripted_engine import DIES, SILENT, SPEAKS, Script, ScriptedEngine
from tests.robotvoice.chain.chain import Told, breaker_of, chain_of, guard, is_complete, tell, utterance

BABBLES = ContentFailure("too_long", "it speaks on")
WRONG: list[Script] = [(BABBLES,), (0, BABBLES)]
HEARD_WRONG: Script = (10, BABBLES)


def last() -> ScriptedEngine:
    return ScriptedEngine("espeak")


def persona(clone: GuardedEngine, name: str, *, ad_hoc: bool = False) -> FallbackChain:
    """A cloned voice of this name with another engine behind it."""
    voice = VoiceSpec("clone", name, model_voice=ModelVoice("model", name, ad_hoc=ad_hoc))
    return FallbackChain([ChainEntry(clone, voice), ChainEntry(guard(last()), VoiceSpec("espeak"))])


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_it_is_tried_once_more_with_the_same_voice_and_another_take(wrong: Script) -> None:
    clone = ScriptedEngine("clone", wrong, SPEAKS)
    told = await tell(chain_of(clone, last()), utterance("One.", "Two."))
    assert told.story == ["0:clone", "10", "10", "1:clone", "10", "10", "complete"]
    assert [(each.text, each.take) for each in clone.given] == [("One.", 0), ("One.", 1), ("Two.", 0)]
    assert [row.substitute for row in told.ended.spoken] == [None, None]


@pytest.mark.parametrize("wrong", WRONG, ids=str)
async def test_it_is_tried_no_more_than_once_more_then_the_next_voice_says_it(wrong: Script) -> None:
    clone = guard(ScriptedEngine("clone", wrong))
    told = await tell(chain_of(clone, last()), utterance("One.", "Two."))
    assert told.story == ["0:espeak", "10", "10", "1:espeak", "10", "10", "complete"]
    assert isinstance(clone.engine, ScriptedEngine)
    assert clone.engine.asked == ["One.", "One."]
    assert breaker_of(clone).state is State.CLOSED


@pytest.mark.parametrize("nothing", [SILENT, (0, 0)], ids=str)
async def test_what_knows_no_dice_is_not_tried_again(nothing: Script) -> None:
    clone = guard(ScriptedEngine("clone", nothing))
    for number in range(5):
        told = await tell(chain_of(clone, last()), utterance(f"Number {number}."))
        assert told.story == ["0:espeak", "10", "10", "complete"]
    assert isinstance(clone.engine, ScriptedEngine)
    assert clone.engine.asked == ["Number 0.", "Number 1.", "Number 2."]
    assert breaker_of(clone).state is State.CLOSED


async def test_what_was_heard_of_it_is_repeated_by_the_next_voice() -> None:
    clone = ScriptedEngine("clone", HEARD_WRONG, SPEAKS)
    told = await tell(chain_of(clone, last()), utterance("One."))
    assert told.story == [
        "0:clone",
        "10",
        "10",
        "0:clone>espeak too_long",
        "0:espeak",
        "10",
        "10",
        "complete",
    ]
    assert told.ended.spoken[0].repeated
    assert clone.asked == ["One."]


async def test_a_whole_file_holds_the_second_take_and_nothing_of_the_first() -> None:
    clone = ScriptedEngine("clone", SPEAKS, (100, BABBLES), SPEAKS)
    file = await speak_whole(chain_of(clone, last()), utterance("One.", "Two."))
    assert sum(chunk.samples for chunk in file.chunks) == 40
    assert {chunk.origin.engine for chunk in file.chunks} == {"clone"}
    assert file.substitute is None


async def test_a_whole_file_whose_second_take_is_wrong_too_holds_the_next_voice() -> None:
    clone = ScriptedEngine("clone", (100, BABBLES))
    file = await speak_whole(chain_of(clone, last()), utterance("One."))
    assert sum(chunk.samples for chunk in file.chunks) == 20
    assert file.substitute and file.substitute.code == "too_long"
    assert clone.asked == ["One.", "One."]


async def heard_ahead(clone: ScriptedEngine, *, pause: float) -> Told:
    events: list[ChainEvent] = []
    speak = partial(chain_of(clone, last()).speak, utterance("One.", "Two."))
    async with aclosing(ahead(speak)) as coming:
        async for event in coming:
            events.append(event)
            if isinstance(event, SentenceStarted):
                await asyncio.sleep(pause)
    return Told(events)


async def test_what_is_made_ahead_is_made_again_before_anybody_hears_it() -> None:
    clone = ScriptedEngine("clone", SPEAKS, HEARD_WRONG, SPEAKS)
    told = await heard_ahead(clone, pause=0.02)
    assert told.story == ["0:clone", "10", "10", "1:clone", "10", "10", "complete"]
    assert [row.repeated for row in told.ended.spoken] == [False, False]


async def test_what_is_heard_while_it_is_made_is_not_taken_back() -> None:
    clone = ScriptedEngine("clone", SPEAKS, (10, 0.02, BABBLES), SPEAKS)
    told = await heard_ahead(clone, pause=0.0)
    assert told.story[-5:] == ["1:clone>espeak too_long", "1:espeak", "10", "10", "complete"]
    assert [row.repeated for row in told.ended.spoken] == [False, True]


async def test_the_same_text_goes_to_the_next_voice_at_once_for_a_while() -> None:
    clone = guard(ScriptedEngine("clone", (BABBLES,), (BABBLES,), SPEAKS))
    nova, brim = persona(clone, "nova"), persona(clone, "brim")
    await tell(nova, utterance("One."))
    told = await tell(nova, utterance("One."))
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert told.starts[0].substitute and told.starts[0].substitute.code == "too_long"
    assert isinstance(clone.engine, ScriptedEngine)
    assert len(clone.engine.asked) == 2
    assert (await tell(brim, utterance("One."))).story[0] == "0:clone", "another voice may well say it"
    assert (await tell(nova, utterance("Two."))).story[0] == "0:clone", "and this one says something else"


async def test_who_has_nobody_else_tries_it_all_the_same_and_never_the_same_take() -> None:
    clone = ScriptedEngine("clone", (BABBLES,))
    chain = chain_of(clone)
    for _ in range(2):
        assert (await tell(chain, utterance("One."))).story == ["incomplete"]
    assert [each.take for each in clone.given] == [0, 1, 2, 3]


async def test_one_voice_that_talks_a_lot_is_given_a_rest_and_the_others_speak() -> None:
    clone = guard(ScriptedEngine("clone", *[(BABBLES,)] * 6, SPEAKS))
    nova, brim = persona(clone, "nova"), persona(clone, "brim")
    for number in range(20):
        told = await tell(nova, utterance(f"Number {number}."))
        assert told.story[0] == "0:espeak"
    assert isinstance(clone.engine, ScriptedEngine)
    assert len(clone.engine.asked) == 6, "three texts, each of them twice"
    assert told.starts[0].substitute and told.starts[0].substitute.code == "bad_voice"
    assert breaker_of(clone).state is State.CLOSED
    for number in range(50):
        assert (await tell(brim, utterance(f"Number {number}."))).story[0] == "0:clone"


async def test_when_every_voice_goes_wrong_the_breaker_opens_at_once() -> None:
    clone = guard(ScriptedEngine("clone", (BABBLES,)))
    for name, text in (("nova", "One."), ("brim", "Two."), ("nova", "Three.")):
        await tell(persona(clone, name), utterance(text))
    assert breaker_of(clone).state is State.CLOSED
    await tell(persona(clone, "brim"), utterance("Four."))
    breaker = breaker_of(clone)
    assert breaker.state is State.OPEN
    assert breaker.reason and breaker.reason.code == "too_long"


@pytest.mark.parametrize("script", [(BABBLES,), (DIES,), (10, DIES), (ValueError("a bug"),)], ids=str)
async def test_the_clip_of_a_single_request_counts_for_nobody(script: Script) -> None:
    clone = guard(ScriptedEngine("clone", *[script] * 30, SPEAKS))
    for number in range(10):
        chain = persona(clone, f"clip {number}", ad_hoc=True)
        assert is_complete(await tell(chain, utterance(f"Number {number}.")))
    assert breaker_of(clone).state is State.CLOSED
    assert breaker_of(clone).remember().opened == 0


async def test_nor_does_what_it_spoke_well_end_a_row_of_failures() -> None:
    clone = guard(ScriptedEngine("clone", (DIES,), (DIES,), SPEAKS, (DIES,)))
    for name in ("nova", "nova"):
        await tell(persona(clone, name), utterance("One."))
    assert (await tell(persona(clone, "clip", ad_hoc=True), utterance("One."))).story[0] == "0:clone"
    await tell(persona(clone, "nova"), utterance("One."))
    assert breaker_of(clone).state is State.OPEN


async def test_there_is_no_second_take_where_it_would_come_too_late() -> None:
    clone = ScriptedEngine("clone", (0.15, BABBLES), SPEAKS, start_estimate=0.2)
    speaking = chain_of(clone, last()).speak(utterance("One."), budget=Budget(first_audio=0.55))
    async with aclosing(speaking) as events:
        told = Told([event async for event in events])
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert clone.asked == ["One."]
    assert told.starts[0].substitute and told.starts[0].substitute.code == "too_long"


async def test_why_it_went_wrong_once_is_not_told_of_what_goes_wrong_later() -> None:
    clone = ScriptedEngine("clone", (BABBLES,), SPEAKS, (DIES,))
    told = await tell(chain_of(clone, last()), utterance("One.", "Two."))
    assert told.starts[-1].substitute and told.starts[-1].substitute.code == "died"


async def test_what_was_taken_back_has_not_been_played() -> None:
    """How long the next sentence may take follows from what is heard meanwhile."""
    clone = ScriptedEngine("clone", (24_000, BABBLES), SPEAKS)
    now = asyncio.get_running_loop().time
    began, budget = now(), Budget(first_audio=2.0)
    speaking = chain_of(clone, last()).speak(
        utterance("One.", "Two."), budget=budget, take_back=lambda sentence: True
    )
    async with aclosing(speaking) as events:
        assert is_complete(Told([event async for event in events]))
    assert clone.given[-1].asked.start_by < began + 2.5
