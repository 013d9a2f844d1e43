"""Finding gateways by mDNS. What is found is a suggestion: anybody on the network can announce anything."""

import asyncio
import importlib
import logging
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.host_order import by_turns, merged
from edge_client.discovery.txt_record import endpoints_of, printable
from robotvoice.errors import RobotVoiceError
from robotvoice.ground.changes import set_within
from robotvoice.ground.finishing import finished
from robotvoice.ground.interfaces import Address, Interface, own_interfaces
from robotvoice.ground.network_changes import NetworkChanges
from robotvoice.wire.wire import PROTOCOL_VERSION, SERVICE_TYPE

if TYPE_CHECKING:  # loading zeroconf takes time that a robot with a known gateway does not need to spend
    from zeroconf import ServiceStateChange, Zeroconf

log = logging.getLogger(__name__)

MOST_ENDPOINTS = 32
MOST_WAITING = 64
"""Announcements, which anybody can send by the thousand"""
NO_NETWORK = "this machine has no network: connect it to the one that the gateway is in"
RESOLVERS = 16
RESOLVE_LIMIT = 1.5
"""Seconds an announced name has to yield its address"""

Tell = Callable[[str, tuple[Endpoint, ...]], None]


class DiscoveryFailed(RobotVoiceError):
    """mDNS cannot be used on this machine or interface at all; finding nobody is no failure."""

    code = "discovery_failed"


async def browse(
    *,
    timeout: float,  # noqa: ASYNC109 - its end is no error: what was found until then is the answer
    interface: str | None,
    gateway_id: str | None = None,
    enough: Callable[[Endpoint], bool] | None = None,
) -> list[Endpoint]:
    """Asks the network for gateways, for `timeout` seconds or until `enough` says yes to one of them.

    `interface` is an IP address of this machine; None asks on every interface, loopback too. With a
    `gateway_id` only that gateway counts. First the most promising address of each, in the order of their
    names. An answer usually takes 0.1 s. Raises DiscoveryFailed.
    """
    await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")  # too slow for the loop
    try:
        chosen = _chosen(interface, own_interfaces())
    except OSError as error:  # a machine that is full
        raise _failed(interface, error.strerror or str(error)) from error
    search = _Search(chosen, gateway_id, enough)
    async with _asking(interface, chosen, search.heard):
        return await search.run(timeout)


async def watch(
    *, interface: str | None, gateway_id: str | None, tell: Tell, changed: Callable[[], None]
) -> None:
    """Until cancelled: `tell` gets name and addresses of whoever is announced; none: it said goodbye.

    `changed` is told when this machine's network is another one, on which it is asked anew then. Raises
    DiscoveryFailed.
    """
    await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
    async with NetworkChanges(own_interfaces) as network:
        while True:
            chosen = _chosen(interface, network.now)
            search = _Search(chosen, gateway_id, None, tell)
            async with _asking(interface, chosen, search.heard), asyncio.TaskGroup() as group:
                searching = group.create_task(search.run(None))
                await network.change()
                searching.cancel()
            changed()


@asynccontextmanager
async def _asking(
    interface: str | None, interfaces: Sequence[Interface], heard: Callable[..., None]
) -> AsyncIterator[None]:
    """Sends the questions and gives `heard` to zeroconf as the handler of what it hears."""
    from zeroconf import Error, IPVersion
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

    logging.getLogger("zeroconf").setLevel(
        logging.ERROR
    )  # what it warns of is told below, or does not matter
    ipv4, ipv6 = _where_to_ask(interface, interfaces)
    async with AsyncExitStack() as opened:
        asked, problem = False, "no interface takes multicast"
        # A question from a port of its own is answered at once, to that port. One from mDNS's port may take a
        # second, if its answer was multicast just before or goes to another program on that port. But it gets
        # through firewalls that know mDNS only, and hears a gateway that has just started.
        for where, version, own_port in (
            (ipv4, IPVersion.V4Only, True),
            (ipv4, IPVersion.V4Only, False),
            (ipv6, IPVersion.V6Only, True),
            (ipv6, IPVersion.V6Only, False),
        ):
            if not where:
                continue
            try:
                mdns = AsyncZeroconf(where, unicast=own_port, ip_version=version)
                await opened.enter_async_context(mdns)
                # Cancelled in here, zeroconf would not close its sockets.
                await finished(mdns.zeroconf.async_wait_for_start())
            except (OSError, RuntimeError, Error) as error:
                problem = str(error) or type(error).__name__
                continue
            if mdns.zeroconf.engine.senders:
                asked = True
                for sender in mdns.zeroconf.engine.senders:
                    _send_by_its_own_interface(sender.transport.get_extra_info("socket"), interfaces)
                browser = AsyncServiceBrowser(mdns.zeroconf, SERVICE_TYPE, handlers=[heard])
                opened.push_async_callback(browser.async_cancel)
        if not asked:
            raise _failed(interface, problem)
        yield


def _chosen(interface: str | None, interfaces: Sequence[Interface]) -> Sequence[Interface]:
    """All, or the one with this address. Raises DiscoveryFailed."""
    chosen = [each for each in interfaces if any(map(partial(_is_at, interface, each), each.addresses))]
    if not chosen:
        raise _failed(interface, "it is no address of this machine")
    return chosen


