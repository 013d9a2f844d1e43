"""A gateway that does what a test tells it: the real wire over a real socket, and what goes wrong there.

`FakeGateway.state` says how to behave and holds what was seen; the service carries it out.
"""

import asyncio
import threading
from array import array
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from robotvoice.sound.pcm import WIRE_FORMAT
from robotvoice.wire import wire
from tests.fakes.faults import Fault, FaultyConnection

SAMPLE = 7777
"""Every sample it ever sends, so that a test sees what came from it"""
CHUNK = array("h", [SAMPLE]).tobytes() * (WIRE_FORMAT.sample_rate // 20)
"""50 ms"""
CHUNKS = 8
"""In every sentence"""
SENTENCE_SECONDS = CHUNKS * 0.05

PERSONAS: tuple[Mapping[str, Any], ...] = (
    {
        "id": "vixen",
        "name": "Vixen",
        "language": "en",
        "revision": "1",
        "aliases": ["vicky"],
        "local_voices": [{"engine": "espeak", "voice": "en+f4", "pitch": 72, "rate": 135}],
    },
    {
        "id": "ada",
        "name": "Ada L.",
        "language": "en",
        "revision": "1",
        "aliases": ["countess"],
        "local_voices": [{"engine": "espeak", "voice": "en+f2", "pitch": 40, "rate": 160}],
    },
)

Behaviour = Callable[["Utterance"], Awaitable[None]]


@dataclass(slots=True)
class Utterance:
    """One request, and the socket to answer it on."""

    request: wire.Synthesize
    socket: web.WebSocketResponse

    async def accept(self) -> None:
        await self.send(wire.Accepted(self.request.id, 20))

    async def start(self, **changes: Any) -> None:
        start = {"sample_rate": WIRE_FORMAT.sample_rate, "channels": 1, "engine": "fake", "voice": "clone"}
        await self.send(wire.Start(**{"id": self.request.id, "settings": {"pitch": 1}, **start, **changes}))

    async def sound(self, chunks: int = CHUNKS) -> None:
        for _ in range(chunks):
            await self.socket.send_bytes(CHUNK)

    async def complete(self, chunks: int = CHUNKS) -> None:
        await self.send(wire.Complete(self.request.id, chunks * 50))

    async def send(self, message: wire.Answer) -> None:
        await self.frame(wire.encode(message))

    async def frame(self, frame: str | bytes) -> None:
        """Anything at all."""
        if isinstance(frame, bytes):
            await self.socket.send_bytes(frame)
        else:
            await self.socket.send_str(frame)


@dataclass(slots=True)
class State:
    """What the gateway is to do, and what it saw."""

    identity: str = "fake"
    run: str | None = "this"
    """None: it is of a version that does not tell"""
    personas: tuple[Mapping[str, Any], ...] = PERSONAS
    unusable: list[str] = field(default_factory=list)
    """Ids of personas whose files have a slip"""
    always: Fault | None = None
    """Every connection gets this"""
    not_ready: dict[str, str] = field(default_factory=dict)
    """Personas whose own voice is not ready, and why"""
    handshake_delay: float = 0.0
    connections: int = 0
    paths: list[str] = field(default_factory=list)
    requests: list[wire.Synthesize] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    behaviours: deque[Behaviour] = field(default_factory=deque)

    def fail_next(self, *faults: Fault) -> None:
        """The next connections get these, one each."""
        self.faults.extend(faults)

    def freeze_next(self) -> None:
        """The next sentence is accepted, and then nothing comes."""

        async def behave(utterance: Utterance) -> None:
            await utterance.accept()
            await asyncio.Event().wait()

        self.behaviours.append(behave)

    def stall_after(self, chunks: int) -> None:
        """The next sentence never ends."""

        async def behave(utterance: Utterance) -> None:
            await utterance.accept()
            await utterance.start()
            await utterance.sound(chunks)
            await asyncio.Event().wait()

        self.behaviours.append(behave)

    def cut_after(self, chunks: int) -> None:
        """The connection is gone in the middle of the next sentence."""

        async def behave(utterance: Utterance) -> None:
            await utterance.accept()
            await utterance.start()
            await utterance.sound(chunks)
            await utterance.socket.close()

        self.behaviours.append(behave)

    def cut_in_the_second(self) -> None:
        """The next sentence is spoken well; the connection is gone in the middle of the one after it."""
        self.do_next(speak)
        self.cut_after(3)

    def refuse_next(self, reason: str, detail: str = "", retry_after_ms: int | None = None) -> None:
        """The next sentence is answered by `unavailable`."""

        async def behave(utterance: Utterance) -> None:
            await utterance.send(wire.Unavailable(utterance.request.id, reason, detail, retry_after_ms))

        self.behaviours.append(behave)

    def do_next(self, behaviour: Behaviour) -> None:
        self.behaviours.append(behaviour)


async def speak(utterance: Utterance) -> None:
    """What a good gateway does."""
    await utterance.accept()
    await utterance.start()
    await utterance.sound()
    await utterance.complete()


class FakeGateway:
    """The service. Use `running`."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._faulty: set[asyncio.BaseTransport] = set()
        app = web.Application()
        app.router.add_get("/readyz", self._readyz)
        app.router.add_get("/v1/personas", self._personas)
        app.router.add_get(wire.WEBSOCKET_PATH, self._websocket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.01, handler_cancellation=True)

    async def start(self, host: str, port: int) -> None:
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, host, port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.address = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    async def close(self) -> None:
        self._server.close()
        for transport in tuple(self._faulty):
            transport.close()
        await self._runner.cleanup()

    def _protocol(self) -> asyncio.BaseProtocol:
        self.state.connections += 1
        fault = self.state.faults.popleft() if self.state.faults else self.state.always
        if fault is not None:
            return FaultyConnection(fault, self._faulty)
        server = self._runner.server
        assert server is not None
        return server()

    async def _readyz(self, request: web.Request) -> web.Response:
        self.state.paths.append(request.path)
        reasons = {
            str(persona["id"]): self.state.not_ready.get(persona["id"]) for persona in self.state.personas
        }
        ready = {
            id: {"ready": True, "own_voice": reason is None, "reason": reason}
            for id, reason in reasons.items()
        }
        run = {"run": self.state.run} if self.state.run else {}
        return web.json_response({"ready": True, "id": self.state.identity, **run, "personas": ready})

    async def _personas(self, request: web.Request) -> web.Response:
        self.state.paths.append(request.path)
        told = {"default": "vixen", "personas": self.state.personas, "unusable": self.state.unusable}
        return web.json_response(told)

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        self.state.paths.append(request.path)
        await asyncio.sleep(self.state.handshake_delay)
        socket = web.WebSocketResponse(timeout=0.1)
        socket.headers[wire.HEADER_GATEWAY] = self.state.identity
        await socket.prepare(request)
        async for message in socket:
            asked = wire.decode_request(message.data)
            assert isinstance(asked, wire.Synthesize), "a single `say` never cancels by message"
            self.state.requests.append(asked)
            behaviour = self.state.behaviours.popleft() if self.state.behaviours else speak
            await behaviour(Utterance(asked, socket))
        return socket


@contextmanager
def running(
    state: State | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    kind: type[FakeGateway] = FakeGateway,
) -> Iterator[FakeGateway]:
    """A fake gateway that listens until the block ends, in a thread of its own."""
    gateway = kind(state or State())
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="fake gateway")
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(gateway.start(host, port), loop).result(10)
        yield gateway
    finally:
        asyncio.run_coroutine_threadsafe(gateway.close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
