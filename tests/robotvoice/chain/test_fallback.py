"""The fallback chain: who speaks, who takes over, and what is told of it."""

import pytest

from robotvoice.chain.breaker import State
from robotvoice.chain.chain_events import Ended, SentenceStarted
from robotvoice.chain.guarded import GuardedEngine
from robotvoice.engines.base import READY, Readiness
from robotvoice.errors import EngineFailure
from robotvoice.utterance import Outcome, Reason, Spoken
from tests.fakes.scripted_engine import BUSY, DIES, SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import (
    GONE,
    Clock,
    Told,
    breaker_of,
    chain_of,
    guard,
    is_complete,
    opened,
    tell,
    utterance,
)

FADE = "10"
"""How a sentence of ten samples that broke off is let end"""
ABSENT = Readiness(Reason("not_installed", "it is not installed"), retry_after=5.0)


def fails_at_once() -> ScriptedEngine:
    return ScriptedEngine("clone", (DIES,))


def fails_after_a_chunk() -> ScriptedEngine:
    return ScriptedEngine("clone", (10, DIES))


# Nothing goes wrong


async def test_the_first_entry_speaks_every_sentence_with_the_personas_own_voice() -> None:
    clone, espeak = ScriptedEngine("clone", (3, 4)), ScriptedEngine("espeak")
    told = await tell(chain_of(clone, espeak), utterance("One.", "Two."))
    assert told.story == ["0:clone", "3", "4", "1:clone", "3", "4", "complete"]
    assert clone.asked == ["One.", "Two."]
    assert espeak.asked == []
    assert [(start.entry, start.substitute) for start in told.starts] == [(0, None), (0, None)]
    assert told.ended == Ended(
        Outcome.COMPLETE,
        tuple(Spoken(index, "clone", "clone-voice", samples=7, sample_rate=24_000) for index in (0, 1)),
    )


async def test_an_utterance_without_sentences_is_complete() -> None:
    assert (await tell(chain_of(ScriptedEngine("clone")), utterance())).events == [
        Ended(Outcome.COMPLETE, ())
    ]


# Skips


@pytest.mark.parametrize("why", ["not ready", "breaker open", "refuses"])
async def test_an_entry_that_cannot_speak_now_is_passed_over_uncounted(why: str) -> None:
    clone = guard(ScriptedEngine("clone", (BUSY,), readiness=ABSENT if why == "not ready" else READY))
    reason = {"not ready": ABSENT.reason, "breaker open": GONE, "refuses": Reason("busy", "it is busy")}[why]
    if why == "breaker open":
        opened(clone)
    before = breaker_of(clone).remember()
    espeak = ScriptedEngine("espeak")
    for _ in range(4):
        told = await tell(chain_of(clone, espeak), utterance("One.", "Two."))
        assert told.story == ["0:espeak", "10", "10", "1:espeak", "10", "10", "complete"]
        assert [start.substitute for start in told.starts] == [reason, reason]
        assert [row.substitute for row in told.ended.spoken] == [reason, reason]
    assert breaker_of(clone).remember() == before
    assert isinstance(clone.engine, ScriptedEngine)
    # Once an utterance: the rest of it stays with who took over.
    assert len(clone.engine.asked) == (4 if why == "refuses" else 0)


async def test_the_last_entry_is_reached_past_all_others() -> None:
    absent = ScriptedEngine("cache", readiness=ABSENT)
    told = await tell(
        chain_of(absent, fails_at_once(), opened(guard(ScriptedEngine("mlx"))), last()), utterance("One.")
    )
    assert told.story == ["0:espeak", "10", "10", "complete"]
    assert told.starts[0].entry == 3
    # Why the persona's own voice does not speak, not why the one before the last does not.
    assert told.starts[0].substitute == ABSENT.reason


def last() -> ScriptedEngine:
    return ScriptedEngine("espeak")


# Failures


@pytest.mark.parametrize("script", [(DIES,), (ValueError("bug"),)], ids=str)
async def test_a_failure_before_the_first_sound_is_not_heard(script: tuple[int | BaseException, ...]) -> None:
    clone, espeak = ScriptedEngine("clone", script), ScriptedEngine("espeak")
    told = await tell(chain_of(clone, espeak), utterance("One.", "Two."))
    assert told.story == ["0:espeak", "10", "10", "1:espeak", "10", "10", "complete"]
    assert is_complete(told)
    assert not any(row.repeated for row in told.ended.spoken)
    assert clone.asked == ["One."]


async def test_a_sentence_that_broke_after_its_first_sound_is_repeated_from_its_start() -> None:
    told = await tell(
        chain_of(fails_after_a_chunk(), ScriptedEngine("espeak", (5, 6))), utterance("One.", "Two.")
    )
    takeover = "0:clone>espeak died"
    assert told.story == [
        "0:clone",
        "10",
        FADE,
        takeover,
        "0:espeak",
        "5",
        "6",
        "1:espeak",
        "5",
        "6",
        "complete",
    ]
    assert is_complete(told)
    died = Reason("died", "it died")
    assert [(start.entry, start.substitute) for start in told.starts] == [(0, None), (1, died), (1, died)]
    first, second = told.ended.spoken
    assert first == Spoken(
        0, "espeak", "espeak-voice", samples=11, sample_rate=24_000, substitute=died, repeated=True
    )
    assert (second.repeated, second.substitute) == (False, died)


