"""A gateway that has recordings of phrases, and the parts of a robot that pull and play them."""

import asyncio
import hashlib
import zlib
from array import array
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from edge_client.discovery.endpoint import Endpoint
from edge_client.phrasebook.pack_intake import Intake
from edge_client.phrasebook.phrase_manifest import Manifest, Recording, pcm_of
from edge_client.phrasebook.phrase_pull import PhrasePull
from edge_client.phrasebook.phrase_store import PhraseStore
from edge_client.phrasebook.phrasebook import OwnVoice, Phrasebook
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, wav_file
from robotvoice.utterance import Sentence
from robotvoice.wire import wire
from tests.edge_client.link.link_rig import SOON, LivelyGateway, until
from tests.fakes.fake_gateway import PERSONAS, State

VIXEN = "vixen"
HELLO, MOMENT, BACK = "Hello, I'm Vixen.", "One moment.", "I am back."
OLD, NEW = "0a1b2c", "3d4e5f"
ROOMY = 64_000_000
"""Bytes"""
SECONDS = 0.2
"""Of a recording"""


def pcm(text: str, revision: str = OLD, seconds: float = SECONDS) -> bytes:
    """Sound that is nobody else's."""
    seed = zlib.crc32(f"{revision} {text}".encode())
    samples = range(int(WIRE_FORMAT.sample_rate * seconds))
    return array("h", [(seed + number * 7919) % 30_000 - 15_000 for number in samples]).tobytes()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass(slots=True)
class Pack:
    """What a gateway has of a persona. `told` changes the manifest, `lies` what is sent for a text."""

    texts: Sequence[str] = (HELLO, MOMENT)
    revision: str = OLD
    complete: bool = True
    seconds: float = SECONDS
    told: Mapping[str, Any] = field(default_factory=dict)
    lies: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, bytes]:
        return {text: wav_file(pcm(text, self.revision, self.seconds), WIRE_FORMAT) for text in self.texts}

    @property
    def id(self) -> str:
        return digest(repr((self.revision, sorted(self.files.items()))).encode())

    def manifest(self, persona: str = VIXEN) -> dict[str, Any]:
        sentences = [
            {"text": text, "sha256": digest(content), "bytes": len(content)}
            for text, content in self.files.items()
        ]
        return {
            "persona": persona,
            "revision": self.revision,
            "pack": self.id,
            "complete": self.complete,
            "sentences": sentences,
            **self.told,
        }


