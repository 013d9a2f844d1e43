"""A gateway that is told to stop says goodbye, hangs up with a reason, and leaves nothing behind."""

import asyncio
import signal
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType
from zeroconf import ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from robotvoice.wire.wire import SERVICE_TYPE
from tests.gateway.in_process import SOON
from tests.gateway.process import all_gone, started

LONG = "The end is never near. " * 200


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_closes_its_sockets_with_a_reason_and_ends_with_0(tmp_path: Path, number: int) -> None:
    """Neither an idle connection nor half a request nor a client that does not read can hold it."""
    async with started(tmp_path) as gateway, ClientSession() as session:
        url = f"http://127.0.0.1:{gateway.port}"
        async with session.get(f"{url}/health") as kept_alive:
            assert kept_alive.status == 200
        _, half = await asyncio.open_connection("127.0.0.1", gateway.port)
        half.write(b"GET /synthesize?text=Hel")
        _, silent = await asyncio.open_connection("127.0.0.1", gateway.port)
        socket = await session.ws_connect(f"{url}/ws/tts")
        await socket.send_json({"type": "synthesize", "text": "Hello.", "id": "1", "audio": "binary"})
        assert (await socket.receive_json(timeout=SOON))["type"] == "accepted"
        deaf = await session.ws_connect(f"{url}/ws/tts", max_msg_size=0)
        for count in range(8):
            await deaf.send_json({"type": "synthesize", "text": LONG, "id": str(count)})
        children = gateway.children()
        assert children

        stopping = asyncio.create_task(gateway.stopped(number))
        while (message := await socket.receive(timeout=SOON)).type is not WSMsgType.CLOSE:
            assert message.type in (WSMsgType.TEXT, WSMsgType.BINARY)
        assert (message.data, message.extra) == (1001, "the gateway stops")
        await socket.close()
        assert await stopping == 0
        assert await all_gone(children)
        for writer in (half, silent):
            writer.close()
    assert gateway.log[-1].endswith("INFO stopped")
    assert not [line for line in gateway.log if " ERROR " in line or "Traceback" in line], gateway.log


@pytest.mark.slow
async def test_robots_hear_that_it_goes(tmp_path: Path) -> None:
    """A browser of zeroconf's own, on loopback."""
    heard: asyncio.Queue[ServiceStateChange] = asyncio.Queue()
    announced = f"Stop under test {tmp_path.name}"[:40].strip()

    def listen(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if name.startswith(announced):
            heard.put_nowait(state_change)

    async def next_heard() -> ServiceStateChange:
        async with asyncio.timeout(SOON):
            while (change := await heard.get()) is ServiceStateChange.Updated:
                pass
            return change

    async with AsyncZeroconf(interfaces=["127.0.0.1"]) as mdns:
        browser = AsyncServiceBrowser(mdns.zeroconf, SERVICE_TYPE, handlers=[listen])
        async with started(tmp_path, "--name", announced, mdns=True) as gateway:
            assert await next_heard() is ServiceStateChange.Added
            assert (await gateway.ask("/health")).json["mdns"] == f"announced as {announced}"
            assert await gateway.stopped() == 0
            assert await next_heard() is ServiceStateChange.Removed
        await browser.async_cancel()
