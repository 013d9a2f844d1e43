"""What the gateway adds over its engine to the first audio, with one client.

The same sentences are spoken in turn by an engine in this process and by one behind a gateway's WebSocket.
"""

import asyncio
import itertools
import json
import math
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory

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
PERSONA = "vixen"
"""Hers is this voice"""
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
    with TemporaryDirectory(prefix="robotvoice-bench-") as name, ready_gateway(Path(name)) as gateway:
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
    engine = EspeakEngine.installed()
    alone, through = [], []
    async with aiohttp.ClientSession(f"http://{address}") as session:
        client = Client(session)
        try:
            await engine.start()
            for index in range(-WARM_UP, pairs):
                progress("gateway: pairs of sentences", max(0, index), pairs)
                text = SENTENCES[index % len(SENTENCES)]
                # Each way is first in half of the pairs, so that neither always finds the caches warm.
                before = await first_audio(client.speak(text)) if index % 2 else None
                of_engine = await first_audio(engine.speak(Sentence(0, text), VOICE))
                of_gateway = await first_audio(client.speak(text)) if before is None else before
                if index >= 0:
                    alone.append(of_engine)
                    through.append(of_gateway)
        finally:
            await engine.close()
    return alone, through


async def first_audio(chunks: AsyncGenerator[AudioChunk | bytes, None]) -> float:
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


class Client:
    """One WebSocket and nothing around it, connected anew after a loss."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._ids = itertools.count()

    async def speak(self, text: str) -> AsyncGenerator[bytes, None]:
        """The audio frames of a sentence; it ends early when the connection does."""
        if self._socket is None or self._socket.closed:
            self._socket = await self._session.ws_connect(wire.WEBSOCKET_PATH, compress=0)
        id = str(next(self._ids))
        request = wire.Synthesize(text, id, PERSONA, audio="binary", engines="own", prepared=True)
        finished = False
        try:
            await self._socket.send_str(wire.encode(request))
            while not finished:
                message = await self._socket.receive()
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
                await self._socket.close()
