"""Announcing the gateway by mDNS, so that a robot on the same network finds it by itself."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from zeroconf import (
    DNSQuestionType,
    IPVersion,
    RecordUpdate,
    RecordUpdateListener,
    ServiceInfo,
    ServiceStateChange,
    Zeroconf,
)
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from gateway.mdns.interface_tasks import LONGEST_PAUSE, Followed, FollowedPlaces
from gateway.mdns.names_and_addresses import (
    free_name,
    host_name,
    instance_name,
    persona_list,
    scoped,
    where_to_announce,
)
from gateway.mdns.sockets import hear_only
from robotvoice.ground.finishing import finished
from robotvoice.wire.wire import PROTOCOL_VERSION, SERVICE_TYPE

log = logging.getLogger(__name__)

STOP_LIMIT = 3.0
"""Seconds the goodbye may take; it needs about 0.3"""
LISTEN_FIRST = 1.4
"""Seconds in which namesakes are heard before a name is taken: three times 0.25 (RFC 6762, section 8.1), and
who has just announced itself says nothing again for a second (section 6)"""
RESOLVE_LIMIT = 1.5
"""Seconds somebody else who is announced has to say where he is"""
MOST_OTHERS = 64
"""Who are announced and remembered; anybody can announce anything"""
MOST_RENAMES = 8
"""After which a name is kept, whoever else has it"""
_SRV = 33
"""The type of a record that names host and port"""

Announced = Callable[[str, Sequence[str]], object]
"""Told of the name that was registered first, which may not be the wanted one, and of all addresses"""
Suspect = Callable[[Sequence[str], int], None]
"""Told of the addresses and the port of somebody else who is announced with this gateway's id"""


class Advertiser:
    """Tells the network that there is a gateway; this one announces nothing."""

    @property
    def state(self) -> str:
        """`announced as NAME` or `not announced: REASON`."""
        return "not announced: switched off"

    async def start(self) -> None:
        """Returns at once and never raises: a gateway nobody finds by itself still serves."""

    def personas_are(self, personas: Sequence[str]) -> None:
        """From now on these ids are announced on loopback; may be called at any time."""

    def pairing_is(self, possible: bool) -> None:
        """From now on it is announced whether a robot can be paired; may be called at any time."""

    async def stop(self) -> None:
        """Says goodbye; may be called at any time and again."""


