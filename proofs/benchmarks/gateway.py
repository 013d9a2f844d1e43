"""What the gateway adds over its engine to the first audio, with one client.

The same sentences are spoken in turn by an engine in this process and by one behind a gateway's WebSocket.
"""

import asyncio
import itertools
import json
import math
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

import aiohttp

from proofs.benchmarks.report import Figure, lost
from proofs.benchmarks.started import ready_gateway
from proofs.rig.figures import Progress, median, percentile
from proofs.rig.program import RunBroken
from robotvoice.engines.espeak.espeak_engine import EspeakEngine
from robotvoice.errors import EngineFailure, RobotVoiceError
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence
from robotvoice.wire import wire

VOICE = VoiceSpec("espeak", "en+f4", pitch=72, rate=135)
PERSONA = """\
name: Bench
language: en
voice: {engine: espeak, voice: en+f4, pitch: 72, rate: 135}
consent: {subject: synthetic, granted_by: project, scope: benchmark}
"""
SENTENCES = (
    "One moment.",
    "Hello, I'm Vixen.",
    "The line went quiet, and still you hear me.",
    "Today we find out how a robot speaks, and who lends it the voice it speaks with.",
    "Shall we go on?",
)
WARM_UP = 20
"""Pairs that are not counted"""
WITHIN = 5.0
"""Seconds for one sentence; one that takes longer is lost"""


def measure(progress: Progress, *, pairs: int = 400) -> list[Figure]:
    """Milliseconds to the first audio; what is added at p99 is the p99 of the differences within pairs."""
    with tempfile.TemporaryDirectory(prefix="robotvoice-bench-") as name:
        folder = Path(name)
        persona = folder / "personas" / "bench"
        persona.mkdir(parents=True)
        (persona / "persona.yaml").write_text(PERSONA, encoding="utf-8")
        with ready_gateway(folder, persona.parent) as gateway:
            alone, through = asyncio.run(_pairs(progress, gateway.address, pairs))
    added = [
        each - base if math.isfinite(base) else math.inf for base, each in zip(alone, through, strict=True)
    ]
    return [
        Figure("engine alone, p50", median(alone), "ms"),
        Figure("engine alone, p99", percentile(alone, 99), "ms"),
        Figure("through the gateway, p50", median(through), "ms"),
        Figure("through the gateway, p99", percentile(through, 99), "ms"),
        Figure("added by the gateway, p50", median(added), "ms", 2),
        Figure("added by the gateway, p99", percentile(added, 99), "ms", 10),
        lost("sentences", alone, through),
    ]


async def _pairs(progress: Progress, address: str, pairs: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each sentence: by the engine alone, and through the gateway."""
    engine, client = EspeakEngine.installed(), _Client(address)
    alone, through = [], []
    try:
        await engine.start()
        for index in range(-WARM_UP, pairs):
            progress("gateway: pairs of sentences", max(0, index), pairs)
            text = SENTENCES[index % len(SENTENCES)]
            # Each way is first in half of the pairs, so that neither always finds the caches warm.
            before = await _first_audio(client.speak(text)) if index % 2 else None
            of_engine = await _first_audio(engine.speak(Sentence(0, text), VOICE))
            of_gateway = await _first_audio(client.speak(text)) if before is None else before
            if index >= 0:
                alone.append(of_engine)
                through.append(of_gateway)
    finally:
        await client.close()
        await engine.close()
    return alone, through


async def _first_audio(chunks: AsyncGenerator[AudioChunk | bytes, None]) -> float:
    """Milliseconds; infinite when the sentence was not spoken to its end in time."""
    first = math.inf
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(WITHIN), aclosing(chunks):
            async for _ in chunks:
                first = min(first, time.perf_counter() - begun)
    except (RobotVoiceError, TimeoutError):
        return math.inf
    return first * 1000


class _Client:
    """One WebSocket and nothing around it, connected anew after a loss."""

    def __init__(self, address: str) -> None:
        self._url = f"ws://{address}{wire.WEBSOCKET_PATH}"
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._ids = itertools.count()

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The audio frames of a sentence; it ends early when the connection does."""
        socket = self._socket or await self._connected()
        finished = False
        request = wire.Synthesize(text, str(next(self._ids)), audio="binary", engines="own", prepared=True)
        try:
            await socket.send_str(wire.encode(request))
            while not finished:
                message = await socket.receive()
                if message.type is aiohttp.WSMsgType.BINARY:
                    yield message.data
                    continue
                if message.type is not aiohttp.WSMsgType.TEXT:
                    raise EngineFailure("cut", "the gateway closed the connection")
                kind = json.loads(message.data)["type"]
                if kind in ("error", "unavailable"):
                    raise RunBroken(f"the gateway refused a sentence: {message.data}")
                finished = kind == "complete"
        finally:
            if not finished:
                await self.close()

    async def _connected(self) -> aiohttp.ClientWebSocketResponse:
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(self._url, compress=0)
        return self._socket

    async def close(self) -> None:
        session, self._session, self._socket = self._session, None, None
        if session:
            await session.close()