async def test_a_later_sentence_is_taken_over_by_name_though_nothing_of_it_was_heard() -> None:
    clone = ScriptedEngine("clone", SPEAKS, (DIES,))
    told = await tell(chain_of(clone, ScriptedEngine("espeak")), utterance("One.", "Two.", "Three."))
    assert told.story[3:7] == ["1:clone>espeak died", "1:espeak", "10", "10"]
    assert [row.engine for row in told.ended.spoken] == ["clone", "espeak", "espeak"]
    assert [row.substitute is None for row in told.ended.spoken] == [True, False, False]
    assert not any(row.repeated for row in told.ended.spoken)
    assert clone.asked == ["One.", "Two."]


async def test_a_takeover_tells_why_the_one_that_was_heard_stopped_not_why_others_were_passed_over() -> None:
    absent = ScriptedEngine("cache", readiness=ABSENT)
    told = await tell(chain_of(fails_after_a_chunk(), absent, last()), utterance("One."))
    assert told.story == ["0:clone", "10", FADE, "0:clone>espeak died", "0:espeak", "10", "10", "complete"]
    own_again = ScriptedEngine("clone", (10, DIES), SPEAKS)
    told = await tell(chain_of(own_again, absent), utterance("One."))
    assert told.story == ["0:clone", "10", FADE, "0:clone>clone died", "0:clone", "10", "10", "complete"]


async def test_each_that_takes_over_may_fail_in_turn() -> None:
    first, second = fails_after_a_chunk(), ScriptedEngine("mlx", (20, EngineFailure("stalled", "it hangs")))
    told = await tell(chain_of(first, second, last()), utterance("One."))
    assert told.story == [
        *("0:clone", "10", FADE, "0:clone>mlx died"),
        *("0:mlx", "20", "20", "0:mlx>espeak stalled"),
        *("0:espeak", "10", "10", "complete"),
    ]
    (row,) = told.ended.spoken
    assert row.substitute == Reason("died", "it died")


async def test_a_second_takeover_skips_who_opened_meanwhile() -> None:
    mlx = guard(ScriptedEngine("mlx"))
    chain = chain_of(fails_at_once(), mlx, last())
    events = []
    async for event in chain.speak(utterance("One.", "Two.")):
        events.append(event)
        if isinstance(event, SentenceStarted) and event.sentence == 0:
            opened(mlx)
    assert Told(events).story[3:6] == ["1:mlx>espeak gone", "1:espeak", "10"]


# The last resort


async def test_who_alone_can_speak_gets_a_second_try() -> None:
    clone = ScriptedEngine("clone", (DIES,), SPEAKS)
    told = await tell(chain_of(clone), utterance("One.", "Two."))
    assert told.story == ["0:clone", "10", "10", "1:clone", "10", "10", "complete"]
    assert is_complete(told)
    assert [row.substitute for row in told.ended.spoken] == [None, None]


async def test_the_second_try_repeats_what_was_heard_and_says_so() -> None:
    told = await tell(chain_of(ScriptedEngine("espeak", (10, DIES), SPEAKS)), utterance("One."))
    assert told.story == ["0:espeak", "10", FADE, "0:espeak>espeak died", "0:espeak", "10", "10", "complete"]
    assert [(row.repeated, row.substitute) for row in told.ended.spoken] == [(True, None)]


async def test_an_open_breaker_does_not_silence_the_last_that_is_ready() -> None:
    clone, espeak = opened(guard(ScriptedEngine("clone"))), opened(guard(ScriptedEngine("espeak")))
    absent = ScriptedEngine("mlx", readiness=ABSENT)
    told = await tell(chain_of(clone, espeak, absent), utterance("One.", "Two."))
    assert [row.engine for row in told.ended.spoken] == ["espeak", "espeak"]
    assert is_complete(told)


@pytest.mark.parametrize("script", [SPEAKS, (DIES,), (BUSY,)], ids=["speaks", "dies", "busy"])
async def test_the_last_resort_neither_counts_nor_takes_the_place_of_the_canary(
    script: tuple[int | BaseException, ...],
) -> None:
    clock = Clock()
    espeak = opened(guard(ScriptedEngine("espeak", script), clock))
    for _ in range(5):
        await tell(chain_of(espeak), utterance("One."))
    assert breaker_of(espeak).state is State.OPEN
    clock.now = 100.0
    assert breaker_of(espeak).state is State.HALF_OPEN
    for _ in range(5):
        await tell(chain_of(espeak), utterance("One."))
    assert breaker_of(espeak).state is State.HALF_OPEN
    canary = breaker_of(espeak).acquire_canary()
    assert canary is not None
    await tell(chain_of(espeak), utterance("One."))
    assert breaker_of(espeak).acquire_canary() is None


async def test_a_second_try_through_a_closed_breaker_is_counted() -> None:
    espeak = guard(fails_at_once())
    await tell(chain_of(espeak), utterance("One."))
    assert breaker_of(espeak).state is State.CLOSED
    await tell(chain_of(espeak), utterance("One."))
    assert breaker_of(espeak).state is State.OPEN


async def test_a_voice_without_a_breaker_is_asked_every_time() -> None:
    phrases = ScriptedEngine("phrasebook", (BUSY,))
    for _ in range(5):
        told = await tell(chain_of(GuardedEngine(phrases), last()), utterance("One."))
        assert is_complete(told)
    assert len(phrases.asked) == 5
