"""How long runs are made, and what counts as a memory that does not grow."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from statistics import median

CLIENTS = 8
MANY = 600
"""Requests that are heard to their end"""
LOOK = 25
"""Requests between two looks at the memory, at which nobody speaks"""
SETTLED = 8
"""Looks after which everything that is kept is full, and memory may grow no more"""
HALF = (MANY // LOOK - SETTLED) // 2
"""Looks of which the median counts: an allocator takes and gives back a tenth at any time"""
FLAT = 1.05


def flat(rss: Sequence[int]) -> bool:
    """Whether the last half of what was seen is no more than a twentieth above the half before it."""
    return median(rss[-HALF:]) <= FLAT * median(rss[SETTLED:][:HALF])


async def by_clients(work: Callable[[int], Awaitable[None]], count: int) -> None:
    """`work` on each number, in order, by whichever client is free."""
    numbers = iter(range(count))

    async def client() -> None:
        for number in numbers:
            await work(number)

    async with asyncio.TaskGroup() as clients:
        for _ in range(CLIENTS):
            clients.create_task(client())
