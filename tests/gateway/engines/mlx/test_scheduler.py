"""Whose turn it is."""

import asyncio
import itertools
from collections.abc import Iterable

import pytest

from gateway.engines.mlx.scheduler import Scheduler
from gateway.engines.mlx.worker_messages import Speak
from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.errors import EngineUnavailable
from robotvoice.utterance import Priority, RequestOptions

NUMBERS = itertools.count()


def turn(
    client: str = "", priority: Priority = Priority.DIALOGUE, start_by: float | None = None
) -> WorkerSentence:
    asked = (
        RequestOptions(client, priority) if start_by is None else RequestOptions(client, priority, start_by)
    )
    return WorkerSentence(Speak(next(NUMBERS), "Hi."), None, asked=asked)


def lined_up(scheduler: Scheduler, turns: Iterable[WorkerSentence]) -> list[WorkerSentence]:
    turns = list(turns)
    for each in turns:
        scheduler.put(each)
    return turns


async def refusal_of(refused: WorkerSentence) -> str:
    with pytest.raises(EngineUnavailable) as refusal:
        await refused.next(1.0)
    return refusal.value.reason


async def test_first_come_first_served_among_equals() -> None:
    scheduler = Scheduler(10, 10.0)
    turns = lined_up(scheduler, [turn(client) for client in "abc"])
    await scheduler.filled()
    assert [scheduler.pop() for _ in range(4)] == [*turns, None]


async def test_the_urgent_goes_next_however_many_wait() -> None:
    scheduler = Scheduler(20, 10.0)
    stories = lined_up(scheduler, [turn(client, Priority.STORY) for client in "abcdefgh"])
    canary, dialogue, urgent = lined_up(
        scheduler, [turn("i", Priority.BACKGROUND), turn("j"), turn("a", Priority.URGENT)]
    )
    order = [scheduler.pop() for _ in range(11)]
    assert order[:2] == [urgent, dialogue] and order[-1] is canary
    assert set(order[2:-1]) == set(stories)


async def test_clients_take_turns_though_one_asks_more_often() -> None:
    scheduler = Scheduler(10, 10.0)
    first, second = lined_up(scheduler, [turn("busy"), turn("busy")])
    assert scheduler.pop() is first
    third, quiet = lined_up(scheduler, [turn("busy"), turn("quiet")])
    assert [scheduler.pop() for _ in range(3)] == [quiet, second, third]


async def test_one_client_has_two_sentences_waiting_and_may_still_be_urgent() -> None:
    scheduler = Scheduler(10, 10.0)
    lined_up(scheduler, [turn("a"), turn("a")])
    with pytest.raises(EngineUnavailable) as refusal:
        scheduler.put(turn("a"))
    assert refusal.value.reason == "client_busy"
    lined_up(scheduler, [turn("b"), turn("a", Priority.URGENT), turn("a", Priority.URGENT)])


async def test_a_full_line_refuses() -> None:
    scheduler = Scheduler(1, 10.0)
    scheduler.put(turn())
    with pytest.raises(EngineUnavailable) as refusal:
        scheduler.put(turn())
    assert refusal.value.reason == "busy"


async def test_in_a_full_line_the_last_of_the_least_urgent_makes_room() -> None:
    scheduler = Scheduler(3, 10.0)
    dialogue, early, late = lined_up(
        scheduler, [turn("a"), turn("b", Priority.STORY), turn("c", Priority.STORY)]
    )
    urgent = turn("d", Priority.URGENT)
    scheduler.put(urgent)
    assert await refusal_of(late) == "busy"
    with pytest.raises(EngineUnavailable):
        scheduler.put(turn("e", Priority.STORY))
    assert [scheduler.pop() for _ in range(4)] == [urgent, dialogue, early, None]


async def test_who_leaves_the_line_makes_room() -> None:
    scheduler = Scheduler(1, 10.0)
    first, second = turn(), turn()
    scheduler.put(first)
    scheduler.remove(first)
    scheduler.put(second)
    assert scheduler.pop() is second


async def test_who_waited_too_long_is_told_so_and_not_spoken() -> None:
    scheduler = Scheduler(10, 0.01)
    late = turn()
    scheduler.put(late)
    await asyncio.sleep(0.05)
    assert scheduler.pop() is None
    assert await refusal_of(late) == "busy"


async def test_expired_work_never_reaches_the_worker() -> None:
    scheduler = Scheduler(10, 10.0)
    expired = turn("a", Priority.URGENT, start_by=asyncio.get_running_loop().time() - 0.01)
    wanted = turn("b", start_by=asyncio.get_running_loop().time() + 10)
    lined_up(scheduler, [expired, wanted])
    assert scheduler.pop() is wanted
    assert await refusal_of(expired) == "too_late"


async def test_who_is_ahead_is_known_by_priority() -> None:
    scheduler = Scheduler(10, 10.0)
    dialogue, story = lined_up(scheduler, [turn("a"), turn("b", Priority.STORY)])
    assert list(scheduler.ahead_of(Priority.URGENT)) == []
    assert list(scheduler.ahead_of(Priority.DIALOGUE)) == [dialogue]
    assert list(scheduler.ahead_of(Priority.BACKGROUND)) == [dialogue, story]


async def test_what_is_remembered_of_clients_is_bounded() -> None:
    scheduler = Scheduler(3, 10.0)
    for number in range(100):
        scheduler.put(turn(f"client {number}"))
        scheduler.pop()
    assert len(scheduler._served) <= 4


async def test_nobody_is_forgotten_when_all_are_refused() -> None:
    scheduler = Scheduler(10, 10.0)
    turns = lined_up(scheduler, [turn(client) for client in "abc"])
    scheduler.refuse_all(EngineUnavailable("restarting", "the worker ended"))
    assert [await refusal_of(each) for each in turns] == ["restarting"] * 3
    assert scheduler.pop() is None


async def test_a_turn_without_sound_gives_a_sign_of_life() -> None:
    waiting = turn()
    assert await waiting.next(0.01) == b""
    waiting.put(b"ab")
    waiting.put(None)
    assert await waiting.next(0.01) == b"ab"
    assert await waiting.next(0.01) is None
