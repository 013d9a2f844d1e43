"""A robot finds gateways by mDNS on a real network, and nothing anybody announces there can mislead or end it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import pytest
from zeroconf import DNSAddress, DNSOutgoing, DNSPointer, DNSService, ServiceInfo
from zeroconf.asyncio import AsyncZeroconf

from edge_client.discovery import MOST_ENDPOINTS, DiscoveryFailed, Endpoint, browse
from gateway.advertise import MdnsAdvertiser
from speech.wire import SERVICE_TYPE

LOOPBACK = "127.0.0.1"
TXT: dict[str, object] = {"v": "1", "id": "good", "tls": "0", "personas": "spark,vixen"}
SRV, TXT_TYPE, PTR, A, IN, RESPONSE = 33, 16, 12, 1, 1, 0x8400


class Loopback:
    """Announces on 127.0.0.1 whatever a test wants, under names nobody else has."""

    def __init__(self, mdns: AsyncZeroconf) -> None:
        self.mdns = mdns
        self.token = uuid4().hex[:8]
        self._noise: list[asyncio.Task[None]] = []

    def name(self, name: str) -> str:
        return f"{self.token} {name}"

    async def announce(
        self,
        name: str,
        txt: dict[str, object] | bytes,
        *addresses: str,
        port: int = 7860,
    ) -> ServiceInfo:
        service = ServiceInfo(
            SERVICE_TYPE,
            f"{self.name(name)}.{SERVICE_TYPE}",
            port=port,
            properties=txt,  # type: ignore[arg-type] # a wider dict than zeroconf says
            server=f"{self.token}-{name.replace(' ', '-')}.local.",
            parsed_addresses=list(addresses or [LOOPBACK]),
        )
        # Nobody else has the name, so the second of waiting for a namesake is left out.
        await (await self.mdns.async_register_service(service, cooperating_responders=True))
        return service

    def shout(self, *records: DNSPointer | DNSService | DNSAddress) -> None:
        """Sends an answer nobody asked for, twice a second until the end of the test."""
        answer = DNSOutgoing(RESPONSE)
        for record in records:
            answer.add_answer_at_time(record, 0)

        async def repeat() -> None:
            while True:
                self.mdns.zeroconf.async_send(answer)
                await asyncio.sleep(0.5)

        self._noise.append(asyncio.create_task(repeat()))

    def records(self, name: str, number: int = 0) -> list[DNSPointer | DNSService | DNSAddress]:
        """An announcement without its TXT record."""
        full, host = f"{self.name(name)}.{SERVICE_TYPE}", f"{self.token}-{number}.local."
        return [
            DNSPointer(SERVICE_TYPE, PTR, IN, 4500, full),
            DNSService(full, SRV, IN, 120, 0, 0, 7860, host),
            DNSAddress(host, A, IN, 120, bytes([10, 0, number // 256, number % 256])),
        ]

    async def close(self) -> None:
        for task in self._noise:
            task.cancel()
        await asyncio.gather(*self._noise, return_exceptions=True)
        await self.mdns.async_close()

    async def browse(
        self, seconds: float = 20.0, enough: Callable[[Endpoint], bool] | None = None
    ) -> dict[str, list[Endpoint]]:
        """What `browse` finds of this test's, by name."""
        mine: dict[str, list[Endpoint]] = {}
        for endpoint in await browse(timeout=seconds, interface=LOOPBACK, enough=enough):
            assert endpoint.name is not None
            if endpoint.name.startswith(self.token):
                mine.setdefault(endpoint.name.removeprefix(self.token).strip(), []).append(endpoint)
        return mine


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    network = Loopback(AsyncZeroconf(interfaces=[LOOPBACK]))
    yield network
    await network.close()


@pytest.mark.parametrize("interface", [None, LOOPBACK])
async def test_a_gateway_on_this_machine_is_found(interface: str | None) -> None:
    """Also when it announces itself on loopback only; the search ends with it, long before its time is over."""
    identity = uuid4().hex[:8]
    gateway = MdnsAdvertiser(
        gateway_id=identity,
        name=f"Mac {identity}",
        port=7999,
        personas=["spark", "vixen"],
        loopback_only=True,
    )
    await gateway.start()
    try:
        async with asyncio.timeout(20):
            found = await browse(
                timeout=600, interface=interface, enough=lambda endpoint: endpoint.gateway_id == identity
            )
    finally:
        await gateway.stop()
    expected = Endpoint(LOOPBACK, 7999, "mdns", identity, f"Mac {identity}", ("spark", "vixen"))
    assert expected in found
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"


async def test_only_the_wanted_gateway_counts(loopback: Loopback) -> None:
    """With a `gateway_id` the announcements of all others are ignored."""
    await loopback.announce("one", {**TXT, "id": f"{loopback.token}-1"})
    await loopback.announce("two", {**TXT, "id": f"{loopback.token}-2"}, port=7861)
    found = await browse(timeout=1.5, interface=LOOPBACK, gateway_id=f"{loopback.token}-2")
    assert [(endpoint.gateway_id, endpoint.port) for endpoint in found] == [(f"{loopback.token}-2", 7861)]


async def test_every_usable_address_is_an_endpoint(loopback: Loopback) -> None:
    """IPv4 first; without those that mean nothing on another machine or are no address of a machine at all."""
    addresses = ["fe80::1", "fd00::9", "0.0.0.0", "224.0.0.1", "169.254.3.4", "10.9.9.9", "ff02::1", "::"]
    await loopback.announce("many", TXT, *addresses)
    found = (await loopback.browse(enough=lambda endpoint: endpoint.name == loopback.name("many")))["many"]
    assert {endpoint.host for endpoint in found} == {"169.254.3.4", "10.9.9.9", "fd00::9"}
    assert found[-1].url == "http://[fd00::9]:7860"


