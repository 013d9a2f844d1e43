"""One sentence over a connection that is kept: what would begin too late is not waited for."""

from collections.abc import Iterator
from typing import cast

import pytest

from robotvoice.errors import EngineUnavailable
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
