"""The gateway that runs: where it is to be found, and what it answers."""

import argparse
import asyncio
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from gateway.console.options import Load
from robotvoice.errors import InvalidSettings
from robotvoice.wire.wire import DEFAULT_PORT

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

DONE, NO_ANSWER, REFUSED = 0, 1, 2
ANSWER_WITHIN = 2.0
HOST = re.compile(r"[A-Za-z0-9.:%_-]{1,253}")
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}


class NotAnsweredError(Exception):
    """No gateway answers there. The message says what to do."""


async def address_of(options: argparse.Namespace, load: Load) -> str:
    """Of the gateway that is named, else of the one that runs here, else where one would.

    HOST:PORT, or the path of a socket. Raises InvalidSettings.
    """
    if options.gateway is not None:
        return _named(options)
    settings = load()
    owners = owner_socket_of(settings)
    if owners is not None and options.port is None:
        return owners
    if settings.port == 0:
        raise InvalidSettings("port: 0 is another one at each start; name the gateway with --gateway")
    return await where_it_runs(settings) or _addresses(settings)[0]


def owner_socket_of(settings: "Settings") -> str | None:
    """The path of the socket for its owner, if a gateway that runs here has one."""
    from gateway.security.owner_socket import is_listened_on, owner_path

    path = owner_path(settings.state_dir)
    return str(path) if is_listened_on(path) else None


async def ask_owners(
    settings: "Settings",
    path: str,
    body: Mapping[str, Any] | None = None,
    *,
    method: str | None = None,
    start: str = "serve",
) -> tuple[int, Mapping[str, Any]]:
    """As `ask`, by the socket for its owner. `start` is what to start a gateway with for this.

    Raises NotAnsweredError.
    """
    from gateway.security.owner_socket import owner_path

    if (owners := owner_socket_of(settings)) is None:
        where = owner_path(settings.state_dir)
        raise NotAnsweredError(
            f"no gateway answers here; start it with `robotvoice-gateway {start}`, or if one runs, type this "
            f"as the user who started it (it would listen at {where})"
        )
    return await ask(owners, path, body, method=method)


async def where_it_runs(settings: "Settings") -> str | None:
    """HOST:PORT of the gateway at the settings' port, whichever of this machine's addresses it listens on."""
    asking = [asyncio.create_task(_is_gateway(address)) for address in _addresses(settings)]
    try:
        for answer, address in zip(asking, _addresses(settings), strict=True):
            if await answer:
                return address
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return None


async def _is_gateway(address: str) -> bool:
    try:
        _, told = await ask(address, "/")
    except NotAnsweredError:
        return False
    return told.get("service") == "robotvoice"


def _addresses(settings: "Settings") -> list[str]:
    """As the settings say, then any other: it may have been started with other options."""
    from gateway.mdns.names_and_addresses import LOOPBACK, own_addresses

    told = ANY_ADDRESS.get(settings.listen_host, settings.listen_host)
    hosts = dict.fromkeys([told, LOOPBACK, *own_addresses()])
    return [f"[{host}]:{settings.port}" if ":" in host else f"{host}:{settings.port}" for host in hosts]


def _named(options: argparse.Namespace) -> str:
    """The host in brackets if it has colons. Raises InvalidSettings."""
    from yarl import URL

    try:
        url = URL(f"http://{options.gateway.removeprefix('http://').rstrip('/')}")
        if (
            not HOST.fullmatch(url.host or "")
            or url.path != "/"
            or url.user
            or url.query_string
            or url.fragment
        ):
            raise ValueError
        return f"{url.host_subcomponent}:{url.explicit_port or DEFAULT_PORT}"
    except ValueError as error:
        raise InvalidSettings(f"--gateway {options.gateway}: is no address; give HOST:PORT") from error


async def ask(
    address: str, path: str, body: Mapping[str, Any] | None = None, *, method: str | None = None
) -> tuple[int, Mapping[str, Any]]:
    """The status and the JSON of the answer; with a `body` it is a POST, unless a `method` is named.

    `address` is HOST:PORT, or the path of a socket. Raises NotAnsweredError.
    """
    from aiohttp import ClientError, ClientSession, ClientTimeout, UnixConnector
    from yarl import URL

    by_socket = address.startswith("/")
    url = URL(f"http://{'localhost' if by_socket else address}{path}", encoded=True)
    connector = UnixConnector(address) if by_socket else None
    method = method or ("GET" if body is None else "POST")
    try:
        async with (
            ClientSession(connector=connector, timeout=ClientTimeout(total=ANSWER_WITHIN)) as session,
            session.request(method, url, json=body, allow_redirects=False) as answer,
        ):
            told = await answer.json()
    except TimeoutError as error:
        raise NotAnsweredError(
            f"the gateway at {address} did not answer in {ANSWER_WITHIN:g} s; if it stands still, end it "
            "and start it again"
        ) from error
    except (ClientError, ValueError, OSError) as error:
        raise NotAnsweredError(
            f"no gateway answers at {address}; start it with `robotvoice-gateway serve`, or name another one "
            "with --gateway HOST:PORT"
        ) from error
    if answer.status == 404 and isinstance(told, dict) and told.get("code") == "http":
        raise NotAnsweredError(
            f"the gateway at {address} is of an older version, or is none; update and restart it, or name "
            "another one with --gateway"
        )
    if not isinstance(told, dict):
        raise NotAnsweredError(f"what answers at {address} is no gateway; name one with --gateway HOST:PORT")
    return answer.status, told
