"""Asking the daemon on this robot. Without aiohttp, as a robot starts a command for each `say`."""

import asyncio
import json
from collections.abc import Awaitable
from typing import Any, Self, TypeVar

from edge_client.daemon.daemon_errors import DaemonGone, DaemonHangs, NoDaemon, from_answer

T = TypeVar("T")

IDENTITY = "X-Voice-Daemon"
"""The header by which the daemon tells itself from whatever else may listen there"""
CONNECT_WITHIN = 0.5
"""Seconds; on loopback the kernel says yes or no at once, and this machine may be busy"""
ANSWER_WITHIN = 2.0
"""Seconds to tell that it lives"""
ACCEPT_WITHIN = 10.0
"""Seconds to take a line in, in which it may have to ask the gateway who is meant"""
LOOK_EVERY = 5.0
"""Seconds between two looks at whether a daemon that is waited for still lives"""
MISSES = 2
LARGEST_ANSWER = 1024 * 1024
NOT_HERE = "no daemon runs here; start it with: robotvoice daemon"


async def reach(port: int) -> "DaemonClient | None":
    """A connection to the daemon; None if there is none, if it hangs, or if somebody else listens there."""
    try:
        return await reach_or_raise(port)
    except (NoDaemon, DaemonHangs):
        return None


async def reach_or_raise(port: int) -> "DaemonClient":
    """Raises NoDaemon, and DaemonHangs if somebody has the port and does not answer in time."""
    if not port:
        raise NoDaemon(NOT_HERE)
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=LARGEST_ANSWER)
    except TimeoutError:
        raise _hangs(port) from None
    except OSError:
        raise NoDaemon(NOT_HERE) from None
    client = DaemonClient(port, reader, writer)
    try:
        await client.greet()
    except BaseException as error:
        await client.close()
        if isinstance(error, DaemonGone) and not isinstance(error, DaemonHangs):
            raise NoDaemon(NOT_HERE) from error
        raise
    return client


class DaemonClient:
    """One connection, one request at a time. Each raises what the daemon met, and DaemonGone."""

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port, self._reader, self._writer = port, reader, writer

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def greet(self) -> None:
        """Raises DaemonHangs if it does not answer, and DaemonGone if it is no daemon."""
        await self._within(ANSWER_WITHIN, self._request("GET", "/"))

    async def say(self, text: str, *, wait: bool, **how: str | float | None) -> dict[str, Any]:
        """What became of it; without `wait` only its `id`. `how` is what else `POST /say` takes.

        If this is cancelled while it waits, the line is not spoken any more.
        """
        given = {name: value for name, value in how.items() if value is not None}
        body = {"text": text, "wait": wait, **given}
        asking = self._request("POST", "/say", body)
        if not wait:
            return await self._within(ACCEPT_WITHIN, asking)
        return await self._watched(asyncio.ensure_future(asking))

    async def stop(self, line: str | None) -> dict[str, Any]:
        """Ends one line or all: the ids of what was `stopped`, `personas` by id, and which one `spoke`."""
        return await self._within(ACCEPT_WITHIN, self._request("POST", "/stop", {"id": line} if line else {}))

    async def status(self) -> dict[str, Any]:
        return await self._within(ACCEPT_WITHIN, self._request("GET", "/status"))

    async def close(self) -> None:
        self._writer.transport.abort()

    async def _watched(self, asking: "asyncio.Future[dict[str, Any]]") -> dict[str, Any]:
        """A line may wait long for its turn, but not for a daemon that hangs."""
        misses = 0
        try:
            while not (await asyncio.wait({asking}, timeout=LOOK_EVERY))[0]:
                if look := await reach(self._port):
                    await look.close()
                    misses = 0
                else:
                    misses += 1
                if misses == MISSES:
                    raise DaemonGone("the daemon hangs; the text may not have been spoken")
            return await asking
        finally:
            asking.cancel()
            await asyncio.wait({asking})

    async def _within(self, seconds: float, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            raise _hangs(self._port) from None

    async def _request(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        try:
            self._writer.write(head.encode() + content)
            await self._writer.drain()
            status, headers = _head(await self._reader.readuntil(b"\r\n\r\n"))
            if IDENTITY.lower() not in headers:
                raise DaemonGone("what answers there is no daemon")
            found = json.loads(await self._reader.readexactly(int(headers.get("content-length", 0))))
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise DaemonGone("the daemon ended before it said what became of the text") from error
        if not isinstance(found, dict):
            raise DaemonGone("the daemon answered with no JSON object")
        if status >= 400:
            raise from_answer(str(found.get("code")), str(found.get("error")))
        return found


def _hangs(port: int) -> DaemonHangs:
    return DaemonHangs(
        f"the daemon at 127.0.0.1:{port} does not answer; restart it: systemctl --user restart robotvoice"
    )


def _head(content: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers, their names in lower case. Raises ValueError."""
    first, *lines = content.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return int(first.split(" ", 2)[1]), headers
