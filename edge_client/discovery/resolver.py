"""Looking up host names without ever being held up by it."""

import asyncio
import socket
import threading
from contextlib import suppress
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from edge_client.discovery.host_order import nearest_first
from robotvoice.ground.interfaces import is_own, own_interfaces


class NotThisMachine(OSError):
    """A name of another machine, where only this one may be asked."""


class UnhurriedResolver(AbstractResolver):
    """Asks the system, in a thread that nobody waits for.

    A look-up cannot be cancelled and may hang for half a minute. In the loop's own threads it would also hold
    up the end of the process, long after somebody has lost patience with it.
    """

    def __init__(self, *, own_only: bool = False) -> None:
        """`own_only`: NotThisMachine is raised for a name that has no address of this machine."""
        self._own_only = own_only

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def look_up() -> None:
            found: list[ResolveResult] | OSError
            try:
                found = _look_up(host, port, family)
                if self._own_only and not (found := [each for each in found if is_own(each["host"])]):
                    raise NotThisMachine(f"{host} is another machine")
            except (OSError, UnicodeError) as error:
                found = error if isinstance(error, OSError) else OSError(str(error))
            with suppress(RuntimeError):  # the loop is closed, nobody waits any more
                loop.call_soon_threadsafe(deliver, found)

        def deliver(found: list[ResolveResult] | OSError) -> None:
            if answer.done():
                return
            if isinstance(found, OSError):
                answer.set_exception(found)
            else:
                answer.set_result(found)

        threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
        return await answer

    async def close(self) -> None:
        """Nothing to do: a thread that is still asking ends by itself."""


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """Those in this machine's own networks first: aiohttp tries them one after the other."""
    found = [
        ResolveResult(
            hostname=host,
            host=_numeric(address),
            port=port,
            family=found,
            proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for found, _, protocol, _, address in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM)
    ]
    if len(found) < 2:
        return found
    with suppress(OSError):  # a machine that is full
        order = nearest_first([each["host"] for each in found], own_interfaces())
        found.sort(key=lambda each: order.index(each["host"]))
    return found


def _numeric(address: tuple[Any, ...]) -> str:
    """A link-local IPv6 address means nothing without the number of its interface."""
    host, scope = address[0], address[3] if len(address) == 4 else 0
    return f"{host}%{scope}" if scope else str(host)
