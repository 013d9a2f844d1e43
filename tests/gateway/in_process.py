"""A gateway in the test's own process, on a real socket, and a client for it."""

import asyncio
import json
import ssl
import tempfile
import wave
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession, ClientWebSocketResponse, UnixConnector, WSMsgType, web
from yarl import URL

from gateway.app import make_app
from gateway.engines.cache.cache_engine import CacheEngine
from gateway.engines.cache.storing_engine import StoringEngine
from gateway.engines.engine_parts import Parts
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.ground.folders import bundled_personas
from gateway.loudness.loudness_engine import LoudnessEngine
from gateway.mdns.sockets import listen, listened_on
from gateway.personas.persona_files import PersonaLibrary
from gateway.personas.persona_sources import PersonaSources
from gateway.requests.app_keys import HOUSE, ROBOTS_DOOR
from gateway.security.callers import same_machine
from gateway.security.identity import Identity, identity_in
from gateway.security.owner_socket import listen_for_owner, owner_path
from gateway.security.tls_door import RobotsDoor, TlsDoor
from gateway.settings.settings import Settings
from robotvoice.engines.base import Engine
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.http.runner import Runner
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.service.settings_changes import SettingsChanges
from tests.gateway.personas.loading import load_personas
from tests.gateway.security.tls import believing

SOON = 10.0
"""Seconds within which what must happen happens, or the test fails"""


async def soon(happened: Callable[[], bool]) -> None:
    """Waits until it is so."""
    async with asyncio.timeout(SOON):
        while not happened():  # noqa: ASYNC110 - what is waited for knows nothing of events
            await asyncio.sleep(0.01)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back over HTTP, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        assert self.headers["Content-Type"].partition(";")[0] == "application/json", self.headers
        return json.loads(self.body)

    @property
    def short_error(self) -> str:
        """The message of an error of `/synthesize`."""
        assert len(self.body) <= 100, self.body
        assert list(self.json) == ["error"]
        return str(self.json["error"])

    @property
    def frames(self) -> int:
        """Frames of the WAV in the body, all of which are there."""
        with wave.open(BytesIO(self.body)) as wav:
            assert (wav.getnchannels(), wav.getsampwidth(), wav.getframerate()) == (1, 2, 24_000)
            assert len(wav.readframes(wav.getnframes() + 1)) == 2 * wav.getnframes()
            return int(wav.getnframes())

    @property
    def pcm(self) -> bytes:
        """The sound of a WAV."""
        with wave.open(BytesIO(self.body)) as wav:
            return bytes(wav.readframes(wav.getnframes()))


class Collecting(asyncio.Protocol):
    """Keeps what it received also when the connection was reset, unlike a stream."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.closed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


@dataclass(frozen=True, slots=True)
class RunningGateway:
    """A gateway that can be asked."""

    app: web.Application
    port: int
    session: ClientSession
    owner: ClientSession
    """By the socket for its owner"""
    identity: Identity | None = None
    """With a robots' door"""
    trusting: ssl.SSLContext | None = None
    """Its certificate, and no other"""

    @property
    def tls_port(self) -> int:
        """Of the robots' door."""
        return self.app[ROBOTS_DOOR].port

    @property
    def inside(self) -> int:
        """How many texts are in work."""
        return self.app[HOUSE].inside

    def url(self, target: str) -> URL:
        """`target` reaches the gateway as it is written here."""
        return URL(f"http://127.0.0.1:{self.port}{target}", encoded=True)

    async def ask(self, target: str, method: str = "GET", **request: Any) -> Answer:
        async with (
            asyncio.timeout(SOON),
            self.session.request(method, self.url(target), allow_redirects=False, **request) as response,
        ):
            return Answer(response.status, response.headers, await response.read())

    async def order(self, target: str, method: str = "GET", **request: Any) -> Answer:
        """As `ask`, by its owner."""
        url = URL(f"http://localhost{target}", encoded=True)
        async with asyncio.timeout(SOON), self.owner.request(method, url, **request) as response:
            return Answer(response.status, response.headers, await response.read())

    async def by_tls(self, target: str, method: str = "GET", **request: Any) -> Answer:
        """As `ask`, by the robots' door, trusting its certificate alone."""
        assert self.trusting
        url = URL(f"https://127.0.0.1:{self.tls_port}{target}", encoded=True)
        async with (
            asyncio.timeout(SOON),
            self.session.request(method, url, ssl=self.trusting, **request) as response,
        ):
            return Answer(response.status, response.headers, await response.read())

    async def say(self, text: str, voice: str | None = None) -> Answer:
        asked_for = "" if voice is None else f"&voice={quote(voice, safe='')}"
        return await self.ask(f"/synthesize?text={quote(text, safe='')}{asked_for}")

    async def raw(self, request: bytes) -> bytes:
        """All that comes back until the gateway closes the connection, or cuts it."""
        connection = Collecting()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: connection, "127.0.0.1", self.port)
        transport.write(request)
        try:
            async with asyncio.timeout(SOON):
                await connection.closed.wait()
        finally:
            transport.close()
        return bytes(connection.received)

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator["Client"]:
        async with self.session.ws_connect(self.url("/ws/tts"), max_msg_size=0, **options) as socket:
            yield Client(socket)


