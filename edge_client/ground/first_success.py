"""Several attempts at the same thing, the preferred one first: the first that succeeds is taken."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, TypeVar

from robotvoice.errors import EngineFailure

T = TypeVar("T")

HEAD_START = 0.1
"""Seconds an attempt has to succeed before the next one may join"""

AWAY = ("unreachable", "refused", "no_answer", "cut")
TELLING = {"forgotten": (*AWAY, "stranger"), "stranger": AWAY}
"""Reasons that say more than the others with which they come: of several addresses only one is right"""


async def first_good(
    attempts: Sequence[Callable[[], Coroutine[Any, Any, T]]],
    discard: Callable[[T], Awaitable[None]] | None = None,
) -> T:
    """What the first good attempt returns; the others are cancelled, and `discard` gets what came too late.

    An attempt joins when the one before it failed or had its head start. Raises EngineFailure: why the first
    one failed when all did, unless that of another is TELLING; `not_found` when there are none.
    """
    tasks: list[asyncio.Task[T]] = []
    winner: asyncio.Task[T] | None = None
    try:
        for attempt in attempts:
            tasks.append(asyncio.create_task(attempt()))
            winner = await _winner(tasks, HEAD_START)
            if winner:
                return winner.result()
        while not winner:
            if all(task.done() for task in tasks):
                raise _why(tasks)
            winner = await _winner(tasks, None)
        return winner.result()
    finally:
        await _settle([task for task in tasks if task is not winner], discard)


async def _winner(tasks: "Sequence[asyncio.Task[T]]", limit: float | None) -> "asyncio.Task[T] | None":
    """Waits until one more is done, for at most `limit` seconds; None if none of those done is good."""
    running = [task for task in tasks if not task.done()]
    if running:
        await asyncio.wait(running, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
    return next((task for task in tasks if _good(task)), None)


def _good(task: "asyncio.Task[T]") -> bool:
    return task.done() and not task.cancelled() and task.exception() is None


def _why(tasks: "Sequence[asyncio.Task[Any]]") -> BaseException:
    problems = [problem for task in tasks if (problem := task.exception())]
    if not problems:
        return EngineFailure("not_found", "no gateway was found")
    codes = [problem.reason if isinstance(problem, EngineFailure) else "" for problem in problems]
    for telling, others in TELLING.items():
        if telling in codes and set(codes) <= {telling, *others}:
            return problems[codes.index(telling)]
    return problems[0]


async def _settle(tasks: "Sequence[asyncio.Task[T]]", discard: Callable[[T], Awaitable[None]] | None) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
    for task in tasks:
        if _good(task) and discard:
            await discard(task.result())