class PhraseGateway(LivelyGateway):
    """Serves packs with Range, breaks off where it is told to, and writes down what was asked for."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.packs: dict[str, Pack] = {VIXEN: Pack()}
        self.asked: list[tuple[str, str | None]] = []
        """Path and Range"""
        self.cuts: deque[int] = deque()
        """Bytes after which the next recordings break off, one each; -1: it does not"""
        self.ranges = True
        """Whether a Range is honoured"""
        self.says_it_is: str | None = self.state.identity
        """In the head of its answers; None: nothing"""
        self.change(OLD)
        self._runner.app.on_response_prepare.append(self._says_who_it_is)
        router = self._runner.app.router
        router.add_get("/v1/phrases/{persona}", self._manifest)
        router.add_get("/v1/phrases/{persona}/{revision}/{sha256}", self._recording)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("127.0.0.1", self.port, "address", self.state.identity)

    @property
    def recordings_asked(self) -> list[tuple[str, str | None]]:
        """The last parts of their paths, with Range."""
        return [(path.split("/")[-1], how) for path, how in self.asked if path.count("/") == 5]

    def change(self, revision: str) -> None:
        """Vixen has a cloned voice of this revision."""
        vixen, *others = PERSONAS
        self.state.personas = ({**vixen, "revision": revision, "engine": "mlx", "clones": True}, *others)

    async def tell(self) -> None:
        """The events, to whoever listens."""
        revisions = {str(each["id"]): str(each["revision"]) for each in self.state.personas}
        for socket in tuple(self.sockets):
            await socket.send_str(wire.encode(wire.Personas(revisions)))
            packs = {persona: pack.id for persona, pack in self.packs.items()}
            await socket.send_str(wire.encode(wire.Phrases(packs)))

    def tell_from_outside(self) -> None:
        """From another thread than its own."""
        asyncio.run_coroutine_threadsafe(self.tell(), self._server.get_loop()).result(SOON)

    async def _says_who_it_is(self, request: web.BaseRequest, answer: web.StreamResponse) -> None:
        if self.says_it_is is not None and request.path.startswith("/v1/phrases"):
            answer.headers[wire.HEADER_GATEWAY] = self.says_it_is

    async def _manifest(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, None))
        pack = self.packs.get(request.match_info["persona"])
        if pack is None:
            return web.json_response({"error": "there is nobody of this name"}, status=404)
        return web.json_response(pack.manifest(request.match_info["persona"]))

    async def _recording(self, request: web.Request) -> web.StreamResponse:
        how = request.headers.get("Range")
        self.asked.append((request.path, how))
        pack = self.packs[request.match_info["persona"]]
        named = {digest(content): text for text, content in pack.files.items()}
        text = named.get(request.match_info["sha256"])
        if text is None or request.match_info["revision"] != pack.revision:
            return web.Response(status=404)
        content = pack.lies.get(text, pack.files[text])
        start = int(how.removeprefix("bytes=").removesuffix("-")) if how and self.ranges else 0
        response = web.StreamResponse(status=206 if start else 200)
        response.content_length = len(content) - start
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        await response.prepare(request)
        cut = self.cuts.popleft() if self.cuts else -1
        if cut < 0:
            await response.write(content[start:])
            return response
        await response.write(content[start : start + cut])
        await asyncio.sleep(0.05)  # so that it is on its way
        assert request.transport
        request.transport.abort()
        return response


@dataclass(slots=True)
class Book:
    """A robot's phrasebook; `revision` is what the robot knows of vixen's."""

    folder: Path
    limit: int = ROOMY
    revision: str = OLD
    damaged: list[str] = field(default_factory=list)
    store: PhraseStore = field(init=False)
    engine: Phrasebook = field(init=False)

    def __post_init__(self) -> None:
        self.store = PhraseStore(self.folder / "phrases", self.limit, self.folder / "phrase-key")
        self.engine = Phrasebook(self.store, self.own_voice, self.damaged.append)

    def own_voice(self, persona: str) -> OwnVoice | None:
        return OwnVoice(self.revision, "mlx") if persona == VIXEN else None

    def revisions(self) -> dict[str, str]:
        return {VIXEN: self.revision}

    def pull(self, gateway: PhraseGateway | None, **more: Any) -> PhrasePull:
        endpoint = gateway.endpoint if gateway else None
        return PhrasePull(self.store, lambda: endpoint, self.revisions, connect_timeout=2.0, **more)

    def texts(self) -> list[str]:
        """Of the pack in use, each checked on the disk."""
        book = self.store.book(VIXEN)
        if book is None:
            return []
        for recording in book.sentences:
            expected = pcm(recording.text, book.revision, (recording.bytes - 44) / 48_000)
            try:
                assert bytes(self.store.pcm(book, recording)) == expected
            except FileNotFoundError:
                assert self.store.book(VIXEN) != book, "a recording is missing"
                return self.texts()
        return [recording.text for recording in book.sentences]

    async def plays(self, text: str) -> bytes | None:
        """Its sound; None if it is not held. It is always told as stored."""
        sound = b""
        try:
            async with aclosing(self.engine.speak(Sentence(0, text), VoiceSpec("", VIXEN))) as chunks:
                async for chunk in chunks:
                    assert (chunk.origin.engine, chunk.origin.stored) == ("mlx", True)
                    assert chunk.format == WIRE_FORMAT
                    sound += chunk.pcm
        except EngineUnavailable as refusal:
            assert refusal.reason == "not_held"
            return None
        return sound


@asynccontextmanager
async def running_pull(pull: PhrasePull) -> AsyncIterator[PhrasePull]:
    """Nothing of it is left afterwards."""
    before = asyncio.all_tasks()
    running = asyncio.create_task(pull.run())
    try:
        yield pull
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await until(lambda: asyncio.all_tasks() <= before)


def as_manifest(pack: Pack) -> Manifest:
    told = pack.manifest()
    sentences = tuple(Recording(**each) for each in told.pop("sentences"))
    return Manifest(**told, sentences=sentences)


def sound_of(content: bytes, recording: Recording) -> bytes:
    return bytes(pcm_of(content, recording))


def put(book: Book, pack: Pack, persona: str = VIXEN, *, switch: bool = True) -> None:
    """As a pull does."""
    book.store.open()
    manifest = as_manifest(pack)
    intake = Intake(book.store, manifest)
    for recording in intake.prepare(book.revisions()):
        intake.append(recording, pack.files[recording.text])
        intake.finish(recording)
    if switch:
        intake.switch()
