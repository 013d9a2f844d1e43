"""Two machines with one identity: a state folder that was copied along with the rest of a machine."""

import asyncio
import json
import logging
import shlex
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from gateway.mdns.names_and_addresses import own_addresses
from robotvoice.ground.interfaces import own_interfaces

log = logging.getLogger(__name__)

MOST_SUSPECTS = 16
"""Announcements that wait to be looked at; anybody can send any number of them"""
MOST_TOLD = 64
ASK_WITHIN = 2.0
"""Seconds in which an address must answer"""
TRIES, PAUSE = 3, 2.0
"""How often all addresses are asked, and seconds between: one that has just started may not answer yet"""
LARGEST_ANSWER = 1024 * 1024
"""Bytes"""


class Twins:
    """Tells of each gateway with this one's id once, when it answers. `run` is to be kept running."""

    def __init__(self, identity: str, run: str, id_file: Path) -> None:
        """`run` names this run of the gateway, `id_file` holds the key whose id it is."""
        self._identity, self._run = identity, run
        self._file = id_file
        self._suspects: asyncio.Queue[tuple[Sequence[str], int]] = asyncio.Queue(MOST_SUSPECTS)
        self._told: set[str] = set()

    def suspect(self, addresses: Sequence[str], port: int) -> None:
        """Somebody is announced with this gateway's id: perhaps another one, perhaps this one before."""
        with suppress(asyncio.QueueFull):
            self._suspects.put_nowait((addresses, port))

    async def watch(self) -> None:
        """Until cancelled."""
        async with ClientSession(timeout=ClientTimeout(total=ASK_WITHIN), trust_env=False) as session:
            while True:
                addresses, port = await self._suspects.get()
                for each in range(TRIES):
                    if each:
                        await asyncio.sleep(PAUSE)
                    if await self._answers(session, addresses, port):
                        break

    async def _answers(self, session: ClientSession, addresses: Sequence[str], port: int) -> bool:
        """Whether anybody does; a twin is told of."""
        answered = False
        for address in addresses:
            where = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
            with suppress(ClientError, OSError, ValueError, TypeError, AttributeError, RecursionError):
                if ip_address(address).is_loopback:
                    continue  # whoever says so means a machine of its own
                async with session.get(f"http://{where}/healthz", allow_redirects=False) as answer:
                    answered = True
                    told = json.loads(await _read(answer))
                identity, run = told.get("id"), told.get("run")
                if identity == self._identity and isinstance(run, str) and run != self._run:
                    self._tell(address in own_addresses(own_interfaces()), where, run)
        return answered

    def _tell(self, here: bool, where: str, run: str) -> None:
        if run in self._told or len(self._told) >= MOST_TOLD:
            return
        self._told.add(run)
        log.warning(
            "another %s at %s has this gateway's id (%s), so robots take the two for one: %s",
            "gateway on this machine" if here else "machine",
            where,
            self._identity,
            f"on one of them type  rm {shlex.quote(str(self._file))}  , start its gateway again and pair its "
            "robots anew",
        )


async def _read(answer: ClientResponse) -> bytes:
    """Raises ValueError for what is far too long."""
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise ValueError("far too long")
    return bytes(body)
