"""The processes that are compared, and how each is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp

from benchmarks.clone.answers import Answer, Answers, pcm_of_wavs
from benchmarks.clone.load import Dialect, ask
from benchmarks.clone.material import INTERVAL, PERSONA_ID, SEED, Material, Text
from benchmarks.clone.start import Child, started
from benchmarks.report import BenchmarkBroken
from speech import wire

READY_WITHIN = 120.0
JOB_WITHIN = 600.0
OWN_GATEWAY = ("gateway", "serve", "--port", "0", "--no-mdns", "--personas")


class Contestant(Protocol):
    name: str
    seeded: bool
    """Whether equal requests must get equal answers"""
    child: Child

    async def run(self, clients: int, each: int, text: Text) -> Answers: ...


@dataclass
class Server:
    """Asked over HTTP."""

    name: str
    child: Child
    dialect: Dialect
    seeded: bool = False

    async def run(self, clients: int, each: int, text: Text) -> Answers:
        return await ask(self.child.url, self.dialect, clients, each, text)


@dataclass
class Generator:
    """Asked through its standard input, in turn with others who ask the same process."""

    name: str
    child: Child
    keep: bool
    """Whether the clip's speaker is recognised only once"""
    seeded: bool = field(default=True, init=False)

    async def run(self, clients: int, each: int, text: Text) -> Answers:
        process = self.child.process
        assert process.stdin is not None and process.stdout is not None
        job = {"keep": self.keep, "clients": clients, "requests": each, "spoken": text.spoken}
        process.stdin.write(json.dumps(job).encode() + b"\n")
        async with asyncio.timeout(JOB_WITHIN):
            line = await process.stdout.readline()
        if not line:
            raise BenchmarkBroken("mlx-audio's generator ended; see direct.log")
        told = json.loads(line)
        return Answers(tuple(Answer(**answer) for answer in told["answers"]), told["wall"])


@asynccontextmanager
async def running(folder: Path, material: Material) -> AsyncIterator[list[Contestant]]:
    """All of them, ready. Raises BenchmarkBroken."""
    clone = (str(material.model), str(material.clip), material.transcript)
    async with AsyncExitStack() as stack:

        async def start(name: str, *arguments: str, **variables: str) -> Child:
            return await stack.enter_async_context(started(folder, name, arguments, variables))

        direct = await start("direct", "benchmarks.clone.direct", *clone, str(INTERVAL))
        gateway = await start("gateway", *OWN_GATEWAY, str(material.personas), ROBOTVOICE_CACHE="false")
        await gateway_ready(gateway.url)
        library = await start("library", "benchmarks.clone.library_server")
        guide = await start("guide", "benchmarks.clone.guide_server", *clone)
        yield [
            Generator("a  generator", direct, keep=False),
            Generator("a' generator, voice kept", direct, keep=True),
            Server("b  gateway", gateway, gateway_dialect(), seeded=True),
            Server(f"c  mlx_audio.server, {INTERVAL:g} s", library, _library_dialect(material)),
            Server("d  guide", guide, Dialect("/tts", lambda text: {"text": text}, pcm_of_wavs, {})),
        ]


@asynccontextmanager
async def caching_gateway(folder: Path, material: Material) -> AsyncIterator[Child]:
    """A gateway that keeps what it has spoken. Raises BenchmarkBroken."""
    arguments = (*OWN_GATEWAY, str(material.personas))
    async with started(folder, "caching", arguments, {"ROBOTVOICE_CACHE": "true"}) as child:
        await gateway_ready(child.url)
        yield child


def gateway_dialect() -> Dialect:
    """The persona's own voice as PCM; what a substitute speaks is wrong."""
    asked = {"model": "robotvoice", "voice": PERSONA_ID, "response_format": "pcm", "seed": SEED}
    must = {wire.HEADER_SUBSTITUTE: "none"}
    return Dialect("/v1/audio/speech", lambda text: {**asked, "input": text}, bytes, must)


def _library_dialect(material: Material) -> Dialect:
    asked = {
        "model": str(material.model),
        "ref_audio": str(material.clip),
        "ref_text": material.transcript,
        "lang_code": "auto",
        "response_format": "wav",
        "stream": True,
        "streaming_interval": INTERVAL,
    }
    return Dialect("/v1/audio/speech", lambda text: {**asked, "input": text}, pcm_of_wavs, {})


async def gateway_ready(url: str) -> None:
    """Waits until the persona can speak with its own voice. Raises BenchmarkBroken."""
    try:
        async with asyncio.timeout(READY_WITHIN), aiohttp.ClientSession() as session:
            while True:
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise BenchmarkBroken(f"the gateway was not ready within {READY_WITHIN:g} s") from None
