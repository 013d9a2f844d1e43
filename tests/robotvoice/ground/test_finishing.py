"""What is begun is finished, whoever is cancelled meanwhile, and what nobody wants any more is given back."""

import asyncio

import pytest

from robotvoice.ground.finishing import finished, had


class Slow:
    """Something that takes a while to be had."""

    def __init__(self, error: Exception | None = None) -> None:
        self.may_end, self.error = asyncio.Event(), error
        self.made = 0
        self.returned: list[int] = []

    async def make(self) -> int:
        await self.may_end.wait()
        if self.error:
            raise self.error
        self.made += 1
        return self.made

    async def give_back(self, made: int) -> None:
        await asyncio.sleep(0)
        self.returned.append(made)


async def test_work_returns_and_raises_as_it_would_by_itself() -> None:
    good, bad = Slow(), Slow(ValueError("no"))
    good.may_end.set()
    bad.may_end.set()
    assert await finished(good.make()) == 1
    assert await had(good.make(), good.give_back) == 2
    assert good.returned == []
    for get in (finished(bad.make()), had(bad.make(), bad.give_back)):
        with pytest.raises(ValueError, match="no"):
            await get


@pytest.mark.parametrize("error", [None, ValueError("nobody asks")])
async def test_a_caller_who_is_cancelled_twice_is_so_when_the_work_is_finished(
    error: Exception | None, nothing_left: None
) -> None:
    slow = Slow(error)
    for get in (finished(slow.make()), had(slow.make(), slow.give_back)):
        slow.may_end.clear()
        waiting = asyncio.create_task(get)
        for _ in range(2):
            await asyncio.sleep(0)
            waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
        slow.may_end.set()
        await asyncio.wait({waiting})
        assert waiting.cancelled()
    assert slow.returned == ([] if error else [2])


async def test_a_time_limit_is_told_as_one_after_the_work() -> None:
    slow = Slow()
    asyncio.get_running_loop().call_later(0.05, slow.may_end.set)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await finished(slow.make())
    assert slow.made == 1
