"""The last files are kept for a moment, so that parts of one come from one; never much, and never long."""

import asyncio

from robotvoice.wire.last_answers import KEPT_FOR, LastAnswer, LastAnswers, key_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_a_file_is_there_for_a_while_and_then_no_more() -> None:
    clock = Clock()
    last = LastAnswers(clock)
    last.put("a", LastAnswer(b"sound", {"X-Duration": "1"}))
    clock.now += KEPT_FOR - 1
    found = last.get("a")
    assert found is not None
    assert (found.body, found.headers) == (b"sound", {"X-Duration": "1"})
    clock.now += 1
    assert last.get("a") is None


async def test_the_oldest_make_room_and_what_is_too_large_is_not_kept() -> None:
    last = LastAnswers(Clock(), most_bytes=10)
    for name in "abc":
        last.put(name, LastAnswer(name.encode() * 4, {}))
    assert [name for name in "abc" if last.get(name)] == ["b", "c"]
    last.put("b", LastAnswer(b"x" * 11, {}))
    assert [name for name in "abc" if last.get(name)] == ["c"], "nor is the one before it"


async def test_one_makes_a_file_and_who_waited_finds_it_also_when_the_first_one_left() -> None:
    last, made = LastAnswers(), 0

    async def ask(seconds: float) -> bytes:
        nonlocal made
        async with last.turn("a"):
            if found := last.get("a"):
                return found.body
            await asyncio.sleep(seconds)
            made += 1
            last.put("a", LastAnswer(b"%d" % made, {}))
            return b"%d" % made

    leaves = asyncio.create_task(ask(60))
    await asyncio.sleep(0)
    others = [asyncio.create_task(ask(0)) for _ in range(3)]
    await asyncio.sleep(0)
    leaves.cancel()
    assert await asyncio.gather(*others) == [b"1"] * 3
    assert not last._turns, "nothing is left of who waited"


def test_each_file_has_a_name_of_its_own_and_a_key_tells_nothing_of_the_text() -> None:
    assert LastAnswer(b"a", {}).etag != LastAnswer(b"a", {}).etag
    assert key_of("spark", [("text", "Hi.")]) == key_of("spark", [("text", "Hi.")])
    assert key_of("spark", [("text", "Hi.")]) != key_of("vixen", [("text", "Hi.")])
    assert "Hi" not in key_of("spark", [("text", "Hi.")])
