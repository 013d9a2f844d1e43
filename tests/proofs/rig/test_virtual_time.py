"""Time that leaps is still time."""

import asyncio

import pytest

from proofs.rig.virtual_time import NothingEverHappens, run


def test_hours_pass_at_once_and_in_their_order() -> None:
    async def main() -> list[str]:
        order: list[str] = []

        async def after(seconds: float, word: str) -> None:
            await asyncio.sleep(seconds)
            order.append(f"{word} {asyncio.get_running_loop().time():g}")

        await asyncio.gather(after(7200, "last"), after(3600, "first"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await asyncio.Event().wait()
        return order

    assert run(main()) == ["first 3600", "last 7200"]


def test_a_world_in_which_nothing_can_happen_any_more_is_told() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingEverHappens):
        run(main())