class MdnsAdvertiser(Advertiser):
    """Announces NAME._robotvoice._tcp.local. until it is stopped, wherever this machine moves.

    On each interface by a zeroconf of its own: so each tells the addresses that are reached from there, and
    one that comes or goes changes nothing on the others. A namesake that was there first keeps the name, this
    one becomes NAME-2. TXT keys: `v` (protocol version), `id`, `tls` (the robots' door, 0 if it is closed),
    `pairing` (1 while a robot can be paired, else not there), and on loopback alone `personas` (ids with
    commas between them): a network is not told who can be heard.
    """

    def __init__(
        self,
        *,
        gateway_id: str,
        name: str,
        port: int,
        personas: Sequence[str],
        host: str,
        tls_port: int = 0,
        run: str | None = None,
        announced: Announced | None = None,
        suspect: Suspect | None = None,
    ) -> None:
        """`host`: the IP address listened on; `run` names this run of the gateway.

        `suspect` is told of others with its id.
        """
        self._name = instance_name(name)
        self._port = port
        self._server = host_name(run or secrets.token_hex(8))
        self._id = gateway_id
        self._properties = {
            "v": str(PROTOCOL_VERSION),
            "id": gateway_id,
            "tls": str(tls_port),
            "personas": persona_list(personas),
        }
        self._announced, self._suspect = announced, suspect
        self._places = FollowedPlaces(
            lambda interfaces: where_to_announce(host, interfaces), self._announce, self._tell_failure
        )
        self._state = "not announced: not started"
        self._task: asyncio.Task[None] | None = None

    @property
    def state(self) -> str:
        names = sorted({each.name for each in self._told_of if each.name})
        return f"announced as {' and '.join(names)}" if names else self._state

    async def start(self) -> None:
        """Begins to announce in the background; it takes about a second until a name is known to be free."""
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
            log.warning("no goodbye by mDNS within %.0f s: robots notice by themselves", STOP_LIMIT)
            self._places.give_up()
        self._state = "not announced: stopped"

    def personas_are(self, personas: Sequence[str]) -> None:
        self._properties["personas"] = persona_list(personas)
        for each in self._places:
            each.changed.set()

    def pairing_is(self, possible: bool) -> None:
        self._properties.pop("pairing", None)
        if possible:
            self._properties["pairing"] = "1"
        for each in self._places:
            each.changed.set()

    async def _run(self) -> None:
        while True:
            try:
                await self._places.run()
            except Exception:  # whatever it is, it must not end the announcement for good
                log.exception("announcing by mDNS broke, and begins anew")
            await asyncio.sleep(LONGEST_PAUSE)

    @property
    def _told_of(self) -> list[Followed]:
        """Places of the network; where there is none, this machine's own."""
        return [each for each in self._places if not each.place.is_loopback] or [*self._places]

    def _tell_failure(self) -> None:
        """Only if it is announced nowhere."""
        problems = [each.problem for each in self._places]
        if any(each.name for each in self._places) or None in problems:
            return
        reason = self._places.why_none or problems[0]
        state = f"not announced: {reason}"
        if state == self._state:
            return
        self._state = state
        if tls_port := int(self._properties["tls"]):
            how = "type on each robot, with this machine's address: "
            how += f"robotvoice pair CODE --gateway HOST:{tls_port}"
        else:
            how = f"give each robot the address of this machine: ROBOTVOICE_GATEWAY=HOST:{self._port}"
        log.warning(
            "no robot finds this gateway by itself, since mDNS does not work here (%s); %s", reason, how
        )

    async def _announce(self, here: Followed) -> None:
        """At one place, until cancelled."""
        place = here.place
        interfaces: list[str | int] = [place.source if place.version == 4 else place.index]
        version = IPVersion.V4Only if place.version == 4 else IPVersion.V6Only
        async with AsyncZeroconf(interfaces, ip_version=version) as mdns:  # leaving it says goodbye
            # Cancelled in here, zeroconf would not close its sockets.
            await finished(mdns.zeroconf.async_wait_for_start())
            if not mdns.zeroconf.engine.senders:
                raise OSError("no network interface takes multicast")
            hear_only(
                place.interface,
                [each.transport.get_extra_info("socket") for each in mdns.zeroconf.engine.readers],
            )
            others = _Others(self._server, here.changed.set)
            mdns.zeroconf.async_add_listener(others, None)
            # Asked by multicast: an answer to this machine alone may reach another program on the mDNS port.
            browser = AsyncServiceBrowser(
                mdns.zeroconf, SERVICE_TYPE, handlers=[_heard], question_type=DNSQuestionType.QM
            )
            try:
                await asyncio.sleep(LISTEN_FIRST)
                await self._stay(here, mdns, others)
            finally:
                here.name = None
                await browser.async_cancel()
                if here.gone:
                    registry = mdns.zeroconf.registry
                    registry.async_remove(registry.async_get_service_infos())

    async def _stay(self, here: Followed, mdns: AsyncZeroconf, others: "_Others") -> None:
        name, said = "", self._said(here)
        renamed = 0
        while True:
            news = others.news()
            if not name or (others.have_more_right_to(name) and renamed < MOST_RENAMES):
                if name:  # without a goodbye, which would take the other's name away
                    renamed += 1
                    mdns.zeroconf.registry.async_remove(mdns.zeroconf.registry.async_get_service_infos())
                name, said = others.free_name(self._name), self._said(here)
                service = self._service(name, here)
                repeats = await mdns.async_register_service(service, cooperating_responders=True)
                self._tell(here, name)
                await repeats
            elif name in news or said != self._said(here):
                said = self._said(here)
                await (await mdns.async_update_service(self._service(name, here)))
            looks = (self._look_at(mdns.zeroconf, other, here.place.interface) for other in news)
            await asyncio.gather(*looks)
            await here.changed.wait()
            here.changed.clear()

    def _said(self, here: Followed) -> tuple[object, ...]:
        """What may change."""
        return here.addresses, self._properties_at(here)

    def _properties_at(self, here: Followed) -> dict[str, str]:
        """Who can be heard here is nobody's business whom this gateway does not let in."""
        own = here.place.is_loopback
        return {key: value for key, value in self._properties.items() if own or key != "personas"}

    def _service(self, name: str, here: Followed) -> ServiceInfo:
        return ServiceInfo(
            SERVICE_TYPE,
            f"{name}.{SERVICE_TYPE}",
            port=self._port,
            properties=self._properties_at(here),
            server=self._server,
            parsed_addresses=list(here.addresses),
        )

    def _tell(self, here: Followed, name: str) -> None:
        here.name, here.problem = name, None
        self._state = "not announced: the network has changed"  # whenever it is not any more
        if here not in self._told_of:
            return
        addresses = sorted({address for each in self._told_of for address in each.addresses})
        if self._announced:
            self._announced(name, addresses)
            self._announced = None
        log.info(
            "announced by mDNS as %s",
            name,
            extra={"interface": here.place.interface, "addresses": list(here.addresses), "port": self._port},
        )

    async def _look_at(self, zeroconf: Zeroconf, name: str, interface: str) -> None:
        """Whether somebody else has this gateway's id."""
        if not self._suspect:
            return
        try:
            found = AsyncServiceInfo(SERVICE_TYPE, f"{name}.{SERVICE_TYPE}")
            if not await found.async_request(zeroconf, RESOLVE_LIMIT * 1000):
                return
            theirs = found.properties.get(b"id") == self._id.encode() and found.server != self._server
            addresses = [scoped(each, interface) for each in found.parsed_scoped_addresses()]
        except Exception as error:  # whatever somebody announces, it must not end the announcement
            log.debug("an announcement cannot be read: %r", str(error))
            return
        if theirs and found.port:
            self._suspect(addresses, found.port)


