"""Work that is finished although its caller is cancelled, as half of it would leave something behind."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def is_own_end(error: BaseException) -> bool:
    """Whether this task was cancelled itself, not only something that it waited for."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


async def finished(work: Coroutine[Any, Any, T]) -> T:
    """What the work returns or raises. A caller cancelled meanwhile, however often, is so behind it."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        if not task.cancelled():
            task.exception()  # else asyncio complains that nobody asked
        raise cancelled
    return task.result()


async def had(getting: Coroutine[Any, Any, T], give_back: Callable[[T], Awaitable[object]]) -> T:
    """What was got. For a caller who was cancelled meanwhile it is got all the same, and given back."""

    async def given_back(task: "asyncio.Task[T]") -> None:
        await asyncio.wait({task})
        if not (task.cancelled() or task.exception()):
            await give_back(task.result())

    task = asyncio.create_task(getting)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await finished(given_back(task))
        raise