@dataclass(frozen=True, slots=True)
class Client:
    """The other end of a WebSocket."""

    socket: ClientWebSocketResponse

    async def send(self, **fields: Any) -> None:
        await self.socket.send_str(json.dumps(fields))

    async def ask(self, id: str = "1", text: str = "Hello.", **more: Any) -> None:
        """An utterance with an id and binary audio."""
        await self.send(type="synthesize", id=id, text=text, **{"audio": "binary", **more})

    async def next(self) -> dict[str, Any]:
        """The next message; a binary frame as `{"type": "pcm", "pcm": ...}`."""
        message = await self.socket.receive(timeout=SOON)
        if message.type is WSMsgType.BINARY:
            return {"type": "pcm", "pcm": message.data}
        assert message.type is WSMsgType.TEXT, message
        fields: dict[str, Any] = json.loads(message.data)
        return fields

    async def until(self, *types: str) -> list[dict[str, Any]]:
        """Messages up to and with the first of these types."""
        found = [await self.next()]
        while found[-1]["type"] not in types:
            found.append(await self.next())
        return found

    async def still_speaks(self) -> None:
        """Proves that the conversation goes on."""
        await self.ask("after", "Still here.")
        answers = await self.until("complete", "error", "unavailable")
        assert [answers[0]["type"], answers[-1]["type"]] == ["accepted", "complete"], answers


@asynccontextmanager
async def running(
    personas: PersonaLibrary | None = None,
    engines: Mapping[str, Engine] | Parts | None = None,
    watched: Path | None = None,
    changes: SettingsChanges | None = None,
    *,
    from_network: bool = False,
    tls: bool = False,
    **settings: Any,
) -> AsyncIterator[RunningGateway]:
    """A gateway on a free port; the bundled personas and eSpeak NG unless told otherwise.

    When it has stopped, nothing that it began still runs. `from_network`: it takes those who ask by its port
    for somebody on another machine. With `tls` it has a robots' door.
    """
    before = asyncio.all_tasks()
    with tempfile.TemporaryDirectory() as state:
        told = Settings(**{"host": "127.0.0.1", "port": 0, "state_dir": Path(state), **settings})
        sockets = listen("127.0.0.1", 0) if tls else []
        identity = identity_in(told.state_dir) if tls else None
        door = RobotsDoor(listened_on(sockets[0])[1], identity.certificate, "") if identity else None
        app = make_app(
            told,
            personas or load_personas(bundled_personas()),
            parts_from(engines or {"espeak": EspeakEngine.installed(told.espeak)}),
            identity="under-test",
            door=door,
            watched=PersonaSources(watched) if watched else None,
            changes=changes,
            is_here=(lambda peer, asked: False) if from_network else same_machine,
        )
        runner = Runner(app)
        await runner.setup()
        by_tls = None
        if identity and identity.tls and runner.server:
            by_tls = TlsDoor(sockets, identity.tls, runner.server, plain_port=0)
        try:
            if by_tls:
                by_tls.open()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            owners = listen_for_owner(told.state_dir)
            assert owners
            await web.SockSite(runner, owners).start()
            connector = UnixConnector(str(owner_path(told.state_dir)))
            async with ClientSession() as session, ClientSession(connector=connector) as owner:
                trusting = believing(identity) if identity else None
                port = runner.addresses[0][1]
                gateway = RunningGateway(app, port, session, owner, identity, trusting)
                await _engines_have_started(gateway)
                yield gateway
        finally:
            if by_tls:
                await by_tls.close()
            await runner.cleanup()
            for each in sockets:
                each.close()
    this = asyncio.current_task()
    await soon(lambda: asyncio.all_tasks() - before <= {this})


def persona(id: str, *engines: str, silent: bool = False, voice: str = "") -> Persona:
    """Speaks with the first engine, and with the others when that one cannot."""
    own, *fallbacks = (VoiceSpec(engine, voice) for engine in engines)
    return Persona(
        id=id,
        name=id.title(),
        language="en",
        voice=own,
        fallbacks=tuple(fallbacks),
        when_unavailable="silent" if silent else "substitute",
    )


def library(*personas: Persona) -> PersonaLibrary:
    return PersonaLibrary({each.id: each for each in personas})


def parts_from(engines: Mapping[str, Engine] | Parts) -> Parts:
    """These engines, with what each of them can do besides speaking."""
    if isinstance(engines, Parts):
        return engines
    return Parts(
        engines,
        next((each for each in engines.values() if isinstance(each, MlxEngine)), None),
        next((each for each in engines.values() if isinstance(each, CacheEngine)), None),
        {name: each for name, each in engines.items() if isinstance(each, StoringEngine)},
        {name: each for name, each in engines.items() if isinstance(each, LoudnessEngine)},
    )


def named(*engines: Engine) -> dict[str, Engine]:
    return {engine.name: engine for engine in engines}


async def _engines_have_started(gateway: RunningGateway) -> None:
    """Whether or not they can speak then. Its connection is open from now on."""
    await gateway.ask("/healthz")
    async with asyncio.timeout(SOON):
        while (await gateway.order("/readyz")).json["personas"] and any(  # noqa: ASYNC110 - seen over HTTP
            persona["reason"] == "eSpeak NG is starting"
            for persona in (await gateway.order("/readyz")).json["personas"].values()
        ):
            await asyncio.sleep(0.01)
