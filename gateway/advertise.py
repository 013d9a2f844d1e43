"""Announcing the gateway by mDNS, so that a robot on the same network finds it by itself."""

import asyncio
import ipaddress
import logging
import re
import socket
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Protocol

import ifaddr
from zeroconf import DNSQuestionType, ServiceInfo, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from speech.wire import PROTOCOL_VERSION, SERVICE_TYPE

log = logging.getLogger(__name__)

STOP_LIMIT = 3.0
"""Seconds the goodbye may take; it needs about 0.3"""
LOOPBACK = "127.0.0.1"
NAME_BYTES = 59
"""A DNS label holds 63; the rest is for the `-2` that tells namesakes apart"""
PERSONAS_BYTES = 200
"""A TXT value holds 255 with its key"""


class Advertiser(Protocol):
    """Tells the network that there is a gateway."""

    @property
    def state(self) -> str:
        """`announced as NAME` or `not announced: REASON`."""
        ...

    async def start(self) -> None:
        """Returns at once and never raises: a gateway nobody finds by itself still serves."""
        ...

    async def stop(self) -> None:
        """Says goodbye; may be called at any time and again."""
        ...


class NullAdvertiser:
    """Announces nothing."""

    state = "not announced: switched off"

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class MdnsAdvertiser:
    """Announces NAME._robotvoice._tcp.local. until it is stopped.

    A namesake that was there first keeps the name, this one becomes NAME-2. TXT keys: `v` (protocol version),
    `id`, `tls` (0 or 1), `personas` (ids with commas between them).
    """

    def __init__(
        self,
        *,
        gateway_id: str,
        name: str,
        port: int,
        personas: Sequence[str],
        loopback_only: bool,
        tls: bool = False,
        host: str | None = None,
    ) -> None:
        """`host`: the IP address listened on; None means 127.0.0.1 if `loopback_only`, else 0.0.0.0."""
        self._name = instance_name(name)
        self._port = port
        self._host = host or (LOOPBACK if loopback_only else "0.0.0.0")
        # Only instance names are checked for namesakes: two gateways with one host name would have their
        # addresses mixed up, and the goodbye of one would take away the other's.
        self._server = f"robotvoice-{re.sub('[^a-z0-9-]', '-', gateway_id.lower())[:40]}-{port}.local."
        self._properties = {
            "v": str(PROTOCOL_VERSION),
            "id": gateway_id,
            "tls": str(int(tls)),
            "personas": persona_list(personas),
        }
        self._state = "not announced: not started"
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        return self._state

    async def start(self) -> None:
        """Begins to announce in the background; it takes about 1.2 s until the name is known to be free."""
        if self._task is None:
            self._state = "not announced: starting"
            self._task = asyncio.create_task(self._run(), name="mDNS announcement")

    async def stop(self) -> None:
        """Says goodbye and closes, within STOP_LIMIT seconds."""
        task, self._task = self._task, None
        if task is None:
            return
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=STOP_LIMIT)
        if not done:
            task.cancel()
            log.warning("no goodbye by mDNS within %.0f s: robots notice by themselves", STOP_LIMIT)
        self._state = "not announced: stopped"

    async def _run(self) -> None:
        try:
            interfaces, addresses = where_to_announce(self._host, own_addresses())
            async with AsyncZeroconf(interfaces=interfaces) as mdns:
                await mdns.zeroconf.async_wait_for_start()
                if not mdns.zeroconf.engine.senders:
                    raise OSError("no network interface takes multicast")
                if interfaces == [LOOPBACK]:
                    _hear_only_loopback(mdns)
                await self._announce(mdns, addresses)
                await asyncio.Event().wait()  # until cancelled; leaving the block says goodbye
        except Exception as error:  # whatever it is, it must not end the gateway
            reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
            self._state = f"not announced: {reason}"
            log.warning(
                "no robot finds this gateway by itself, since mDNS does not work here (%s); give each robot "
                "the address of this machine: ROBOTVOICE_GATEWAY=HOST:%d",
                reason,
                self._port,
            )

    async def _announce(self, mdns: AsyncZeroconf, addresses: list[str]) -> None:
        service = ServiceInfo(
            SERVICE_TYPE,
            f"{self._name}.{SERVICE_TYPE}",
            port=self._port,
            properties=self._properties,
            server=self._server,
            parsed_addresses=addresses,
        )
        # The search for namesakes asks for unicast answers, and those may reach any other program on this
        # machine's mDNS port instead. A browser's answers are multicast: so a namesake next door is heard.
        browser = AsyncServiceBrowser(
            mdns.zeroconf, SERVICE_TYPE, handlers=[_heard], question_type=DNSQuestionType.QM
        )
        try:
            repeats = await mdns.async_register_service(service, allow_name_change=True)
        finally:
            await browser.async_cancel()
        name = service.get_name()
        self._state = f"announced as {name}"
        log.info("announced by mDNS as %s", name, extra={"addresses": addresses, "port": self._port})
        await repeats


