"""The gateway of a daemon: it learns over its link, and remembers for the next start."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from edge_client.link.daemon_gateway import DaemonGateway
from edge_client.settings.settings import Settings
from robotvoice.wire import wire
from tests.edge_client.link.link_rig import VIXEN, LivelyGateway, spoken, until
from tests.fakes.fake_gateway import CHUNKS, Utterance, running, speak


async def test_it_is_learned_from_when_it_is_there_and_when_it_has_news(
    settings: Callable[..., Settings],
) -> None:
    learned: list[object] = []

    async def learn() -> None:
        learned.append(await gateway.link.get("/v1/personas"))

    async def with_news(utterance: Utterance) -> None:
        await utterance.send(wire.Personas({"vixen": "2"}))
        await speak(utterance)

    with running(kind=LivelyGateway) as fake:
        gateway = DaemonGateway(settings(gateway=fake.address))
        assert not gateway.guarded.readiness(VIXEN)
        keeping = asyncio.create_task(gateway.keep(learn))
        try:
            await until(lambda: gateway.standing.ready and learned)
            assert gateway.standing.endpoint == gateway.connected
            fake.state.do_next(with_news)
            assert len(await spoken(gateway.link)) == CHUNKS
            await until(lambda: len(learned) == 2)
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            gateway.close()
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    assert gateway.standing.reason
    again = DaemonGateway(settings())
    assert [each.label for each in again.memory.addresses] == [fake.address]


async def test_one_that_left_was_seen_until_then_whoever_asked_meanwhile(
    settings: Callable[..., Settings],
) -> None:
    async def learn() -> None:
        pass

    with running(kind=LivelyGateway) as fake:
        gateway = DaemonGateway(settings(gateway=fake.address))
        keeping = asyncio.create_task(gateway.keep(learn))
        await until(lambda: gateway.connected)
    try:
        await until(lambda: not gateway.connected)
        assert gateway.standing.last_seen == gateway.standing.since
    finally:
        keeping.cancel()
        with suppress(asyncio.CancelledError):
            await keeping
        gateway.close()
