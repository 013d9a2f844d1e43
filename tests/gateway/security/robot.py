"""A robot at the robots' door, before its pairing and after."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession, TCPConnector

from gateway.security.identity import Identity
from robotvoice.wire.pairing import (
    GATEWAY,
    PATH,
    ROBOT,
    fingerprint,
    new_salt,
    normalised,
    proof,
    proves,
    stretched,
)
from robotvoice.wire.wire import WEBSOCKET_PATH
from tests.gateway.in_process import SOON, Client
from tests.gateway.security.tls import believing, believing_anybody


@dataclass(frozen=True, slots=True)
class Told:
    """What a robot got for an answer."""

    status: int
    fields: dict[str, Any]
    certificate: bytes
    """The fingerprint of the one that it saw"""
    believed: bool
    """Whether the gateway proved that it knows the code"""


@asynccontextmanager
async def not_paired(port: int) -> AsyncIterator[tuple[ClientSession, str, bytes]]:
    """A robot's only connection, on which it sees one certificate; and that."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=believing_anybody())
    certificate = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    async with ClientSession(connector=TCPConnector(ssl=believing_anybody())) as session:
        yield session, f"https://127.0.0.1:{port}{PATH}", fingerprint(certificate)


async def ask(
    port: int, code: str, robot: str = "picar", changed: Mapping[str, str] | None = None, token: str = ""
) -> Told:
    """As a robot that is told this code; `changed` are fields of its request, `token` it has already."""
    async with asyncio.timeout(SOON), not_paired(port) as (session, url, seen):
        async with session.get(url) as offered:
            fields = await offered.json()
            if offered.status != 200:
                return Told(offered.status, fields, seen, believed=False)
        ours = new_salt()
        key = await asyncio.to_thread(stretched, normalised(code), fields["salt"], ours)
        body = {"robot": robot, "salt": ours, "proof": proof(key, ROBOT, seen, robot)}
        shown = {"Authorization": f"Bearer {token}"} if token else None
        async with session.post(url, json={**body, **(changed or {})}, headers=shown) as answer:
            told = await answer.json()
        believed = answer.status == 200 and proves(told["proof"], key, GATEWAY, seen, robot)
        return Told(answer.status, told, seen, believed)


@asynccontextmanager
async def connected(port: int, identity: Identity, token: str) -> AsyncIterator[tuple[ClientSession, str]]:
    """One that is paired, and where it asks."""
    headers = {"Authorization": f"Bearer {token}"}
    async with ClientSession(connector=TCPConnector(ssl=believing(identity)), headers=headers) as session:
        yield session, f"https://127.0.0.1:{port}"


@asynccontextmanager
async def paired_socket(port: int, identity: Identity, token: str) -> AsyncIterator[Client]:
    """Its conversation."""
    async with (
        connected(port, identity, token) as (session, url),
        session.ws_connect(f"{url}{WEBSOCKET_PATH}", max_msg_size=0) as socket,
    ):
        yield Client(socket)
