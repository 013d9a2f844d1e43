"""What a budget means to a chain: who is asked, who is passed over, and what of it counts as a failure."""

import math
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from robotvoice.chain.breaker import BreakerSettings, CircuitBreaker, State
from robotvoice.chain.budget import Budget
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Outcome, Utterance
from tests.fakes.scripted_engine import FOREVER, SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import Told, breaker_of, guard, utterance

SOON = Budget(first_audio=0.6)


async def tell(
    guarded: Sequence[GuardedEngine], spoken: Utterance, budget: Budget, *, last_resort: bool = True
) -> tuple[Told, list[str]]:
    """What was told, and the texts that were to be made for later."""
    later: list[str] = []
    entries = [
        ChainEntry(
            each, VoiceSpec(each.engine.name), for_later=lambda sentence, voice: later.append(sentence.text)
        )
        for each in guarded
    ]
    chain = FallbackChain(entries, stall=10.0, last_resort=last_resort)
    async with aclosing(chain.speak(spoken, budget=budget)) as events:
        return Told([event async for event in events]), later


async def test_who_would_begin_too_late_is_passed_over_uncounted_and_made_for_later() -> None:
    clone = guard(ScriptedEngine("clone", start_estimate=5.0))
    told, later = await tell([clone, guard(ScriptedEngine("espeak"))], utterance("One."), SOON)
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert told.starts[0].substitute is not None and told.starts[0].substitute.code == "too_late"
    assert later == ["One."]
    assert breaker_of(clone).opened == 0


async def test_who_has_nobody_behind_takes_what_it_takes() -> None:
    """Late is better than never."""
    slow = guard(ScriptedEngine("clone", (0.2, 10), start_estimate=5.0))
    told, _ = await tell([slow], utterance("One."), Budget(first_audio=0.05))
    assert told.story == ["0:clone", "10", "complete"]


async def test_who_has_substitutes_of_its_own_does_not_wait_for_what_comes_too_late() -> None:
    slow = guard(ScriptedEngine("clone", start_estimate=5.0))
    told, _ = await tell([slow], utterance("One."), SOON, last_resort=False)
    assert told.story == ["incomplete"]
    assert told.ended.reason is not None and told.ended.reason.code == "too_late"


async def test_an_engine_that_promised_more_than_it_kept_is_at_fault() -> None:
    settings = BreakerSettings(consecutive_failures=1)
    clone = GuardedEngine(ScriptedEngine("clone", (FOREVER,)), CircuitBreaker("clone", settings))
    told, later = await tell([clone, guard(ScriptedEngine("espeak"))], utterance("One."), SOON)
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert breaker_of(clone).state is State.OPEN
    assert later == ["One."]


async def test_an_engine_that_lives_but_has_no_time_left_is_not() -> None:
    settings = BreakerSettings(consecutive_failures=1)
    engine = ScriptedEngine("clone", (0, 0.1) * 100)
    engine.signs_of_life = True
    clone = GuardedEngine(engine, CircuitBreaker("clone", settings))
    told, later = await tell([clone, guard(ScriptedEngine("espeak"))], utterance("One."), SOON)
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert breaker_of(clone).state is State.CLOSED
    assert later == ["One."]
    assert engine.speaking == 0


async def test_sound_that_is_not_played_yet_is_time_for_the_next_sentence() -> None:
    """A second of sound is enough for an engine that needs half a second more than the budget."""
    clone = ScriptedEngine("clone", (24_000,), (1.0, 10))
    told, _ = await tell(
        [guard(clone), guard(ScriptedEngine("espeak"))], utterance("One.", "Two."), Budget(first_audio=0.8)
    )
    assert told.story == ["0:clone", "24000", "1:clone", "10", "complete"]


async def test_a_text_that_cannot_be_whole_in_time_goes_to_who_is_faster() -> None:
    clone = ScriptedEngine("clone")
    clone.factor = 1.0
    told, _ = await tell(
        [guard(clone), guard(ScriptedEngine("espeak"))], utterance("x" * 1000), Budget(whole=12.0)
    )
    assert told.story[0] == "0:espeak"
    assert clone.asked == []


async def test_time_that_runs_out_before_the_end_is_nobodys_fault() -> None:
    settings = BreakerSettings(consecutive_failures=1)
    clone = GuardedEngine(ScriptedEngine("clone", (10, FOREVER)), CircuitBreaker("clone", settings))
    told, _ = await tell([clone, guard(ScriptedEngine("espeak"))], utterance("One."), Budget(whole=0.5))
    assert told.ended.outcome is Outcome.COMPLETE
    assert told.starts[-1].origin.engine == "espeak"
    assert breaker_of(clone).state is State.CLOSED


async def test_an_engine_is_told_until_when_its_sound_is_of_use() -> None:
    engine = ScriptedEngine("clone", SPEAKS)
    await tell([guard(engine), guard(ScriptedEngine("espeak"))], utterance("One."), SOON)
    await tell([guard(engine)], utterance("One."), SOON)
    first, second = engine.given
    assert first.asked.start_by < math.inf
    assert second.asked.start_by == math.inf, "nobody is behind it"


@pytest.mark.parametrize("slow", [False, True])
async def test_calls_that_are_nearly_too_late_are_told_to_the_breaker(slow: bool) -> None:
    engine = ScriptedEngine("clone", (0.09 if slow else 0.0, 10), first_audio_cap=0.1)
    settings = BreakerSettings(minimum_calls=3)
    clone = GuardedEngine(engine, CircuitBreaker("clone", settings))
    for _ in range(3):
        await tell([clone], utterance("One."), Budget())
    assert (breaker_of(clone).state is State.OPEN) == slow


async def test_the_cap_of_a_quick_engine_follows_what_was_measured() -> None:
    quick = guard(ScriptedEngine("espeak", first_audio_cap=10.0))
    assert quick.first_audio_cap == 10.0
    for _ in range(30):
        quick.first_audio.add(0.05)
    assert quick.first_audio_cap == 0.6, "not below what a busy machine may take"
    for _ in range(30):
        quick.first_audio.add(1.0)
    assert quick.first_audio_cap == 2.0


async def test_a_whole_file_is_not_taken_from_who_is_late_for_somebody_slower() -> None:
    quick, slow = ScriptedEngine("espeak"), ScriptedEngine("pyttsx3")
    quick.factor, slow.factor = 0.1, 0.2
    told, _ = await tell([guard(quick), guard(slow)], utterance("x" * 1000), Budget(whole=15.0))
    assert told.story[0] == "0:espeak"
    assert slow.asked == []
