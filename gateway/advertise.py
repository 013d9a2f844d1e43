"""Announcing the gateway by mDNS, so that a robot on the same network finds it by itself."""

import asyncio
import logging
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from zeroconf import DNSQuestionType, ServiceInfo, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncZeroconf

from gateway.announcement import (
    LOOPBACK,
    host_name,
    instance_name,
    own_addresses,
    persona_list,
    where_to_announce,
)
from speech.wire import PROTOCOL_VERSION, SERVICE_TYPE

log = logging.getLogger(__name__)

STOP_LIMIT = 3.0
"""Seconds the goodbye may take; it needs about 0.3"""


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
        self._server = host_name(gateway_id, port)
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
                # Cancelled in here, zeroconf would not close its sockets.
                await asyncio.shield(mdns.zeroconf.async_wait_for_start())
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
