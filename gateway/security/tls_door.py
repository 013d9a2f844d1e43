"""The robots' door: a port of its own, by TLS with the gateway's certificate, into the same server.

Whoever has knocked is not inside before its handshake is done, so those are counted here: how many there are,
how many of one peer, and how long each may take. Who says nothing keeps nobody else out.
"""

import asyncio
import errno
import json
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from gateway.ground.resources import NOT_ACCEPTED
from gateway.mdns.sockets import listen, listened_on
from gateway.security.identity import Identity
from robotvoice.ground.interfaces import is_loopback
from robotvoice.http.connections import most
from robotvoice.http.runner import NAME

log = logging.getLogger(__name__)

KNOCK_WITHIN = 10.0
"""Seconds from the connection to the end of the handshake, which takes a Raspberry Pi a tenth of one"""
MOST = 128
"""Who may knock at a time, if the system lets this process open enough files"""
MOST_OF_A_PEER = 16
HANDSHAKE = b"\x16"
"""How TLS begins: RFC 8446, section 5.1"""
LINGER = 1.0
"""Seconds in which somebody may read what it did wrong"""
LONGEST_MISTAKE = 64 * 1024
"""Bytes that are read of it"""
PAUSE = 1.0
"""Seconds until a machine that can open no file is asked again"""

Admits = Callable[[str], bool]
"""Whether the address of a peer is one that may ask"""


@dataclass(frozen=True, slots=True)
class RobotsDoor:
    """How it is."""

    port: int = 0
    """Where robots come in; 0: it is closed"""
    certificate: bytes = b""
    """The fingerprint of the one that they see"""
    why_closed: str = "only this machine reaches the gateway; start it with --lan"
    """With what to do, in a sentence"""


def robots_door(
    identity: Identity, host: str, port: int, plain: tuple[str, int]
) -> tuple[Sequence[socket.socket], RobotsDoor]:
    """What is to be listened on for robots; nothing where only this machine reaches the `plain` address.

    If the port is taken it is another one: mDNS tells robots which.
    """
    if is_loopback(plain[0]):
        return (), RobotsDoor()
    if identity.tls is None:
        return (), RobotsDoor(why_closed=identity.problem or "it has no certificate")
    try:
        sockets = _listening(host, port, plain[1])
    except OSError as error:
        why = f"port {port} cannot be listened on ({error.strerror}); set another tls_port"
        log.warning("no robot can come in: %s", why)
        return (), RobotsDoor(why_closed=why)
    return sockets, RobotsDoor(listened_on(sockets[0])[1], identity.certificate, "")


def _listening(host: str, port: int, plain_port: int) -> Sequence[socket.socket]:
    """Raises OSError."""
    try:
        return listen(host, port)
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES) or not port:
            raise
    sockets = listen(host, 0)
    # Whoever left the plain one to chance expects nothing of this one.
    level = logging.WARNING if plain_port else logging.INFO
    log.log(level, "port %d is taken, so robots come in at port %d", port, listened_on(sockets[0])[1])
    return sockets


class TlsDoor:
    """Lets in whoever does a handshake in time."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        tls: ssl.SSLContext,
        inside: Callable[[], asyncio.Protocol],
        *,
        plain_port: int,
        admits: Admits | None = None,
    ) -> None:
        """`inside` makes a connection's protocol; `plain_port` is told to who speaks no TLS."""
        self._sockets, self._tls, self._inside = sockets, tls, inside
        self._admits = admits
        self._mistake = _mistake(plain_port)
        self._most = min(MOST, most() // 2)
        self._accepting: set[asyncio.Task[None]] = set()
        self._knocking: dict[asyncio.Task[None], str] = {}
        """Whoever is not inside yet, with its address; the one that came first is the first"""

    def open(self) -> None:
        for each in self._sockets:
            each.setblocking(False)
            self._accepting.add(asyncio.create_task(self._accept(each), name="robots' door"))

    async def close(self) -> None:
        """Who is inside stays there."""
        tasks = {*self._accepting, *self._knocking}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                knocking, address = await loop.sock_accept(listening)
            except OSError as error:  # the other one is gone already, or there are no more files
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    loop.call_exception_handler({"message": NOT_ACCEPTED, "exception": error})
                await asyncio.sleep(PAUSE if error.errno != errno.ECONNABORTED else 0)
                continue
            if self._admits and not self._admits(address[0]):
                knocking.close()
            else:
                self._let_knock(knocking, address[0])
            await asyncio.sleep(0)  # a crowd at the door must not keep others from their turn

    def _let_knock(self, knocking: socket.socket, peer: str) -> None:
        task = asyncio.create_task(self._let_in(knocking), name="somebody at the robots' door")
        self._knocking[task] = peer
        task.add_done_callback(lambda done: self._knocking.pop(done, None))
        of = Counter(self._knocking.values())
        if of[peer] > MOST_OF_A_PEER:
            self._send_away(peer)
        elif len(self._knocking) > self._most:
            # Of whom there are most: who comes alone is sent away last.
            self._send_away(of.most_common(1)[0][0])

    def _send_away(self, peer: str) -> None:
        """The one that has been there for longest."""
        first = next(task for task, each in self._knocking.items() if each == peer)
        del self._knocking[first]
        first.cancel()

    async def _let_in(self, knocking: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        ours = True
        try:
            async with asyncio.timeout(KNOCK_WITHIN):
                first = await _first_byte(knocking)
                if first == HANDSHAKE:
                    ours = False  # asyncio closes it
                    await loop.connect_accepted_socket(
                        self._inside, knocking, ssl=self._tls, ssl_handshake_timeout=2 * KNOCK_WITHIN
                    )
                elif first:
                    await self._tell_mistake(knocking)
        except (OSError, EOFError) as error:  # also of TLS, and time that is over
            log.debug("a handshake failed: %s", type(error).__name__)
        finally:
            if ours:
                knocking.close()

    async def _tell_mistake(self, knocking: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(knocking, self._mistake)
        knocking.shutdown(socket.SHUT_WR)
        # What is not read when it is closed would take the answer away.
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER):
                left = LONGEST_MISTAKE
                while left > 0 and (read := await loop.sock_recv(knocking, 4096)):
                    left -= len(read)


async def _first_byte(knocking: socket.socket) -> bytes:
    """Left where it is; empty if there comes none. Raises OSError."""
    loop = asyncio.get_running_loop()
    readable = asyncio.Event()
    loop.add_reader(knocking, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(knocking)
    try:
        return knocking.recv(1, socket.MSG_PEEK)
    except BlockingIOError:  # Linux may say so of a packet that was not whole
        return b""


def _mistake(plain_port: int) -> bytes:
    """The answer to whatever is no TLS; in a hundred bytes, because robots' scripts play longer ones."""
    error = f"this port speaks TLS, for paired robots; plain HTTP is at port {plain_port}"
    body = json.dumps({"error": error})
    return (
        f"HTTP/1.1 400 Bad Request\r\nServer: {NAME}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}"
    ).encode()
