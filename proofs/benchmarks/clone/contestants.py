"""The processes that are compared, and how each is asked."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psutil

from proofs.benchmarks.clone.answers import Answer, Answers, Dialect, ask, pcm_of_wavs
from proofs.benchmarks.clone.material import INTERVAL, PERSONA_ID, SEED, Material, Text
from proofs.benchmarks.clone.plan import CACHED, GATEWAY, GENERATOR, GUIDE, KEPT, LIBRARY
from proofs.rig.gateway import Gateway
from proofs.rig.program import Program, environment
from robotvoice.wire import wire

READY_WITHIN = 120.0
JOB_WITHIN = 600.0
READY, URL = "^ready$", r"http://[\d.:]+"


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
    program: Program

    async def run(self, clients: int, text: Text) -> Answers: ...


@dataclass
class Server:
    """Asked over HTTP."""

    entry: Entry
    program: Program
    url: str
    dialect: Dialect

    async def run(self, clients: int, text: Text) -> Answers:
        return await ask(self.url, self.dialect, clients, text)


@dataclass
class Generator:
    """Asked through its standard input, in turn with others who ask the same process."""

    entry: Entry
    program: Program
    keep: bool
    """Whether the clip's speaker is recognised only once"""

    async def run(self, clients: int, text: Text) -> Answers:
        job = {"keep": self.keep, "clients": clients, "spoken": text.spoken}
        self.program.tell(json.dumps(job))
        told = json.loads(await asyncio.to_thread(self.program.next_line, JOB_WITHIN))
        return Answers(tuple(Answer(**answer) for answer in told["answers"]), told["wall"])


@asynccontextmanager
async def running(
    folder: Path, material: Material, letters: Collection[str]
) -> AsyncIterator[list[Contestant]]:
    """Those of these letters, ready, in the order of the alphabet. Raises RunBroken."""
    clone = (str(material.model), str(material.clip), material.transcript)
    contestants: list[Contestant] = []
    async with AsyncExitStack() as stack:

        async def start(name: str, module: str, *arguments: str) -> Program:
            command = (sys.executable, "-m", f"proofs.benchmarks.clone.{module}", *arguments)
            own = environment(folder / name)
            return await stack.enter_async_context(Program(name, command, own, stdin=subprocess.PIPE))

        if GENERATOR in letters or KEPT in letters:
            child = await start("generator", "direct", *clone, str(INTERVAL))
            await said(child, READY)
            contestants.append(Generator(Entry(GENERATOR, "generator", seeded=True), child, keep=False))
            kept = Entry(KEPT, "generator, voice kept", seeded=True, crowds=False)
            contestants.append(Generator(kept, child, keep=True))
        if GATEWAY in letters:
            own = await stack.enter_async_context(_gateway(folder / "gateway", material, cache="false"))
            # A voice's gain follows from its first seconds; only then are equal answers equal.
            gateway = Entry(GATEWAY, "gateway", seeded=True, warm_up=3)
            contestants.append(Server(gateway, own, own.url, gateway_dialect()))
        if LIBRARY in letters:
            child = await start("library", "servers", "library")
            library = Entry(LIBRARY, f"mlx_audio.server, {INTERVAL:g} s")
            contestants.append(Server(library, child, await said(child, URL), _library_dialect(material)))
        if GUIDE in letters:
            child = await start("guide", "servers", "guide", *clone)
            guide = Dialect("/tts", lambda text: {"text": text}, pcm_of_wavs, {})
            contestants.append(Server(Entry(GUIDE, "guide", every=3), child, await said(child, URL), guide))
        yield [contestant for contestant in contestants if contestant.entry.letter in letters]


@asynccontextmanager
async def caching_gateway(folder: Path, material: Material) -> AsyncIterator[Server]:
    """A gateway that keeps what it has spoken. Raises RunBroken."""
    async with _gateway(folder / "caching", material, cache="true") as gateway:
        entry = Entry(CACHED, "gateway, from its cache", seeded=True, warm_up=10)
        yield Server(entry, gateway, gateway.url, gateway_dialect())


@asynccontextmanager
async def _gateway(home: Path, material: Material, cache: str) -> AsyncIterator[Gateway]:
    own = environment(home, ROBOTVOICE_CACHE=cache, ROBOTVOICE_HIDE="*")
    async with Gateway(own, "--personas", str(material.personas)) as gateway:
        await asyncio.to_thread(gateway.until_ready, READY_WITHIN)
        yield gateway


async def said(program: Program, pattern: str) -> str:
    """What is found of it; what libraries print before is passed over. Raises RunBroken."""
    return (await asyncio.to_thread(program.until_says, pattern, READY_WITHIN))[0]


def memory_of(program: Program) -> int:
    """Bytes, those of its own children too."""
    total = 0
    for process in (program.found, *program.children()):
        with suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


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
