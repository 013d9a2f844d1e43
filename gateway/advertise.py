"""Announcing the gateway by mDNS, so that a robot on the same network finds it by itself."""

import asyncio
import logging
import socket
import sys
from collections.abc import Callable, Sequence
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
LOOK_EVERY = 5.0
"""Seconds between two looks at this machine's addresses, and before what failed is tried again"""

Announced = Callable[[str, Sequence[str]], None]
"""Told of the name that was registered first, which may not be the wanted one, and of its addresses"""


class Advertiser(Protocol):
    """Tells the network that there is a gateway."""

    @property
    def state(self) -> str:
        """`announced as NAME` or `not announced: REASON`."""
        ...

    async def start(self) -> None:
        """Returns at once and never raises: a gateway nobody finds by itself still serves."""
        ...

    def personas_are(self, personas: Sequence[str]) -> None:
        """From now on these ids are announced; may be called at any time."""
        ...

    async def stop(self) -> None:
        """Says goodbye; may be called at any time and again."""
        ...


class NullAdvertiser:
    """Announces nothing."""

    state = "not announced: switched off"

    async def start(self) -> None: ...

    def personas_are(self, personas: Sequence[str]) -> None: ...

    async def stop(self) -> None: ...


class MdnsAdvertiser:
    """Announces NAME._robotvoice._tcp.local. until it is stopped, wherever this machine moves.

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
        announced: Announced | None = None,
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
        self._renewed = asyncio.Event()
        self._announced = announced
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

    def personas_are(self, personas: Sequence[str]) -> None:
        self._properties["personas"] = persona_list(personas)
        self._renewed.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._stay()
                self._state = "not announced: the network has changed"
            except Exception as error:  # whatever it is, it must not end the gateway
                self._tell_failure(getattr(error, "strerror", None) or str(error) or type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)

    def _tell_failure(self, reason: str) -> None:
        state = f"not announced: {reason}"
        if state == self._state:
            return
        self._state = state
        log.warning(
            "no robot finds this gateway by itself, since mDNS does not work here (%s); give each robot "
            "the address of this machine: ROBOTVOICE_GATEWAY=HOST:%d",
            reason,
            self._port,
        )

    async def _stay(self) -> None:
        """Announces for as long as this machine keeps its addresses: zeroconf takes up no new ones."""
        place = where_to_announce(self._host, own_addresses())
        interfaces, addresses = place
        async with AsyncZeroconf(interfaces=interfaces) as mdns:  # leaving it says goodbye
            # Cancelled in here, zeroconf would not close its sockets.
            await asyncio.shield(mdns.zeroconf.async_wait_for_start())
            if not mdns.zeroconf.engine.senders:
                raise OSError("no network interface takes multicast")
            if interfaces == [LOOPBACK]:
                _hear_only_loopback(mdns)
            name = await self._announce(mdns, addresses)
            while where_to_announce(self._host, own_addresses()) == place:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY):
                        await self._renewed.wait()
                if self._renewed.is_set():
                    await (await mdns.async_update_service(self._service(name, addresses)))

    def _service(self, name: str, addresses: list[str]) -> ServiceInfo:
        """With the personas there are now."""
        self._renewed.clear()
        return ServiceInfo(
            SERVICE_TYPE,
            f"{name}.{SERVICE_TYPE}",
            port=self._port,
            properties=dict(self._properties),
            server=self._server,
            parsed_addresses=addresses,
        )

    async def _announce(self, mdns: AsyncZeroconf, addresses: list[str]) -> str:
        """Returns the name it was given."""
        service = self._service(self._name, addresses)
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
        if self._announced:
            self._announced(name, addresses)
            self._announced = None
        else:
            log.info("announced by mDNS as %s", name, extra={"addresses": addresses, "port": self._port})
        await repeats
        return name


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
