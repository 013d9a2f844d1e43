"""Any mDNS browser sees the gateway come and go, and no network can keep the gateway from serving."""

import asyncio
import gc
import json
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from zeroconf.asyncio import AsyncZeroconf

from gateway.mdns import mdns_advertiser as advertise
from gateway.mdns.mdns_advertiser import Advertiser, MdnsAdvertiser

BROWSER = """
import asyncio, json, sys
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf
from zeroconf import DNSQuestionType, InterfaceChoice

KIND, INTERFACE = "_robotvoice._tcp.local.", sys.argv[1]
looking_up = set()

async def tell(zeroconf, name, change):
    row = {"change": change, "name": name.removesuffix("." + KIND)}
    if change == "Added":
        found = AsyncServiceInfo(KIND, name)
        await found.async_request(zeroconf, 3000)
        txt = {key.decode(): (value or b"").decode() for key, value in found.properties.items()}
        row |= {"txt": txt, "port": found.port, "host": found.server, "addresses": found.parsed_addresses()}
    print(json.dumps(row), flush=True)

def heard(zeroconf, service_type, name, state_change):
    task = asyncio.get_running_loop().create_task(tell(zeroconf, name, state_change.name))
    looking_up.add(task)
    task.add_done_callback(looking_up.discard)

async def main():
    interfaces = InterfaceChoice.All if INTERFACE == "all" else [INTERFACE]
    async with AsyncZeroconf(interfaces=interfaces) as mdns:
        browser = AsyncServiceBrowser(mdns.zeroconf, KIND, handlers=[heard])
        print(json.dumps({"change": "Ready"}), flush=True)
        await asyncio.to_thread(sys.stdin.read)
        await browser.async_cancel()

asyncio.run(main())
"""
"""An independent browser: zeroconf and nothing of ours (-I keeps this folder out of its path)."""


class Browser:
    """Reads what the browser's process tells."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self, change: str, token: str) -> dict[str, Any]:
        """The next event about a name that holds `token`; fails if it is another than `change`."""
        async with asyncio.timeout(15):
            while True:
                assert self._process.stdout is not None
                row: dict[str, Any] = json.loads(await self._process.stdout.readline())
                if token in row.get("name", "") and row["change"] != "Updated":
                    assert row["change"] == change
                    return row

    async def stop(self) -> list[str]:
        """Ends it, and returns what it told since the last `next`."""
        rest, _ = await asyncio.wait_for(self._process.communicate(b""), 15)
        assert self._process.returncode == 0
        return rest.decode().splitlines()


@asynccontextmanager
async def browsing(*arguments: str) -> AsyncIterator[Browser]:
    process = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert b"Ready" in await asyncio.wait_for(process.stdout.readline(), 15)
        yield Browser(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def independent(interface: str = "127.0.0.1") -> list[str]:
    return [sys.executable, "-I", "-c", BROWSER, interface]


def gateway(
    name: str, port: int = 7999, host: str = "127.0.0.1", identity: str = "", tls_port: int = 0
) -> MdnsAdvertiser:
    return MdnsAdvertiser(
        gateway_id=identity or uuid4().hex,
        name=name,
        port=port,
        personas=["spark", "vixen"],
        host=host,
        tls_port=tls_port,
    )


async def until(advertiser: MdnsAdvertiser, beginning: str) -> str:
    async with asyncio.timeout(15):
        # The state is there for people to read; nobody is told when it changes.
        while not advertiser.state.startswith(beginning):  # noqa: ASYNC110 - as said above
            await asyncio.sleep(0.02)
    return advertiser.state


@pytest.mark.slow
async def test_an_independent_browser_sees_it_come_and_go() -> None:
    """With exactly the documented TXT keys; gone on a clean stop; and there was only this one service."""
    token, identity = uuid4().hex[:8], str(uuid4())
    advertiser = gateway(f"Mac {token}", identity=identity)
    async with browsing(*independent()) as browser:
        await advertiser.start()
        assert await until(advertiser, "announced") == f"announced as Mac {token}"
        added = await browser.next("Added", token)
        await advertiser.stop()
        removed = await browser.next("Removed", token)
        rest = await browser.stop()
    assert added["txt"] == {"v": "1", "id": identity, "tls": "0", "personas": "spark,vixen"}
    assert (added["port"], added["addresses"]) == (7999, ["127.0.0.1"])
    assert removed["name"] == added["name"] == f"Mac {token}"
    assert not [line for line in rest if token in line]
    assert advertiser.state == "not announced: stopped"


@pytest.mark.slow
async def test_two_gateways_of_one_name_are_told_apart() -> None:
    """The first keeps the name; and no goodbye takes the other along, not even with one id on two ports."""
    token = uuid4().hex[:8]
    first = gateway(f"Mac {token}", 7998, identity=token)
    second = gateway(f"Mac {token}", 7999, identity=token)
    try:
        async with browsing(*independent()) as browser:
            await first.start()
            assert await until(first, "announced") == f"announced as Mac {token}"
            added = await browser.next("Added", token)
            await second.start()
            assert await until(second, "announced") == f"announced as Mac {token}-2"
            renamed = await browser.next("Added", token)
            await first.stop()
            assert (await browser.next("Removed", token))["name"] == f"Mac {token}"
        assert (added["port"], renamed["port"]) == (7998, 7999)
        assert added["host"] != renamed["host"]
        async with browsing(*independent()) as later:
            still = await later.next("Added", token)
        assert (still["name"], still["addresses"]) == (f"Mac {token}-2", ["127.0.0.1"])
    finally:
        await first.stop()
        await second.stop()


@pytest.mark.parametrize(
    ("tls_port", "todo"),
    [(0, "ROBOTVOICE_GATEWAY=HOST:7999"), (7861, "robotvoice pair CODE --gateway HOST:7861")],
)
async def test_no_multicast_is_one_warning_and_the_gateway_goes_on(
    tls_port: int, todo: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The address to announce is not this machine's; the warning says how robots find the gateway instead."""
    advertiser = gateway("Mac", host="203.0.113.9", tls_port=tls_port)
    await advertiser.start()
    state = await until(advertiser, "not announced: 203")
    assert state == "not announced: 203.0.113.9 is not an address of this machine"
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert todo in warning
    await advertiser.stop()