class _Others(RecordUpdateListener):
    """Who else is announced at a place, by name, and the host names they have."""

    def __init__(self, own: str, wake: Callable[[], None]) -> None:
        self._own, self._wake = own, wake
        self._hosts: dict[str, str] = {}
        self._news: dict[str, None] = {}

    def async_update_records(self, zc: Zeroconf, now: float, records: list[RecordUpdate]) -> None:
        """Of all that zeroconf hears."""
        for record in (update.new for update in records):
            if record.type == _SRV and record.key.endswith(f".{SERVICE_TYPE}"):
                self._heard(record, now)

    def _heard(self, record: Any, now: float) -> None:
        """zeroconf tells nobody the class of such a record, but it has its fields."""
        name = record.name[: -len(SERVICE_TYPE) - 1]
        if record.is_expired(now):
            self._hosts.pop(name, None)
        elif record.server not in (self._own, self._hosts.get(name)) and len(self._hosts) < MOST_OTHERS:
            self._hosts[name] = record.server
            self._news[name] = None
            self._wake()

    def async_update_records_complete(self) -> None:
        """Nothing more: what is news waits to be looked at."""

    def news(self) -> list[str]:
        """Names that were not there, or somebody else's, at the last call."""
        news, self._news = self._news, {}
        return [*news]

    def have_more_right_to(self, name: str) -> bool:
        """Two took it at the same moment: both know by their host names who is to give way."""
        return name in self._hosts and self._hosts[name] < self._own

    def free_name(self, wanted: str) -> str:
        """`wanted`, or with the first number that makes it nobody else's."""
        return free_name(wanted, self._hosts)


def _heard(zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
    """A browser must have somebody to tell; what it is good for here is that it asks."""