async def test_a_gateway_that_says_goodbye_is_not_found(loopback: Loopback) -> None:
    """What leaves while the robot still searches is no answer."""
    service = await loopback.announce("leaving", TXT)
    await loopback.announce("staying", TXT, port=7861)
    seen = asyncio.Event()

    def note(endpoint: Endpoint) -> bool:
        if endpoint.name == loopback.name("leaving"):
            seen.set()
        return False

    async def leave() -> None:
        await asyncio.wait_for(seen.wait(), 10)
        await (await loopback.mdns.async_unregister_service(service))

    leaving = asyncio.create_task(leave())
    found = await loopback.browse(3.0, note)
    await leaving
    assert set(found) == {"staying"}


UNUSABLE: dict[str, tuple[dict[str, object] | bytes, dict[str, int]]] = {
    "no port": (TXT, {"port": 0}),
    "empty TXT": (b"", {}),
    "TXT of noise": (b"\xff" * 40, {}),
    "no version": ({"id": "x"}, {}),
    "version without a value": ({**TXT, "v": None}, {}),
    "id is not UTF-8": ({**TXT, "id": b"\xff\xfe"}, {}),
    "id is a path": ({**TXT, "id": "../../etc"}, {}),
    "id is a terminal command": ({**TXT, "id": "\x1b[2J"}, {}),
    "personas are not UTF-8": ({**TXT, "personas": b"\xc3\x28"}, {}),
    "a name that turns \u202e round": (TXT, {}),
}


async def test_announcements_that_cannot_be_used_are_left_out(loopback: Loopback) -> None:
    """Each of these is heard, and the good one next to them is found all the same."""
    for name, (txt, options) in UNUSABLE.items():
        await loopback.announce(name, txt, **options)
    loopback.shout(*loopback.records("no TXT"))
    loopback.shout(*loopback.records("bell \x07 in the name"))
    await loopback.announce("good", {**TXT, "personas": "spark,../x,,VIXEN,gremlin", "new": "thing"})
    found = await loopback.browse(2.5)
    assert set(found) == {"good"}
    assert found["good"][0].personas == ("spark", "gremlin")


@pytest.mark.parametrize(("version", "taken"), [("1", True), ("1.9", True), ("2", False), ("10", False)])
async def test_another_protocol_is_left_out_and_told(
    loopback: Loopback, caplog: pytest.LogCaptureFixture, version: str, taken: bool
) -> None:
    """A gateway of a later major version is named in one line of the log, once."""
    await loopback.announce("other", {**TXT, "v": version})
    found = await loopback.browse(1.5)
    told = [record for record in caplog.records if "another version" in record.getMessage()]
    assert (("other" in found), len(told)) == (taken, not taken)


async def test_a_flood_of_forged_gateways_stays_small(loopback: Loopback) -> None:
    """Somebody announces 300 gateways at once: the answer is cut at MOST_ENDPOINTS and comes in time."""
    txt = ServiceInfo(SERVICE_TYPE, f"x.{SERVICE_TYPE}", properties=TXT)
    for number in range(300):
        records = loopback.records(f"forged {number}", number)
        txt.name = f"{loopback.name(f'forged {number}')}.{SERVICE_TYPE}"
        txt.async_clear_cache()
        loopback.shout(*records, txt.dns_text())  # type: ignore[arg-type] # a fourth kind of record
    async with asyncio.timeout(15):
        found = await browse(timeout=3.0, interface=LOOPBACK)
    assert len(found) == MOST_ENDPOINTS


@pytest.mark.parametrize("interface", ["203.0.113.9", "eth0", "", "127.0.0.1.5", "fe80::1"])
async def test_an_interface_that_cannot_be_used_is_told(interface: str) -> None:
    """At once, in a sentence that names it and says what else to do."""
    with pytest.raises(DiscoveryFailed, match="mDNS cannot be used on .*give the address of the gateway"):
        await browse(timeout=600, interface=interface)


async def test_a_cancelled_search_leaves_nothing_behind(loopback: Loopback) -> None:
    """No task, and no handler that somebody still calls."""
    before = len(asyncio.all_tasks())
    searching = asyncio.create_task(browse(timeout=600, interface=LOOPBACK))
    await asyncio.sleep(0.3)
    searching.cancel()
    with pytest.raises(asyncio.CancelledError):
        await searching
    assert len(asyncio.all_tasks()) == before


NO_NETWORK = """
import asyncio
from edge_client.discovery import DiscoveryFailed, browse
try:
    asyncio.run(browse(timeout=600, interface=None))
except DiscoveryFailed as failed:
    print(failed)
"""


def test_a_machine_without_any_network_is_told() -> None:
    """Not even loopback is up: that is no reason to wait for the end of the search."""
    alone = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system does not allow network namespaces")
    child = subprocess.run(
        [*alone, sys.executable, "-c", NO_NETWORK], capture_output=True, text=True, timeout=30, check=True
    )
    assert child.stdout.startswith("mDNS cannot be used on this machine")


def test_importing_it_does_not_load_what_only_a_search_needs() -> None:
    """A robot that knows its gateway never pays for zeroconf."""
    code = "import sys, edge_client.discovery; print(*{'zeroconf', 'aiohttp', 'ifaddr'} & {*sys.modules})"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "\n"
    )
