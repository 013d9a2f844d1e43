"""A robot finds gateways by mDNS, and nothing that anybody announces can end or swamp its search."""

import asyncio
import gc
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from zeroconf import ServiceInfo
from zeroconf._dns import DNSAddress, DNSPointer, DNSRecord, DNSService
from zeroconf._protocol.outgoing import DNSOutgoing
from zeroconf.asyncio import AsyncZeroconf

from edge_client.discovery.discovery import (
    MOST_ENDPOINTS,
    MOST_WAITING,
    RESOLVERS,
    DiscoveryFailed,
    browse,
)
from edge_client.discovery.endpoint import Endpoint
from gateway.mdns.mdns_advertiser import MdnsAdvertiser
from robotvoice.wire.wire import SERVICE_TYPE
from tests.namespaces import unshared

LOOPBACK = "127.0.0.1"
TXT: dict[str, object] = {"v": "1", "id": "good", "tls": "0", "personas": "spark,vixen"}
A, PTR, SRV, IN, RESPONSE = 1, 12, 33, 1, 0x8400


class Loopback:
    """Announces on 127.0.0.1 whatever a test wants, under names nobody else has."""

    def __init__(self, mdns: AsyncZeroconf) -> None:
        self.mdns = mdns
        self.token = uuid4().hex[:8]
        self._tasks: list[asyncio.Future[None]] = []

    def service(
        self, name: str, txt: dict[str, object] | bytes = TXT, *addresses: str, port: int = 7860
    ) -> ServiceInfo:
        return ServiceInfo(
            SERVICE_TYPE,
            f"{self.token} {name}.{SERVICE_TYPE}",
            port=port,
            properties=txt,
            server=f"{self.token}-{name.replace(' ', '-')}.local.",
            parsed_addresses=list(addresses or [LOOPBACK]),
        )

    async def announce(self, service: ServiceInfo) -> None:
        # Nobody else has the name, so the second of waiting for a namesake is left out.
        sent = await self.mdns.async_register_service(service, cooperating_responders=True)
        self._tasks.append(asyncio.ensure_future(sent))

    def shout(self, *records: DNSRecord) -> None:
        """Sends an answer nobody asked for, twice a second until the end of the test."""
        answer = DNSOutgoing(RESPONSE)
        for record in records:
            answer.add_answer_at_time(record, 0)

        async def repeat() -> None:
            while True:
                self.mdns.zeroconf.async_send(answer)
                await asyncio.sleep(0.5)

        self._tasks.append(asyncio.create_task(repeat()))

    def without_txt(self, name: str) -> list[DNSRecord]:
        """An announcement in which only the TXT record is missing; the name may be an impossible one."""
        full, host = f"{self.token} {name}.{SERVICE_TYPE}", f"{self.token}-without-txt.local."
        return [
            DNSPointer(SERVICE_TYPE, PTR, IN, 4500, full),
            DNSService(full, SRV, IN, 120, 0, 0, 7860, host),
            DNSAddress(host, A, IN, 120, bytes([10, 0, 0, 7])),
        ]

    async def browse(
        self, seconds: float, enough: Callable[[Endpoint], bool] | None = None
    ) -> dict[str, list[Endpoint]]:
        """What is found of this test's, by name."""
        mine: dict[str, list[Endpoint]] = {}
        for endpoint in await browse(timeout=seconds, interface=LOOPBACK, enough=enough):
            token, _, name = (endpoint.name or "").partition(" ")
            if token == self.token:
                mine.setdefault(name, []).append(endpoint)
        return mine

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.mdns.async_close()


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    network = Loopback(AsyncZeroconf(interfaces=[LOOPBACK]))
    yield network
    await network.close()


@pytest.mark.slow
@pytest.mark.parametrize("interface", [None, LOOPBACK])
async def test_a_gateway_that_starts_is_found(interface: str | None) -> None:
    """Also after the search began, and on loopback only; being enough, it ends the search."""
    identity = uuid4().hex[:8]
    searching = asyncio.create_task(
        browse(timeout=600, interface=interface, enough=lambda endpoint: endpoint.gateway_id == identity)
    )
    gateway = MdnsAdvertiser(
        gateway_id=identity,
        name=f"Mac {identity}",
        port=7999,
        personas=["spark", "vixen"],
        host=LOOPBACK,
    )
    await gateway.start()
    try:
        found = await asyncio.wait_for(searching, 20)
    finally:
        await gateway.stop()
    assert Endpoint(LOOPBACK, 7999, "mdns", identity, f"Mac {identity}", ("spark", "vixen")) in found
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"


async def test_a_gateway_that_was_there_is_found_again_and_again(loopback: Loopback) -> None:
    """A gateway may hold back an answer it has just multicast; a search gets its own."""
    await loopback.announce(loopback.service("early"))
    for _ in range(3):
        assert "early" in await loopback.browse(5, lambda found: str(found.name).startswith(loopback.token))


@pytest.mark.slow
async def test_only_the_wanted_gateway_counts(loopback: Loopback) -> None:
    """With a `gateway_id` the announcements of all others are ignored."""
    wanted = f"{loopback.token}-2"
    await loopback.announce(loopback.service("one", {**TXT, "id": f"{loopback.token}-1"}))
    await loopback.announce(loopback.service("two", {**TXT, "id": wanted}, port=7861))
    found = await browse(timeout=1.5, interface=LOOPBACK, gateway_id=wanted)
    assert [(endpoint.gateway_id, endpoint.port) for endpoint in found] == [(wanted, 7861)]


