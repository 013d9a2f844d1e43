"""Whose turn it is."""

import asyncio

import pytest

from gateway.engines.mlx.messages import Speak
from gateway.engines.mlx.scheduler import Scheduler
from gateway.engines.mlx.turn import Turn
from speech.errors import EngineUnavailable


def turn(number: int) -> Turn:
    return Turn(Speak(number, "Hi."), None)


async def test_first_come_first_served() -> None:
    scheduler = Scheduler(10, 10.0)
    turns = [turn(number) for number in range(3)]
    for each in turns:
        scheduler.put(each)
    await scheduler.filled()
    assert [scheduler.pop() for _ in range(4)] == [*turns, None]


async def test_a_full_line_refuses() -> None:
    scheduler = Scheduler(1, 10.0)
    scheduler.put(turn(1))
    with pytest.raises(EngineUnavailable) as refusal:
        scheduler.put(turn(2))
    assert refusal.value.reason == "busy"


async def test_who_leaves_the_line_makes_room() -> None:
    scheduler = Scheduler(1, 10.0)
    first, second = turn(1), turn(2)
    scheduler.put(first)
    scheduler.remove(first)
    scheduler.put(second)
    assert scheduler.pop() is second


async def test_who_waited_too_long_is_told_so_and_not_spoken() -> None:
    scheduler = Scheduler(10, 0.01)
    late = turn(1)
    scheduler.put(late)
    await asyncio.sleep(0.05)
    assert scheduler.pop() is None
    with pytest.raises(EngineUnavailable):
        await late.next(1.0)


async def test_nobody_is_forgotten_when_all_are_refused() -> None:
    scheduler = Scheduler(10, 10.0)
    turns = [turn(number) for number in range(3)]
    for each in turns:
        scheduler.put(each)
    scheduler.refuse_all(EngineUnavailable("restarting", "the worker ended"))
    for each in turns:
        with pytest.raises(EngineUnavailable):
            await each.next(1.0)
    assert scheduler.pop() is None


async def test_a_turn_without_sound_gives_a_sign_of_life() -> None:
    waiting = turn(1)
    assert await waiting.next(0.01) == b""
    waiting.put(b"ab")
    waiting.put(None)
    assert await waiting.next(0.01) == b"ab"
    assert await waiting.next(0.01) is None
