"""One sentence over a connection that is kept: what would begin too late is not waited for."""

import asyncio
from collections.abc import Iterator
from typing import cast

import pytest

from edge_client.link.sentence import SoundBounds
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.wire import wire
from tests.edge_client.link.link_rig import LivelyGateway, address_of, link_to, spoken, until
from tests.fakes.fake_gateway import CHUNKS, Utterance, running


@pytest.fixture
def lively() -> Iterator[LivelyGateway]:
    with running(kind=LivelyGateway) as gateway:
        yield cast(LivelyGateway, gateway)


async def test_a_yes_that_would_come_too_late_is_cancelled_and_is_no_failure(lively: LivelyGateway) -> None:
    """The persona may wait longer than this robot, which speaks itself, at once."""

    async def later(utterance: Utterance) -> None:
        await utterance.send(wire.Accepted(utterance.request.id, 2500))

    lively.state.do_next(later)
    async with link_to(address_of(lively)) as link:
        with pytest.raises(EngineUnavailable, match=r"gateway would begin in 2\.5 s") as refused:
            await spoken(link)
        assert refused.value.reason == "too_late"
        await until(lambda: lively.cancelled == ["1"])
        assert len(await spoken(link)) == CHUNKS
        assert len(lively.sockets) == 1


@pytest.mark.parametrize(("at_a_time", "every", "reason"), [(1, 0.3, "too_slow"), (200, 0.0, "too_long")])
async def test_a_sentence_without_an_end_is_given_up(
    lively: LivelyGateway, at_a_time: int, every: float, reason: str
) -> None:
    """Whether it comes in drops or in floods: the next voice is heard within seconds."""

    async def endless(utterance: Utterance) -> None:
        await utterance.accept()
        await utterance.start()
        while True:
            await utterance.sound(at_a_time)
            await asyncio.sleep(every)

    lively.state.do_next(endless)
    async with link_to(address_of(lively)) as link, asyncio.timeout(6):
        with pytest.raises(EngineFailure) as failed:
            await spoken(link)
        assert failed.value.reason == reason


@pytest.mark.parametrize(
    ("text", "speed", "seconds"),
    [
        ("Hello there.", 1.0, 1.5),
        ("Hello there.", 0.25, 6.0),
        ("It was 1984, at 12:45, for 3.50 EUR.", 1.0, 9.0),
    ],
)
async def test_what_a_slow_voice_needs_is_no_fault(text: str, speed: float, seconds: float) -> None:
    """Also of a model that takes longer than its sound does."""
    bounds = SoundBounds(text, speed)
    for _ in range(round(seconds / 0.1)):
        bounds.add(0.1, 0.25)