@pytest.mark.slow
async def test_every_usable_address_is_an_endpoint(loopback: Loopback) -> None:
    """IPv4 first; without what means nothing on another machine or is no machine's address at all."""
    addresses = ["fe80::1", "fd00::9", "0.0.0.0", "224.0.0.1", "169.254.3.4", "10.9.9.9", "ff02::1", "::"]
    await loopback.announce(loopback.service("many", TXT, *addresses))
    found = (await loopback.browse(1.5))["many"]
    assert {endpoint.host for endpoint in found} == {"169.254.3.4", "10.9.9.9", "fd00::9"}
    assert found[-1].url == "http://[fd00::9]:7860"


UNUSABLE: dict[str, dict[str, object] | bytes] = {
    "empty TXT": b"",
    "TXT of noise": b"\xff" * 40,
    "no version": {"id": "x"},
    "version without a value": {**TXT, "v": None},
    "id is not UTF-8": {**TXT, "id": b"\xff\xfe"},
    "id is a path": {**TXT, "id": "../../etc"},
    "id is a terminal command": {**TXT, "id": "\x1b[2J"},
    "personas are not UTF-8": {**TXT, "personas": b"\xc3\x28"},
    "a name that turns \u202e round": TXT,
}


@pytest.mark.slow
async def test_announcements_that_cannot_be_used_are_left_out(loopback: Loopback) -> None:
    """Each of these is heard, and the good one next to them is found all the same."""
    for name, txt in UNUSABLE.items():
        await loopback.announce(loopback.service(name, txt))
    await loopback.announce(loopback.service("no port", port=0))
    loopback.shout(*loopback.without_txt("no TXT"))
    loopback.shout(*loopback.without_txt("bell \x07 in the name"))
    await loopback.announce(
        loopback.service("good", {**TXT, "personas": "spark,../x,,VIXEN,gremlin", "new": "thing"})
    )
    found = await loopback.browse(2.5)
    assert set(found) == {"good"}
    assert found["good"][0].personas == ("spark", "gremlin")


@pytest.mark.slow
async def test_another_protocol_is_left_out_and_told_once(
    loopback: Loopback, caplog: pytest.LogCaptureFixture
) -> None:
    """What counts is the number before the point."""
    for version in ("1", "1.9", "2", "10"):
        await loopback.announce(loopback.service(version, {**TXT, "v": version}))
    assert set(await loopback.browse(1.5)) == {"1", "1.9"}
    told = [record for record in caplog.records if loopback.token in getattr(record, "service", "")]
    assert sorted(record.getMessage()[-4:] for record in told) == [" '2'", "'10'"]


@pytest.mark.slow
async def test_a_flood_of_forged_gateways_stays_small(loopback: Loopback) -> None:
    """Somebody announces 300 gateways at once: no more than MOST_ENDPOINTS come back, and in time."""
    for number in range(300):
        service = loopback.service(f"forged {number}", TXT, f"10.0.{number // 250}.{number % 250}")
        records = service.dns_pointer(), service.dns_service(), service.dns_text(), *service.dns_addresses()
        loopback.shout(*records)
    async with asyncio.timeout(15):
        found = await browse(timeout=3.0, interface=LOOPBACK)
    assert len(found) == MOST_ENDPOINTS


async def test_a_flood_of_names_with_nothing_behind_them_is_no_error(loopback: Loopback) -> None:
    """More than can be looked up or wait for it: the rest is forgotten, and the search ends in time."""
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: errors.append(context))
    for number in range(MOST_WAITING + RESOLVERS + 50):
        loopback.shout(loopback.service(f"nobody {number}").dns_pointer())
    assert await asyncio.wait_for(loopback.browse(1.0), 15) == {}
    assert not errors


@pytest.mark.parametrize("interface", ["203.0.113.9", "eth0", "", "127.0.0.1.5", "fe80::1"])
async def test_an_interface_that_cannot_be_used_is_told(interface: str) -> None:
    """At once, in a sentence that names it and says what else to do."""
    with pytest.raises(DiscoveryFailed, match=r"mDNS cannot be used on .*give the address of the gateway"):
        await browse(timeout=600, interface=interface)


async def test_a_cancelled_search_leaves_no_task_and_no_socket_behind() -> None:
    """At whatever point it was, in its first milliseconds above all. An open socket would be a warning."""
    for step in [*range(60), 6000]:
        searching = asyncio.create_task(browse(timeout=600, interface=LOOPBACK))
        await asyncio.sleep(step / 20_000)
        searching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await searching
    gc.collect()
    assert len(asyncio.all_tasks()) == 1


NO_NETWORK = """
import asyncio
from edge_client.discovery.discovery import DiscoveryFailed, browse
try:
    asyncio.run(browse(timeout=600, interface=None))
except DiscoveryFailed as failed:
    print(failed)
"""


def test_a_machine_without_any_network_is_told() -> None:
    """Not even loopback is up: that is no reason to wait for the end of the search."""
    child = subprocess.run(
        [*unshared(), sys.executable, "-c", NO_NETWORK],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    assert child.stdout.startswith("this machine has no network")


def test_importing_it_does_not_load_what_only_a_search_needs() -> None:
    """A robot that knows its gateway never pays for zeroconf."""
    code = (
        "import sys, edge_client.discovery.discovery;"
        " print(*{'zeroconf', 'aiohttp', 'ifaddr'} & {*sys.modules})"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "\n"
