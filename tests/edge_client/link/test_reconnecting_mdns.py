"""A link that listens to mDNS: real announcements and goodbyes, on loopback."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from robotvoice.errors import EngineFailure
from robotvoice.wire.wire import SERVICE_TYPE
from tests.edge_client.link.link_rig import LivelyGateway, link_to, spoken, until
from tests.fakes.fake_gateway import CHUNKS, State, running
from tests.fakes.faults import Fault

LOOPBACK = "127.0.0.1"


@pytest.fixture
async def mdns() -> AsyncIterator[AsyncZeroconf]:
    zeroconf = AsyncZeroconf([LOOPBACK])
    yield zeroconf
    await zeroconf.async_close()


def service(identity: str, port: int) -> ServiceInfo:
    return ServiceInfo(
        SERVICE_TYPE,
        f"{identity}.{SERVICE_TYPE}",
        port=port,
        properties={"v": "1", "id": identity, "tls": "0", "personas": "vixen"},
        server=f"{identity}.local.",
        parsed_addresses=[LOOPBACK],
    )


async def test_what_is_announced_is_connected_to_and_followed_to_its_next_address(
    mdns: AsyncZeroconf,
) -> None:
    """A goodbye alone changes nothing: the one that said it still answers."""
    identity = f"kept-{uuid4().hex[:8]}"
    with (
        running(State(identity=identity), kind=LivelyGateway) as new,
        running(State(identity=identity), kind=LivelyGateway) as old,
    ):
        async with link_to(connected=False, mdns=True, interface=LOOPBACK, gateway_id=identity) as link:
            announced = service(identity, old.port)
            await (await mdns.async_register_service(announced, cooperating_responders=True))
            await until(lambda: link.connected, 20)
            assert len(await spoken(link)) == CHUNKS
            await (await mdns.async_unregister_service(announced))
            assert link.connected
            assert link.connected
            assert link.connected.port == old.port
            old.state.always = Fault.RESET
            old.state.cut_after(1)
            with pytest.raises(EngineFailure):
                await spoken(link)
            await (
                await mdns.async_register_service(service(identity, new.port), cooperating_responders=True)
            )
            await until(lambda: link.connected and link.connected.port == new.port, 20)
            assert len(await spoken(link)) == CHUNKS