def _is_at(interface: str | None, its: Interface, address: Address) -> bool:
    return interface in (None, str(address.ip), f"{address.ip}%{its.name}")


def _where_to_ask(
    interface: str | None, interfaces: Sequence[Interface]
) -> tuple[list[str | int], list[str | int]]:
    """As zeroconf wants it: addresses for IPv4, numbers of interfaces for IPv6."""
    found = [(each, address) for each in interfaces for address in each.addresses]
    asked = [(each, address) for each, address in found if _is_at(interface, each, address)]
    ipv4: list[str | int] = [str(address.ip) for _, address in asked if address.version == 4]
    ipv6: list[str | int] = [
        *dict.fromkeys(each.index for each, address in asked if address.version == 6 and not each.is_loopback)
    ]
    return ipv4, ipv6


def _send_by_its_own_interface(sender: socket.socket, interfaces: Sequence[Interface]) -> None:
    """zeroconf leaves the way of a question that has its own port to the routing table."""
    own = sender.getsockname()
    if sender.family == socket.AF_INET:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own[0]))
        return
    address, index = own[0].partition("%")[0], own[3]
    for each in interfaces:
        if not index and any(str(has.ip) == address for has in each.addresses):
            index = each.index
    sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, index)


def _failed(interface: str | None, problem: str) -> DiscoveryFailed:
    if interface is None and not has_network():
        return DiscoveryFailed(NO_NETWORK)
    return DiscoveryFailed(
        f"mDNS cannot be used on {interface or 'this machine'} ({problem}): choose another interface or give "
        "the address of the gateway, ROBOTVOICE_GATEWAY=HOST:PORT."
    )


class _Search:
    """What one `browse` has heard so far."""

    def __init__(
        self,
        interfaces: Sequence[Interface],
        gateway_id: str | None,
        enough: Callable[[Endpoint], bool] | None,
        tell: Tell | None = None,
    ) -> None:
        self._interfaces = interfaces
        self._tell = tell
        self._gateway_id = gateway_id
        self._enough = enough
        self._done = asyncio.Event()
        self._names: asyncio.Queue[tuple[Zeroconf, str]] = asyncio.Queue(MOST_WAITING)
        self._found: dict[str, tuple[Endpoint, ...]] = {}
        self._told: set[str] = set()

    def heard(
        self, zeroconf: "Zeroconf", service_type: str, name: str, state_change: "ServiceStateChange"
    ) -> None:
        """Only takes notes: whatever a handler raises is lost, together with the event."""
        if state_change.name != "Removed":
            with suppress(asyncio.QueueFull):
                self._names.put_nowait((zeroconf, name))
        elif self._tell:
            self._tell(name, ())

    async def run(self, seconds: float | None) -> list[Endpoint]:
        async with asyncio.TaskGroup() as group:
            resolvers = [group.create_task(self._resolve_all()) for _ in range(RESOLVERS)]
            await set_within(self._done, seconds)
            for resolver in resolvers:
                resolver.cancel()
        return by_turns(sorted(self._found.values(), key=lambda found: found[0].name or ""))

    async def _resolve_all(self) -> None:
        while True:
            zeroconf, name = await self._names.get()
            try:
                endpoints = await self._resolve(zeroconf, name)
            except Exception as error:  # whatever somebody announces, it must not end the search
                self._tell_once(logging.INFO, name, "left out an announcement: %r", str(error))
                continue
            if self._tell:
                if endpoints:
                    self._tell(name, endpoints)
                continue
            known = sum(len(others) for other, others in self._found.items() if other != name)
            endpoints = merged(endpoints, self._found.get(name, ()))[: MOST_ENDPOINTS - known]
            if not endpoints:
                continue
            self._found[name] = endpoints
            if self._enough is not None and any(map(self._enough, endpoints)):
                self._done.set()

    async def _resolve(self, zeroconf: "Zeroconf", name: str) -> tuple[Endpoint, ...]:
        from zeroconf.asyncio import AsyncServiceInfo

        service = AsyncServiceInfo(SERVICE_TYPE, name)
        if not await service.async_request(zeroconf, RESOLVE_LIMIT * 1000):
            return ()
        version = printable(service.properties.get(b"v"))
        if not version:
            raise ValueError("it names no version of the protocol")
        if version.partition(".")[0] != str(PROTOCOL_VERSION):
            self._tell_once(logging.WARNING, name, "left out a gateway with another protocol: %r", version)
            return ()
        endpoints = endpoints_of(
            service.get_name(),
            service.port,
            service.properties,
            service.parsed_scoped_addresses(),
            self._interfaces,
        )
        return endpoints if self._gateway_id in (None, endpoints[0].gateway_id) else ()

    def _tell_once(self, level: int, name: str, message: str, detail: str) -> None:
        if name not in self._told and len(self._told) < MOST_ENDPOINTS:
            self._told.add(name)
            log.log(level, message, detail, extra={"service": ascii(name)})


def has_network() -> bool:
    """Whether it has an address that others could reach; its own loopback is none."""
    try:
        return any(not each.is_loopback for each in own_interfaces())
    except OSError:  # a machine that is full may well have one
        return True
