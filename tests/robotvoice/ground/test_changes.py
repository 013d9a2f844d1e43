"""Whoever waits is woken by the next change, and waits no longer than it said."""

import asyncio

from robotvoice.ground.changes import Changed, set_within


async def test_all_who_wait_are_woken_and_who_comes_later_waits_for_the_next_one() -> None:
    changed = Changed()
    waiting = [asyncio.create_task(changed.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    changed.tell()
    late = asyncio.create_task(changed.wait())
    await asyncio.wait(waiting, timeout=5)
    assert all(task.done() for task in waiting) and not late.done()
    changed.tell()
    await asyncio.wait_for(late, 5)


async def test_an_event_is_waited_for_within_its_time() -> None:
    event = asyncio.Event()
    assert await set_within(event, 0.01) is False
    asyncio.get_running_loop().call_later(0.01, event.set)
    assert await set_within(event, None) is True
    assert await set_within(event, 0) is True
