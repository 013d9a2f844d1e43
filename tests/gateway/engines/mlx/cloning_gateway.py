"""A gateway as its owner starts it, whose personas have cloned voices; its worker can be watched and hurt."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from aiohttp import ClientError, ClientSession

from gateway.engines.mlx.time_limits import SentenceLimits
from proofs.rig.program import environment
from robotvoice.engines.espeak.espeak_library import IDLE_CHILDREN
from tests.gateway.engines.mlx.listening import until
from tests.gateway.process import GatewayProcess, started

References = dict[str, tuple[Path, str]]
PIECE = round(SentenceLimits().interval * 24_000) * 2
"""Bytes of a piece as the worker sends it; all other messages of a sentence together are far smaller"""
WORKER = "gateway.engines.mlx.worker"
SCRATCH = "tmp"
PATIENCE = 60.0
"""Seconds an answer may take while a worker is found out to hang and the machine does other things too"""
SPARE, ALONE = "a", "b"
"""The persona for whom eSpeak NG stands in, and the one who has only their own voice"""
PERSONA = """
name: {name}
language: en
voice: {{engine: mlx, model: {model}, reference: {clip}, transcript: transcript.txt}}
{more}
first_audio_budget: 60
whole_answer_budget: 600
consent: {{subject: synthetic, granted_by: project, scope: tests}}
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a client got, to the end or until it broke off."""

    status: int
    engine: str | None
    substitute: str | None
    body: bytes
    whole: bool
    """False: cut off"""


@dataclass(frozen=True, slots=True)
class CloningGateway:
    """Nothing is said to it but over HTTP, and its processes are only looked at from outside."""

    process: GatewayProcess
    home: Path

    @property
    def worker(self) -> psutil.Process:
        """The one there is."""
        (worker,) = self._workers()
        return worker

    def _workers(self) -> list[psutil.Process]:
        found = []
        for child in self.process.children():
            try:
                if WORKER in child.cmdline():
                    found.append(child)
            except (psutil.NoSuchProcess, psutil.ZombieProcess):
                continue
        return found

    async def said(self, dialect: str, persona: str, text: str) -> Heard:
        """The answer of `synthesize`, a whole WAV, or of `speech`, PCM while it is made."""
        url = f"http://127.0.0.1:{self.process.port}"
        async with asyncio.timeout(PATIENCE), ClientSession() as session:
            if dialect == "synthesize":
                asked = session.get(f"{url}/synthesize", params={"voice": persona, "text": text})
            else:
                fields = {"model": "tts-1", "voice": persona, "input": text, "response_format": "pcm"}
                asked = session.post(f"{url}/v1/audio/speech", json=fields)
            async with asked as answer:
                body, whole = b"", True
                try:
                    async for part in answer.content.iter_any():
                        body += part
                except (ClientError, ConnectionError):
                    whole = False
                engine, substitute = map(answer.headers.get, ("X-Voice-Engine", "X-Voice-Substitute"))
                return Heard(answer.status, engine, substitute, body, whole)

    async def health(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.process.ask("/health")).json
        return found

    async def mlx(self) -> dict[str, Any]:
        """What `/health` says of the engine."""
        found: dict[str, Any] = (await self.health())["engines"]["mlx"]
        return found

    async def until_health(self, so: Callable[[dict[str, Any]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not so(await self.health()):  # noqa: ASYNC110 (what is waited for happens in other processes)
                await asyncio.sleep(0.02)

    async def until_speaking(self, count: int) -> None:
        """So many texts are in work."""
        await self.until_health(lambda health: health["speaking"] == count)

    async def until_well(self) -> psutil.Process:
        """Everybody has their own voice again; returns the worker."""
        await self.until_health(lambda health: health["status"] == "ok")
        return self.worker

    async def until_written(self, worker: psutil.Process, count: int) -> None:
        """It has handed out more than so many bytes since it began."""
        await until(lambda: written(worker) > count)

    def open_files(self) -> Counter[str]:
        """Of the gateway's process, by their kind."""
        links = []
        for file in Path(f"/proc/{self.process.found.pid}/fd").iterdir():
            try:
                links.append(str(file.readlink()).partition(":")[0])
            except FileNotFoundError:
                continue
        return Counter(links)

    def scratch_files(self) -> set[Path]:
        return set((self.home / SCRATCH).iterdir())

    def zombies(self) -> list[psutil.Process]:
        return [each for each in self.process.children() if each.status() == psutil.STATUS_ZOMBIE]

    async def until_all_children_wait(self) -> None:
        """As many of eSpeak NG are kept as ever are, so that what is open can be compared."""
        text = "+".join(["One+after+the+other."] * 40)
        if len(self.process.children()) == IDLE_CHILDREN + 1:
            return
        target = f"/synthesize?voice=plain&text={text}"
        await asyncio.gather(*(self.process.ask(target) for _ in range(2 * IDLE_CHILDREN)))
        await until(lambda: len(self.process.children()) == IDLE_CHILDREN + 1)


def written(worker: psutil.Process) -> int:
    """Bytes it has written, to wherever, since it began."""
    return worker.io_counters().write_chars


def same_sound(one: bytes, other: bytes) -> bool:
    """But for its loudness, which a gateway still learns while it hears the first sentences of a voice."""
    if len(one) != len(other):
        return False
    first, second = (np.frombuffer(pcm, "<i2").astype(np.float64) for pcm in (one, other))
    return bool(first @ second > 0.99 * np.linalg.norm(first) * np.linalg.norm(second))


def write_personas(folder: Path, model: str, references: References) -> Path:
    fallbacks = {SPARE: "fallbacks: [{engine: espeak, voice: en}]", ALONE: "when_unavailable: silent"}
    for name, (clip, transcript) in references.items():
        persona = folder / name
        persona.mkdir(parents=True)
        (persona / clip.name).write_bytes(clip.read_bytes())
        (persona / "transcript.txt").write_text(transcript)
        told = PERSONA.format(name=name.upper(), model=model, clip=clip.name, more=fallbacks[name])
        (persona / "persona.yaml").write_text(told)
    (folder / "plain").mkdir()
    plain = "name: Plain\nlanguage: en\nvoice: {engine: espeak, voice: en}\n"
    (folder / "plain" / "persona.yaml").write_text(plain)
    return folder


@asynccontextmanager
async def cloning_gateway(home: Path, model: str, references: References) -> AsyncIterator[CloningGateway]:
    """Both cloned voices can be had. Nothing is kept of what was spoken."""
    personas = write_personas(home / "personas", model, references)
    scratch = home / SCRATCH
    scratch.mkdir()
    told = environment(
        home,
        ROBOTVOICE_CACHE="false",
        ROBOTVOICE_DEFAULT_PERSONA=SPARE,
        ROBOTVOICE_HIDE="*",
        TMPDIR=str(scratch),
    )
    async with started(home, "--personas", str(personas), env=told) as process:
        gateway = CloningGateway(process, home)
        await gateway.until_well()
        yield gateway