def instance_name(name: str) -> str:
    """`name` as one DNS label: printable, no dots, at most NAME_BYTES bytes, never empty."""
    printable = "".join(c if c.isprintable() else " " for c in name.replace(".", "-"))
    label = " ".join(printable.split()).lstrip("_")  # _sub has a meaning of its own in service names
    return label.encode()[:NAME_BYTES].decode(errors="ignore").strip() or "robotvoice"


def persona_list(personas: Iterable[str]) -> str:
    """As many whole ids as fit into PERSONAS_BYTES, with commas between them."""
    text = ""
    for persona in personas:
        longer = f"{text},{persona}" if text else persona
        if len(longer.encode()) > PERSONAS_BYTES:
            break
        text = longer
    return text


def own_addresses() -> list[str]:
    """This machine's IP addresses, IPv4 first; without link-local IPv6, which means nothing elsewhere."""
    found = {
        ipaddress.ip_address(entry.ip if isinstance(entry.ip, str) else entry.ip[0])
        for adapter in ifaddr.get_adapters()
        for entry in adapter.ips
    }
    usable = [ip for ip in found if ip.version == 4 or not (ip.is_link_local or ip.is_loopback)]
    return [str(ip) for ip in sorted(usable, key=lambda ip: (ip.version, ip.is_loopback, int(ip)))]


def where_to_announce(host: str, own: Sequence[str]) -> tuple[list[str], list[str]]:
    """Addresses of the interfaces to announce on, and the addresses to announce, when listening on `host`.

    Raises OSError if there is none among this machine's `own` addresses.
    """
    ip = ipaddress.ip_address(host)
    if ip.is_loopback:
        return [LOOPBACK], [host]
    if not ip.is_unspecified:
        if host not in own:
            raise OSError(f"{host} is not an address of this machine")
        # Robots ask by IPv4, so an interface known by its IPv6 address alone would not hear them.
        return ([host] if ip.version == 4 else list(own)), [host]
    family = [address for address in own if ipaddress.ip_address(address).version == ip.version]
    addresses = [address for address in family if not ipaddress.ip_address(address).is_loopback] or family
    if not addresses:
        raise OSError("this machine has no network address")
    return list(own), addresses


def _heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
    """Listening is enough: what is heard goes into the cache that namesakes are looked for in."""


def _hear_only_loopback(mdns: AsyncZeroconf) -> None:
    """Keeps the network from asking a gateway that only this machine can reach.

    Linux hands a multicast that any program on the machine has joined to every socket on the port, and the
    answer to a question that came that way would go back to the network.
    """
    if sys.platform != "linux":
        return
    for reader in mdns.zeroconf.engine.readers:
        with suppress(OSError):  # kernels before 5.7 want a privilege for it
            reader.transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0"
            )
