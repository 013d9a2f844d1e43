"""Gateways for a link that stays connected: one that is told what to do, and a link to any of them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import Any

from aiohttp import WSMsgType, web

from edge_client.discovery.endpoint import Endpoint, parse_address
from edge_client.discovery.gateway_table import GatewayTable
from edge_client.link.link import GatewayLink
from edge_client.link.reconnecting import Reconnecting
from robotvoice.chain.breaker import DEFAULTS, BreakerSettings, CircuitBreaker
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence
from robotvoice.wire import wire
from tests.fakes.fake_gateway import FakeGateway, State, Utterance, speak

VIXEN = VoiceSpec("gateway", "vixen")
HELLO = Sentence(0, "Hello there.")
SOON = 10.0
"""Seconds within which what must happen happens, or the test fails"""


class LivelyGateway(FakeGateway):
    """Reads on while it speaks, as the real one does: it answers pings, and gives up what is cancelled.

    `delay`, in seconds, holds up each answer, pongs too.
    """

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.delay = 0.0
        self.own_voices = {"vixen", "ada"}
        self.cancelled: list[str | None] = []
        self.sockets: set[web.WebSocketResponse] = set()

    async def close(self) -> None:
        """Its robots have left; the ends of their connections are seen before the loop stops."""
        with suppress(TimeoutError):
            await until(lambda: not self.sockets, 1.0)
        await super().close()
        await asyncio.sleep(0.05)

    async def _readyz(self, request: web.Request) -> web.Response:
        personas = {
            str(each["id"]): {"ready": True, "own_voice": each["id"] in self.own_voices}
            for each in self.state.personas
        }
        return web.json_response({"ready": True, "id": self.state.identity, "personas": personas})

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(timeout=0.1, autoping=False)
        socket.headers[wire.HEADER_GATEWAY] = self.state.identity
        await socket.prepare(request)
        self.sockets.add(socket)
        try:
            async with asyncio.TaskGroup() as group:
                speaking: dict[str | None, asyncio.Task[None]] = {}
                async for message in socket:
                    if message.type is WSMsgType.PING:
                        group.create_task(self._late(partial(socket.pong, message.data)))
                        continue
                    asked = wire.decode_request(message.data)
                    if isinstance(asked, wire.Cancel):
                        self.cancelled.append(asked.id)
                        if task := speaking.get(asked.id):
                            task.cancel()
                        await socket.send_str(wire.encode(wire.Cancelled(asked.id)))
                        continue
                    self.state.requests.append(asked)
                    do = self.state.behaviours.popleft() if self.state.behaviours else speak
                    task = group.create_task(self._late(partial(do, Utterance(asked, socket))))
                    speaking[asked.id] = task
                    task.add_done_callback(partial(_forget, speaking, asked.id))
                for task in tuple(speaking.values()):
                    task.cancel()
        finally:
            self.sockets.discard(socket)
        return socket

    async def _late(self, doing: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(self.delay)
        with suppress(ConnectionError):  # the robot has left
            await doing()


def _forget(speaking: dict[str | None, asyncio.Task[None]], id: str | None, _: object) -> None:
    speaking.pop(id, None)


def address_of(fake: FakeGateway, **more: Any) -> Endpoint:
    return Endpoint("127.0.0.1", fake.port, "mdns", fake.state.identity, **more)


class Linked(GatewayLink):
    """A link whose parts a test looks at."""

    def __init__(self, sockets: Reconnecting, breaker: CircuitBreaker) -> None:
        super().__init__(sockets)
        self.sockets, self.breaker = sockets, breaker

    @property
    def connected(self) -> Endpoint | None:
        return self.sockets.current.endpoint if self.sockets.current else None

    @property
    def round_trip(self) -> float:
        return self.sockets.current.round_trip if self.sockets.current else 0.0

    @property
    def reason(self) -> str | None:
        return self.sockets.why_not.text if self.sockets.why_not else None


@asynccontextmanager
async def link_to(
    *endpoints: Endpoint | str, connected: bool = True, settings: BreakerSettings = DEFAULTS, **more: Any
) -> AsyncIterator[Linked]:
    """A link that is started, and nothing of it is left afterwards. A text is a pinned address."""
    table = GatewayTable()
    for number, endpoint in enumerate(endpoints):
        if isinstance(endpoint, str):
            table.pinned = parse_address(endpoint)
        else:
            table.announced(f"gateway {number}", (endpoint,))
    before = asyncio.all_tasks()
    breaker = CircuitBreaker("gateway", settings)
    link = Linked(Reconnecting(table, breaker, connect_timeout=2.0, persona="vixen", **more), breaker)
    await link.start()
    try:
        if connected:
            await until(lambda: link.connected)
        yield link
    finally:
        await link.close()
        assert asyncio.all_tasks() <= before, "a task was left behind"


async def until(so: Callable[[], object], seconds: float = SOON) -> None:
    async with asyncio.timeout(seconds):
        while not so():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.01)


async def spoken(link: GatewayLink, sentence: Sentence = HELLO, voice: VoiceSpec = VIXEN) -> list[AudioChunk]:
    async with aclosing(link.speak(sentence, voice)) as chunks, asyncio.timeout(SOON):
        return [chunk async for chunk in chunks]
