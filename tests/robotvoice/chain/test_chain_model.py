"""The chain against its contract told a second time, in worlds made at random; time leaps."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, closing
from dataclasses import replace
from functools import cache
from itertools import cycle, islice
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proofs.rig.virtual_time import run
from robotvoice.chain.breaker import State
from robotvoice.chain.chain_events import ChainEvent, SentenceStarted
from tests.robotvoice.chain.chain_model import Event, World
from tests.robotvoice.chain.chain_play import (
    Parts,
    Stage,
    as_it_is,
    as_tuple,
    speaking,
    stage,
    story,
    whole_file,
)
from tests.robotvoice.chain.chain_scenario import SOMEBODY_READS, Scenario, scenarios

AS_IT_IS = as_it_is()
LONG_PAUSE = 100.0
"""Seconds in which any sentence is made"""
PAUSES = st.lists(st.sampled_from([0.0, 0.1, LONG_PAUSE]), min_size=1, max_size=6)
RANDOM = settings(
    max_examples=300,
    deadline=None,
    # Worlds in which two things happen at the same moment are thrown away.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def play(
    scenario: Scenario, parts: Parts, scene: Callable[[Stage], Coroutine[Any, Any, Any]]
) -> tuple[Stage, Any]:
    """What came of it; nothing goes on afterwards."""
    on = stage(scenario, parts)
    # Thousands of failures are told of here; what the log says is tested elsewhere.
    logging.disable()
    try:
        came = run(scene(on))
    finally:
        logging.disable(logging.NOTSET)
    assert [engine.speaking for engine in on.engines] == [0] * len(on.engines)
    return on, came


def compare(world: World, on: Stage) -> None:
    assert on.settled == world.settled
    assert on.for_later == world.for_later
    rounded = [(actor, sentence, round(by, 6)) for actor, sentence, by in world.asked]
    assert on.asked == sorted(rounded, key=lambda asked: asked[0])
    for number, guarded in enumerate(on.guarded):
        assert abs(guarded.first_audio.percentile(1.0) - world.first_sounds.get(number, 0.0)) < 1e-6


@cache
def as_promised(scenario: Scenario, leave_after: int | None = None) -> tuple[World, list[Event]]:
    """The same world for many chains: worked out once."""
    world = World(scenario)
    why = "left_out" if scenario.start_at else None
    with closing(world.speak(scenario.start_at, why, scenario.whole)) as events:
        return world, list(islice(events, leave_after))


@cache
def file_as_promised(scenario: Scenario) -> tuple[World, Event]:
    world = World(scenario)
    return world, world.whole_file()


def every_event(scenario: Scenario, leave_after: int | None, parts: Parts) -> None:
    world, expected = as_promised(scenario, leave_after)
    on, told = play(scenario, parts, lambda on: story(speaking(scenario, parts, on), leave_after))
    assert told == expected
    compare(world, on)
    promises(scenario, on, told, leave_after)


def promises(scenario: Scenario, on: Stage, told: list[Event], leave_after: int | None) -> None:
    """What holds whatever the model says."""
    if leave_after is None:
        assert told[-1][0] in ("complete", "incomplete")
        rows = told[-1][1]
        spoken = [row[0] for row in rows]
        assert spoken == sorted(set(spoken))
        last = len(scenario.texts) if told[-1][0] == "complete" else max(spoken, default=-1) + 1
        left_out = [scenario.texts[sentence] for sentence in {*range(last)} - {*spoken}]
        assert {*left_out} <= {*SOMEBODY_READS}
        assert {row[1] for row in rows} <= set(scenario.entries)
    starts = [event[1] for event in told if event[0] == "start"]
    assert starts == sorted(starts)
    for number, actor in enumerate(scenario.actors):
        guarded = number or not scenario.recalls
        if guarded and (actor.door is State.FORCED_OPEN or not actor.ready):
            assert on.engines[number].asked == []
        elif guarded and actor.door in (State.OPEN, State.HALF_OPEN):
            # As the last resort at most.
            most = len(scenario.texts) * scenario.entries.count(number) * scenario.last_resort
            assert len(on.engines[number].asked) <= most
            assert not [each for each in on.settled if each[0] == number]


def every_file(scenario: Scenario, parts: Parts) -> None:
    scenario = replace(scenario, first_audio=float("inf"), start_at=None, repeat_heard=True)
    world, expected = file_as_promised(scenario)
    on, file = play(scenario, parts, lambda on: whole_file(scenario, parts, on))
    assert file == expected
    compare(world, on)
    if file[0] != "failed":
        assert sum(sound[3] for sound in file[1]) == sum(row[2] for row in file[2])
        assert len({row[3] for row in file[2]}) == 1


def every_event_ahead(scenario: Scenario, pauses: list[float], parts: Parts) -> None:
    """The same utterance with a listener who takes a pause after each event, one being made ahead."""
    world, made = as_promised(scenario)
    place = {sentence: at for at, sentence in enumerate(sorted({sentence for _, sentence, _ in world.asked}))}
    begun: list[tuple[int, int]] = []

    latest: dict[int, SentenceStarted] = {}

    async def listen(on: Stage) -> list[Event]:
        async def noted(take_back: object) -> AsyncGenerator[ChainEvent, None]:
            """What nothing is taken back of, so that all is made as it was promised."""
            async with aclosing(speaking(scenario, parts, on)) as events:
                async for event in events:
                    if isinstance(event, SentenceStarted):
                        latest[event.sentence] = event
                    yield event

        heard: list[Event] = []
        pause = cycle(pauses)
        async with aclosing(parts["ahead"].ahead(noted)) as events:
            async for event in events:
                if isinstance(event, SentenceStarted):
                    assert latest[event.sentence] is event, "what broke unheard is not heard"
                heard.append(as_tuple(event))
                await asyncio.sleep(next(pause))
                if isinstance(event, SentenceStarted):
                    asked = [given.index for engine in on.engines for given in engine.given]
                    begun.append((place[event.sentence], place[max(asked)]))
        return heard

    _, heard = play(scenario, parts, listen)
    # One that is passed on, one behind it, and one that has begun and waits.
    assert all(furthest <= at + 2 for at, furthest in begun)
    if min(pauses) == LONG_PAUSE and made[-1][0] == "complete":
        assert all(furthest > at for at, furthest in begun if at < len(place) - 1)
    kept, all_made = takes_of(heard), takes_of(made)
    assert is_part_of(kept, all_made), "each take as it was made, or nothing of it"
    last = {take[0][1]: take for take in all_made}
    assert {take[0][1]: take for take in kept} == last, "the last one is always heard"
    assert changes_of(heard) == changes_of(made)
    times = Counter(take[0][1] for take in kept)
    outcome, rows, reason = made[-1]
    assert heard[-1] == (outcome, tuple((*row[:4], times[row[0]] > 1) for row in rows), reason)


def takes_of(events: list[Event]) -> list[list[Event]]:
    """From each start to the next."""
    takes: list[list[Event]] = []
    for event in events:
        if event[0] == "start":
            takes.append([])
        if event[0] in ("start", "sound"):
            takes[-1].append(event)
    return takes


def changes_of(events: list[Event]) -> list[Event]:
    return [event for event in events if event[0] == "takeover" and event[2] != event[3]]


def is_part_of(some: list[list[Event]], of: list[list[Event]]) -> bool:
    rest = iter(of)
    return all(take in rest for take in some)


@RANDOM
@given(scenarios(), st.none() | st.integers(0, 12))
def test_every_sentence_is_spoken_by_whom_the_contract_says(
    scenario: Scenario, leave_after: int | None
) -> None:
    every_event(scenario, leave_after, AS_IT_IS)


@pytest.mark.slow
@RANDOM
@given(scenarios())
def test_every_file_holds_one_voice_and_all_of_the_text(scenario: Scenario) -> None:
    every_file(scenario, AS_IT_IS)


@pytest.mark.slow
@RANDOM
@given(scenarios(timed=False), PAUSES)
def test_who_listens_slowly_hears_the_same_but_what_broke_unheard(
    scenario: Scenario, pauses: list[float]
) -> None:
    every_event_ahead(scenario, pauses, AS_IT_IS)
