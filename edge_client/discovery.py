"""Finding gateways by mDNS. What is found is a suggestion: anybody on the network can announce anything."""

import asyncio
import importlib
import ipaddress
import logging
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TYPE_CHECKING

from edge_client.endpoint import Endpoint, parse_address
from edge_client.network import NO_NETWORK, has_network
from speech.errors import RobotVoiceError
from speech.persona import PERSONA_ID
from speech.wire import PROTOCOL_VERSION, SERVICE_TYPE

if TYPE_CHECKING:  # loading zeroconf takes time that a robot with a known gateway does not need to spend
    from zeroconf import ServiceInfo, ServiceStateChange, Zeroconf

__all__ = ["DiscoveryFailed", "Endpoint", "browse", "parse_address", "watch"]

log = logging.getLogger(__name__)

MOST_ENDPOINTS = 32
MOST_WAITING = 64
"""Announcements, which anybody can send by the thousand"""
RESOLVERS = 16
RESOLVE_LIMIT = 1.5
"""Seconds an announced name has to yield its address"""

Tell = Callable[[str, tuple[Endpoint, ...]], None]
_GATEWAY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


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

    `interface` is an IP address of this machine; None asks on every IPv4 interface, loopback too. With a
    `gateway_id` only that gateway counts. Ordered by name, the IPv4 addresses of a gateway first. An answer
    usually takes 0.1 s. Raises DiscoveryFailed.
    """
    await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")  # too slow for the loop
    search = _Search(gateway_id, enough)
    async with _asking(interface, search.heard):
        return await search.run(timeout)


async def watch(*, interface: str | None, gateway_id: str | None, tell: Tell) -> None:
    """Until cancelled: `tell` gets name and addresses of whoever is announced; none: it said goodbye.

    Raises DiscoveryFailed.
    """
    await asyncio.to_thread(importlib.import_module, "zeroconf.asyncio")
    search = _Search(gateway_id, None, tell)
    async with _asking(interface, search.heard):
        await search.run(None)


@asynccontextmanager
async def _asking(interface: str | None, heard: Callable[..., None]) -> AsyncIterator[None]:
    """Sends the questions and gives `heard` to zeroconf as the handler of what it hears."""
    from zeroconf import Error, InterfaceChoice
    from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

    if interface is not None:
        _check_interface(interface)
    async with AsyncExitStack() as opened:
        asked, problem = False, "no interface takes multicast"
        # A question from a port of its own is answered at once, to that port. One from mDNS's port may take a
        # second, if its answer was multicast just before or goes to another program on that port. But it gets
        # through firewalls that know mDNS only, and hears a gateway that has just started.
        for own_port in (True, False):
            try:
                mdns = AsyncZeroconf([interface] if interface else InterfaceChoice.All, unicast=own_port)
                await opened.enter_async_context(mdns)
                # Cancelled in here, zeroconf would not close its sockets.
                starting = asyncio.ensure_future(mdns.zeroconf.async_wait_for_start())
                starting.add_done_callback(lambda done: done.cancelled() or done.exception())
                await asyncio.shield(starting)
            except (OSError, RuntimeError, Error) as error:
                problem = str(error) or type(error).__name__
                continue
            if mdns.zeroconf.engine.senders:
                asked = True
                for sender in mdns.zeroconf.engine.senders:
                    _send_by_its_own_interface(sender.transport.get_extra_info("socket"))
                browser = AsyncServiceBrowser(mdns.zeroconf, SERVICE_TYPE, handlers=[heard])
                opened.push_async_callback(browser.async_cancel)
        if not asked:
            raise _failed(interface, problem)
        yield


def _send_by_its_own_interface(sender: socket.socket) -> None:
    """zeroconf leaves the way of a question that has its own port to the routing table."""
    if sender.family == socket.AF_INET:
        address = socket.inet_aton(sender.getsockname()[0])
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address)


def _check_interface(interface: str) -> None:
    family = socket.AF_INET6 if ":" in interface else socket.AF_INET
    try:
        ipaddress.ip_address(interface)  # a name would be looked up, and that may take long
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((interface, 0))
    except (OSError, ValueError) as error:
        raise _failed(interface, getattr(error, "strerror", None) or str(error)) from None


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
        self, gateway_id: str | None, enough: Callable[[Endpoint], bool] | None, tell: Tell | None = None
    ) -> None:
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
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._done.wait()
            for resolver in resolvers:
                resolver.cancel()
        return [endpoint for name in sorted(self._found) for endpoint in self._found[name]]

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
            endpoints = endpoints[: MOST_ENDPOINTS - known]
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
        version = _text(service.properties.get(b"v"))
        if not version:
            raise ValueError("it names no version of the protocol")
        if version.partition(".")[0] != str(PROTOCOL_VERSION):
            self._tell_once(logging.WARNING, name, "left out a gateway with another protocol: %r", version)
            return ()
        endpoints = _endpoints(service)
        return endpoints if self._gateway_id in (None, endpoints[0].gateway_id) else ()

    def _tell_once(self, level: int, name: str, message: str, detail: str) -> None:
        if name not in self._told and len(self._told) < MOST_ENDPOINTS:
            self._told.add(name)
            log.log(level, message, detail, extra={"service": ascii(name)})


def _endpoints(service: "ServiceInfo") -> tuple[Endpoint, ...]:
    """One or more: one for each usable address, IPv4 first. Raises ValueError if there is anything wrong."""
    properties = service.properties
    gateway_id = _text(properties[b"id"]) if b"id" in properties else None
    if gateway_id is not None and not _GATEWAY_ID.fullmatch(gateway_id):
        raise ValueError("its id is not valid")
    if not service.port:
        raise ValueError("it has no port")
    personas = _text(properties.get(b"personas") or b"").split(",")
    hosts = [host for host in service.parsed_addresses() if _usable(host)]
    if not hosts:
        raise ValueError("none of its addresses can be used")
    return tuple(
        Endpoint(
            host,
            service.port,
            "mdns",
            gateway_id,
            _text(service.get_name().encode()),
            tuple(filter(PERSONA_ID.fullmatch, personas)),
        )
        for host in hosts
    )


def _usable(host: str) -> bool:
    ip = ipaddress.ip_address(host)
    if ip.version == 6 and ip.is_link_local:  # means nothing without its interface
        return False
    return not (ip.is_unspecified or ip.is_multicast or ip.is_reserved)


def _text(value: bytes | None) -> str:
    """Printable text, since it ends up on terminals. Raises ValueError."""
    text = (value or b"").decode()
    if not text.isprintable():
        raise ValueError("it holds control characters")
    return text
