"""The processes that are compared, and how each is asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import aiohttp

from proofs.benchmarks.clone.answers import Answer, Answers, pcm_of_wavs
from proofs.benchmarks.clone.load import Dialect, ask
from proofs.benchmarks.clone.material import INTERVAL, PERSONA_ID, SEED, Material, Text
from proofs.benchmarks.clone.plan import CACHED, GATEWAY, GENERATOR, GUIDE, KEPT, LIBRARY
from proofs.benchmarks.clone.start import Child, started
from proofs.benchmarks.report import BenchmarkBroken
from robotvoice.wire import wire

READY_WITHIN = 120.0
JOB_WITHIN = 600.0
OWN_GATEWAY = ("gateway", "serve", "--port", "0", "--no-mdns", "--personas")


@dataclass(frozen=True, slots=True)
class Entry:
    """How a contestant takes part."""

    letter: str
    name: str
    seeded: bool = False
    """Whether equal requests must get equal answers"""
    every: int = 1
    """It does every so many-th run of a trial: more often would only take longer"""
    crowds: bool = True
    """Whether it is asked by several clients"""
    warm_up: int = 1
    """How often it speaks each text before it counts"""


class Contestant(Protocol):
    entry: Entry
    child: Child

    async def run(self, clients: int, text: Text) -> Answers: ...


@dataclass
class Server:
    """Asked over HTTP."""

    entry: Entry
    child: Child
    dialect: Dialect

    async def run(self, clients: int, text: Text) -> Answers:
        return await ask(self.child.url, self.dialect, clients, text)


@dataclass
class Generator:
    """Asked through its standard input, in turn with others who ask the same process."""

    entry: Entry
    child: Child
    keep: bool
    """Whether the clip's speaker is recognised only once"""

    async def run(self, clients: int, text: Text) -> Answers:
        process = self.child.process
        assert process.stdin is not None and process.stdout is not None
        job = {"keep": self.keep, "clients": clients, "spoken": text.spoken}
        process.stdin.write(json.dumps(job).encode() + b"\n")
        try:
            async with asyncio.timeout(JOB_WITHIN):
                line = await process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            raise BenchmarkBroken(f"mlx-audio's generator gave no answer:\n{self.child.last_words()}")
        told = json.loads(line)
        return Answers(tuple(Answer(**answer) for answer in told["answers"]), told["wall"])


@asynccontextmanager
async def running(
    folder: Path, material: Material, letters: Collection[str]
) -> AsyncIterator[list[Contestant]]:
    """Those of these letters, ready, in the order of the alphabet. Raises BenchmarkBroken."""
    clone = (str(material.model), str(material.clip), material.transcript)
    contestants: list[Contestant] = []
    async with AsyncExitStack() as stack:

        async def start(name: str, *arguments: str, **variables: str) -> Child:
            return await stack.enter_async_context(started(folder, name, arguments, variables))

        if GENERATOR in letters or KEPT in letters:
            child = await start("direct", "proofs.benchmarks.clone.direct", *clone, str(INTERVAL))
            contestants.append(Generator(Entry(GENERATOR, "generator", seeded=True), child, keep=False))
            kept = Entry(KEPT, "generator, voice kept", seeded=True, crowds=False)
            contestants.append(Generator(kept, child, keep=True))
        if GATEWAY in letters:
            child = await start(
                "gateway", *OWN_GATEWAY, str(material.personas), ROBOTVOICE_CACHE="false", ROBOTVOICE_HIDE="*"
            )
            await gateway_ready(child.url)
            # A voice's gain follows from its first seconds; only then are equal answers equal.
            gateway = Entry(GATEWAY, "gateway", seeded=True, warm_up=3)
            contestants.append(Server(gateway, child, gateway_dialect()))
        if LIBRARY in letters:
            child = await start("library", "proofs.benchmarks.clone.library_server")
            library = Entry(LIBRARY, f"mlx_audio.server, {INTERVAL:g} s")
            contestants.append(Server(library, child, _library_dialect(material)))
        if GUIDE in letters:
            child = await start("guide", "proofs.benchmarks.clone.guide_server", *clone)
            guide = Dialect("/tts", lambda text: {"text": text}, pcm_of_wavs, {})
            contestants.append(Server(Entry(GUIDE, "guide", every=3), child, guide))
        yield [contestant for contestant in contestants if contestant.entry.letter in letters]


@asynccontextmanager
async def caching_gateway(folder: Path, material: Material) -> AsyncIterator[Server]:
    """A gateway that keeps what it has spoken. Raises BenchmarkBroken."""
    arguments = (*OWN_GATEWAY, str(material.personas))
    async with started(
        folder, "caching", arguments, {"ROBOTVOICE_CACHE": "true", "ROBOTVOICE_HIDE": "*"}
    ) as child:
        await gateway_ready(child.url)
        entry = Entry(CACHED, "gateway, from its cache", seeded=True, warm_up=10)
        yield Server(entry, child, gateway_dialect())


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
