"""Gateways with a robots' door: TLS with a real certificate, tokens, and pairing as the wire says."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from edge_client.pairing.pairing_file import Pairing, save
from gateway.security.identity import Identity, identity_in
from robotvoice.json_records import read_record, write_record
from robotvoice.wire import pairing as wire
from robotvoice.wire.wire import HEADER_GATEWAY
from tests.edge_client.link.link_rig import LivelyGateway, until
from tests.fakes.fake_gateway import State, running

NAME = "robotvoice on mac"
TOKEN = "t" * 43
CODE = "k7d2m9qx"
LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class DoorState(State):
    """Of a robots' door."""

    own: Identity | None = None
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    code: str | None = None
    tries: int = 3
    knows_the_code: bool = True
    """False: it says yes to every proof, and makes one up"""
    gives: str | None = None
    """This token in place of one of its own"""
    shown: list[str] = field(default_factory=list)
    """What came as `Authorization`"""
    asked: list[wire.Asked] = field(default_factory=list)


class Door(LivelyGateway):
    """Tokens are looked at in each request, as the real one does it."""

    def __init__(self, state: State) -> None:
        assert isinstance(state, DoorState)
        assert state.own
        super().__init__(state)
        self.door = state
        self.own = state.own
        state.identity = self.own.id
        self.salt = wire.new_salt()
        app = self._runner.app
        app.on_response_prepare.append(self._sign)
        app.middlewares.append(self._who)
        app.router.add_get(wire.PATH, self._offer)
        app.router.add_post(wire.PATH, self._prove)

    async def start(self, host: str, port: int) -> None:
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._protocol, host, port, ssl=self.own.tls, ssl_shutdown_timeout=0.05
        )
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.address = f"{host}:{self.port}"

    async def close(self) -> None:
        """Handshakes that were broken off are seen to their end."""
        await super().close()
        own = asyncio.current_task()
        await asyncio.sleep(0)
        with suppress(TimeoutError):
            await until(lambda: not self._open_transports() and not asyncio.all_tasks() - {own}, 2.0)

    def _open_transports(self) -> int:
        """As Python 3.11 counts them, or 3.13."""
        return getattr(self._server, "_active_count", 0) or len(getattr(self._server, "_clients", ()))

    @web.middleware
    async def _who(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.door.paths.append(request.path)
        shown = request.headers.get("Authorization", "")
        self.door.shown.append(shown)
        if request.path != wire.PATH and shown.removeprefix("Bearer ") not in self.door.tokens:
            return web.json_response({"error": "pair it", "code": "unauthorized"}, status=401)
        return await handler(request)

    async def _sign(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers[HEADER_GATEWAY] = self.own.id

    async def _offer(self, request: web.Request) -> web.Response:
        if self.door.code is None:
            return web.json_response({"error": "no code is valid", "code": wire.NOT_PAIRING}, status=409)
        return web.json_response(write_record(wire.Offer(self.salt, NAME)))

    async def _prove(self, request: web.Request) -> web.Response:
        asked = read_record(wire.Asked, await request.json())
        self.door.asked.append(asked)
        key = wire.stretched(self.door.code or "", self.salt, asked.salt)
        seen, robot = self.own.certificate, asked.robot
        if self.door.knows_the_code and not wire.proves(asked.proof, key, wire.ROBOT, seen, robot):
            self.door.tries -= 1
            answer = {"error": "wrong", "code": wire.WRONG_CODE, "tries": self.door.tries}
            return web.json_response(answer, status=403)
        self.door.code = None
        token = self.door.gives or f"{robot:_<43}".replace(" ", "-")
        self.door.tokens.add(token)
        proof = wire.proof(key, wire.GATEWAY, seen, robot)
        return web.json_response(write_record(wire.Paired(proof, token, robot, self.own.id)))


def made(folder: Path) -> Identity:
    """A gateway's key and certificate, as the real one makes them."""
    folder.mkdir(parents=True, exist_ok=True)
    return identity_in(folder)


@contextmanager
def door(own: Identity, *, host: str = LOOPBACK, port: int = 0, **how: object) -> Iterator[Door]:
    """A gateway's robots' door, until the block ends."""
    state = DoorState(own=own, **how)  # type: ignore[arg-type]  # a test that errs fails
    with running(state, host=host, port=port, kind=Door) as open_door:
        assert isinstance(open_door, Door)
        yield open_door


def certificate_of(own: Identity) -> str:
    """In PEM."""
    _, begin, rest = own.file.read_text().partition("-----BEGIN CERTIFICATE-----")
    return begin + rest


def pairing_with(own: Identity, port: int, *, token: str = TOKEN, name: str = NAME) -> Pairing:
    return Pairing(own.id, name, certificate_of(own), token, port, "picar", 1_700_000_000.0)


def pair_by_hand(state_dir: Path, own: Identity, port: int, **how: str) -> Pairing:
    """As if `robotvoice pair` had been there."""
    pairing = pairing_with(own, port, **how)
    save(state_dir, pairing)
    return pairing


class Relay:
    """A stranger between the two: it has a certificate of its own and passes on what both say."""

    def __init__(self, own: Identity, to: int) -> None:
        self._own, self._to = own, to
        self._listening = socket.create_server((LOOPBACK, 0))
        self.port: int = self._listening.getsockname()[1]
        self.passed = b""
        self._closed = False
        self._ends: list[ssl.SSLSocket] = []
        self._threads = [threading.Thread(target=self._serve)]
        self._threads[0].start()

    def close(self) -> None:
        self._closed = True
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join(5)
        # Not before: a number that is free is the next connection's, and would be read by both.
        for each in self._ends:
            each.close()

    def _serve(self) -> None:
        assert self._own.tls
        believing = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        believing.check_hostname, believing.verify_mode = False, ssl.CERT_NONE
        while not self._closed:
            with suppress(OSError):
                near = self._own.tls.wrap_socket(self._listening.accept()[0], server_side=True)
                far = believing.wrap_socket(socket.create_connection((LOOPBACK, self._to)))
                self._ends += near, far
                for one, other in ((near, far), (far, near)):
                    thread = threading.Thread(target=self._pass_on, args=(one, other))
                    self._threads.append(thread)
                    thread.start()

    def _pass_on(self, one: ssl.SSLSocket, other: ssl.SSLSocket) -> None:
        with suppress(OSError):
            while piece := one.recv(65536):
                self.passed += piece
                other.sendall(piece)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def relay(own: Identity, to: int) -> Iterator[Relay]:
    between = Relay(own, to)
    try:
        yield between
    finally:
        between.close()


def files_in(folder: Path, but: Callable[[Path], bool] = lambda path: False) -> dict[str, bytes]:
    """All that is in a state folder."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not but(path))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