@pytest.mark.parametrize("after", [None, 0.0, 0.4])
async def test_it_can_be_stopped_at_any_time_and_again(after: float | None) -> None:
    """Before the start, at once after it, while the name is being checked: nothing is left running."""
    advertiser = gateway(uuid4().hex)
    if after is not None:
        await advertiser.start()
        await asyncio.sleep(after)
    await advertiser.stop()
    await advertiser.stop()
    assert advertiser.state.startswith("not announced")
    assert len(asyncio.all_tasks()) == 1


@pytest.mark.slow
async def test_a_goodbye_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway must be able to stop on a network that is just going down."""
    close = AsyncZeroconf.async_close

    async def hang(mdns: AsyncZeroconf) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await close(mdns)

    monkeypatch.setattr(AsyncZeroconf, "async_close", hang)
    monkeypatch.setattr(advertise, "STOP_LIMIT", 0.2)
    advertiser = gateway(uuid4().hex)
    await advertiser.start()
    await until(advertiser, "announced")
    async with asyncio.timeout(5):
        await advertiser.stop()
    assert advertiser.state == "not announced: stopped"
    left = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.wait(left, timeout=5)
    assert all(task.done() for task in left)


async def test_switched_off_is_a_state_as_well() -> None:
    advertiser = Advertiser()
    await advertiser.start()
    assert advertiser.state == "not announced: switched off"
    await advertiser.stop()


@pytest.mark.slow
async def test_an_end_while_it_begins_leaves_nothing_that_complains() -> None:
    """An interface may be gone again before mDNS has begun there, at whatever step."""
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    for steps in range(12):
        advertiser = gateway("Passing")
        await advertiser.start()
        for _ in range(steps):
            await asyncio.sleep(0)
        await advertiser.stop()
        gc.collect()
        await asyncio.sleep(0)
    assert complaints == []
