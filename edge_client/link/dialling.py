"""Opening a connection to a gateway, with deadlines that tell a dead machine from a frozen program."""

import asyncio
import errno
import socket
import time
from http import HTTPStatus
from types import TracebackType

import aiohttp

from edge_client.discovery.endpoint import Endpoint
from edge_client.discovery.resolver import NotThisMachine, UnhurriedResolver
from edge_client.ground.first_success import HEAD_START
from edge_client.link.gateway_answers import UNKNOWN_NAME
from edge_client.pairing.dial_rules import (
    FORGOTTEN,
    STRANGER,
    another_machine,
    may_be_this_machine,
    only_strangers,
    was_forgotten,
)
from edge_client.pairing.pinned_tls import only
from robotvoice.errors import EngineFailure
from robotvoice.wire import wire

ANSWER_WITHIN = 0.25
"""Seconds a gateway always has to answer"""
ANSWER_ROUND_TRIPS = 4
ANSWER_AT_MOST = 1.0
LARGEST_ANSWER = 1024 * 1024
"""Bytes of a JSON answer"""
NO_CONNECTION = {
    errno.ECONNREFUSED: ("refused", "refused the connection"),
    errno.EHOSTUNREACH: ("unreachable", "cannot be reached"),
    errno.ENETUNREACH: ("unreachable", "cannot be reached: there is no network"),
}


def answer_limit(round_trip: float) -> float:
    """Seconds in which any answer must come: max(250 ms, 4 round trips)"""
    return min(max(ANSWER_WITHIN, ANSWER_ROUND_TRIPS * round_trip), ANSWER_AT_MOST)


def connector_to(endpoint: Endpoint) -> aiohttp.TCPConnector:
    """By TLS to the paired gateway, in the clear to this machine, and to nobody else.

    Raises EngineFailure.
    """
    if endpoint.pin is None and not may_be_this_machine(endpoint.host):
        raise another_machine(endpoint)
    return aiohttp.TCPConnector(
        resolver=UnhurriedResolver(own_only=endpoint.pin is None),
        happy_eyeballs_delay=HEAD_START,
        ssl=only(endpoint.pin.certificate) if endpoint.pin else True,
    )


class Dialled:
    """A session for one address, and a block in which its connection must stand and an answer must come.

    A frozen program's kernel still accepts connections, so the answer has its own, shorter deadline, which
    begins when the connection stands. Leaving the block raises EngineFailure for whatever went wrong in it,
    and closes the session then.
    """

    def __init__(self, endpoint: Endpoint, connect_timeout: float) -> None:
        """Raises EngineFailure for an address that may not be dialled."""
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self._stands)
        trace.on_request_end.append(self._answered)
        trace.on_request_redirect.append(self._sent_elsewhere)
        self.session = aiohttp.ClientSession(
            connector=connector_to(endpoint), trace_configs=[trace], headers=endpoint.headers
        )
        self.answer_within = ANSWER_WITHIN
        """Seconds in which any answer must come"""
        self.gateway_id: str | None = None
        """Whose answer it was, if it said so"""
        self._endpoint = endpoint
        self._connect_timeout = connect_timeout
        self._connected = False

    async def __aenter__(self) -> None:
        self._begun = time.monotonic()
        self._deadline = asyncio.timeout(self._connect_timeout)
        await self._deadline.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            await self.session.close()
        try:
            await self._deadline.__aexit__(kind, error, traceback)
        except TimeoutError:
            raise self._late() from None
        if isinstance(error, aiohttp.ClientError | OSError):
            raise _failure(self._endpoint, error) from error

    async def _stands(self, *_: object) -> None:
        now = time.monotonic()
        if self._endpoint.pin:
            self._endpoint.pin.proved(self._endpoint)
        self.answer_within = answer_limit(now - self._begun)
        self._connected = True
        self._deadline.reschedule(asyncio.get_running_loop().time() + self.answer_within)

    async def _answered(self, _: object, __: object, answered: aiohttp.TraceRequestEndParams) -> None:
        if answered.response.status == HTTPStatus.MISDIRECTED_REQUEST:
            host = self._endpoint.host
            todo = f"there, add {host} to hosts in its settings, or here, set gateway to its address"
            raise EngineFailure("wrong_host", f"the gateway does not answer to the name {host}: {todo}")
        if answered.response.status == HTTPStatus.UNAUTHORIZED and self._endpoint.pin:
            raise EngineFailure(FORGOTTEN, was_forgotten(self._endpoint.pin.name))
        identity = answered.response.headers.get(wire.HEADER_GATEWAY, "")
        self.gateway_id = identity if identity and identity.isprintable() else None

    async def _sent_elsewhere(self, *_: object) -> None:
        """For a WebSocket aiohttp would follow, to whatever address a stranger names."""
        raise EngineFailure("protocol", f"what answers at {self._endpoint.label} is no gateway: it redirects")

    def _late(self) -> EngineFailure:
        if self._connected:
            return EngineFailure("no_answer", "gateway did not answer in time")
        limit = f"{self._connect_timeout:g} s"
        return EngineFailure(
            "unreachable", f"gateway at {self._endpoint.label} cannot be reached within {limit}"
        )


async def get(endpoint: Endpoint, path: str, connect_timeout: float) -> bytes:
    """The body of a 200. Raises EngineFailure: as `Dialled`, or `not_ready` for another status."""
    dialled = Dialled(endpoint, connect_timeout)
    body = bytearray()
    url = endpoint.url + path
    async with dialled, dialled.session, dialled.session.get(url, allow_redirects=False) as response:
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > LARGEST_ANSWER:
                raise EngineFailure("protocol", f"gateway's answer to {path} is far too long")
        if response.status != 200:
            raise EngineFailure("not_ready", f"gateway answered {path} with {response.status}")
    return bytes(body)


def _failure(endpoint: Endpoint, error: Exception) -> EngineFailure:
    if isinstance(error, aiohttp.WSServerHandshakeError):
        status = f"it answers with status {error.status}"
        return EngineFailure("protocol", f"what answers at {endpoint.label} is no gateway: {status}")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
        return EngineFailure("protocol", f"what answers at {endpoint.label} is no gateway")
    if endpoint.pin and isinstance(error, aiohttp.ClientConnectorCertificateError):
        endpoint.pin.met_stranger(endpoint)
        return EngineFailure(STRANGER, only_strangers(endpoint.pin.name))
    if isinstance(error, aiohttp.ClientSSLError):
        return EngineFailure("protocol", f"what answers at {endpoint.label} is no gateway: it speaks no TLS")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        if isinstance(error.os_error, NotThisMachine):
            return another_machine(endpoint)
        return EngineFailure("unreachable", f"gateway's name {endpoint.host} {UNKNOWN_NAME}")
    scope = endpoint.host.partition("%")[2]
    own = [name for _, name in socket.if_nameindex()]
    if scope and scope not in own:
        here = f"there is no network interface {scope} here: give one of {', '.join(own)}"
        return EngineFailure("no_interface", f"gateway at {endpoint.label} cannot be reached, as {here}")
    number = error.errno if isinstance(error, OSError) else None
    code, text = NO_CONNECTION.get(number or 0, ("cut", "broke the connection"))
    return EngineFailure(code, f"gateway {text}")
