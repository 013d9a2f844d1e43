"""A voice that was given a rest is tried by canaries, and no user is spent on finding out how it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from robotvoice.chain.failure_attribution import TEXTS, VOICE_RESTS, FailureAttribution
from robotvoice.chain.voice_recovery import CANARIES, recover_voices
from robotvoice.errors import ContentFailure
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Priority, Reason
from tests.fakes.scripted_engine import BUSY, SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import Clock, guard, opened

BABBLES = ContentFailure("too_long", "it speaks on")
NOVA, BRIM = VoiceSpec("clone", "nova"), VoiceSpec("clone", "brim")
MANY = 50
"""Turns of the loop, in which all that is due is done"""


def resting(clock: Clock) -> FailureAttribution:
    """What is known once all that one of the two voices says came out wrong."""
    blame = FailureAttribution(clock)
    for number in range(TEXTS):
        blame.failed(NOVA, f"Number {number}.", Reason("too_long", "it speaks on"))
    assert not blame.readiness(NOVA) and blame.readiness(BRIM)
    return blame


@asynccontextmanager
async def watched(
    engine: ScriptedEngine, clock: Clock, *, is_open: bool = False
) -> AsyncIterator[tuple[ScriptedEngine, FailureAttribution]]:
    guarded = replace(guard(engine, clock), blame=resting(clock))
    if is_open:
        opened(guarded)
    watching = asyncio.create_task(recover_voices([guarded], interval=0.0))
    try:
        yield engine, guarded.blame
    finally:
        watching.cancel()
        await asyncio.wait({watching})


async def turns() -> None:
    for _ in range(MANY):
        await asyncio.sleep(0)


async def test_nobody_tries_it_before_its_rest_is_over() -> None:
    clock = Clock()
    async with watched(ScriptedEngine("clone"), clock) as (engine, blame):
        clock.now = VOICE_RESTS[0] - 0.1
        await turns()
        assert engine.asked == [] and not blame.readiness(NOVA)


async def test_a_canary_that_goes_well_gives_it_back() -> None:
    clock = Clock()
    async with watched(ScriptedEngine("clone", SPEAKS), clock) as (engine, blame):
        clock.now = VOICE_RESTS[0]
        await turns()
        assert engine.asked == [CANARIES[0]]
        assert engine.given[0].asked.priority is Priority.BACKGROUND
        assert blame.readiness(NOVA)


async def test_each_that_goes_wrong_makes_the_rest_longer_and_says_something_else() -> None:
    clock = Clock()
    async with watched(ScriptedEngine("clone", (BABBLES,)), clock) as (engine, blame):
        rest = VOICE_RESTS[0]
        for number, text in enumerate(CANARIES, 1):
            clock.now += rest
            await turns()
            assert engine.asked[-1] == text and len(engine.asked) == number
            rest = min(2 * rest, VOICE_RESTS[1])
            left = blame.readiness(NOVA).retry_after
            assert left is not None and left == rest


async def test_one_that_could_not_be_tried_is_tried_again_after_as_long_a_rest() -> None:
    clock = Clock()
    async with watched(ScriptedEngine("clone", (BUSY,), SPEAKS), clock) as (_, blame):
        clock.now += VOICE_RESTS[0]
        await turns()
        assert blame.readiness(NOVA).retry_after == VOICE_RESTS[0]
        clock.now += VOICE_RESTS[0]
        await turns()
        assert blame.readiness(NOVA)


async def test_no_voice_is_tried_while_its_engine_is_given_a_rest() -> None:
    clock = Clock()
    async with watched(ScriptedEngine("clone"), clock, is_open=True) as (engine, _):
        clock.now += VOICE_RESTS[0]
        await turns()
        assert engine.asked == []
