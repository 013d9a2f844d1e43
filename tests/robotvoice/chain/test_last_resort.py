"""When nobody is left who may be asked: whoever might be alive after all is, and in time."""

import asyncio

from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import Ended, SentenceStarted
from tests.fakes.scripted_engine import DIES, FOREVER, ScriptedEngine
from tests.robotvoice.chain.chain import chain_of, guard, is_complete, opened, tell, utterance


async def test_who_was_not_asked_comes_before_who_failed_a_moment_ago() -> None:
    espeak, last = opened(guard(ScriptedEngine("espeak"))), ScriptedEngine("pyttsx3", (DIES,))
    told = await tell(chain_of(espeak, last), utterance("One."))
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert last.asked == ["One."]


async def test_when_all_the_others_fail_as_well_the_last_one_is_asked_again() -> None:
    dead = ScriptedEngine("espeak", (DIES,))
    last = ScriptedEngine("pyttsx3", (DIES,), (10,))
    told = await tell(chain_of(opened(guard(dead)), last), utterance("One."))
    assert is_complete(told)
    assert (dead.asked, last.asked) == (["One."], ["One.", "One."])


async def test_who_hangs_is_left_in_time_for_one_whose_breaker_need_not_be_open_any_more() -> None:
    espeak, last = opened(guard(ScriptedEngine("espeak"))), ScriptedEngine("pyttsx3", (FOREVER,))
    chain = chain_of(espeak, last, stall=30.0)
    async with asyncio.timeout(5.0):
        events = [e async for e in chain.speak(utterance("One."), budget=Budget(first_audio=0.6))]
    started, ended = events[0], events[-1]
    assert isinstance(started, SentenceStarted) and started.origin.engine == "espeak"
    assert isinstance(ended, Ended)


async def test_who_alone_is_left_takes_what_it_takes() -> None:
    slow = ScriptedEngine("espeak", (0.4, 10))
    chain = chain_of(slow, stall=30.0)
    events = [e async for e in chain.speak(utterance("One."), budget=Budget(first_audio=0.1))]
    assert slow.asked == ["One."]
    assert isinstance(events[0], SentenceStarted)
