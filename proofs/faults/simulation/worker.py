"""What stands in for the worker process of a cloned voice: it answers as one does and breaks as scheduled."""

import asyncio
import math
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.engines.mlx.worker_messages import (
    WARM_UP,
    Answer,
    Audio,
    Cancel,
    Cancelled,
    Failed,
    Finished,
    Progress,
    Ready,
    Request,
    Speak,
    Started,
)
from proofs.faults.simulation.content import Content
from proofs.faults.simulation.schedule import Kind, Schedule
from proofs.faults.simulation.sound import FORMAT, pcm_of, pieces_of
from robotvoice.errors import EngineFailure

LOADS = 4.0
"""Seconds"""
FIRST_AUDIO = 0.3
REAL_TIME_FACTOR = 0.4
SLOWER = 5.0
"""How much longer all takes while it is slow"""


class Machine:
    """Where the workers run. It outlives them."""

    def __init__(
        self, engine: str, schedule: Schedule, rng: random.Random, content: Content, ease: float = 1.0
    ) -> None:
        """With `ease` times the speed nobody has to wait for anybody else."""
        self.engine, self.schedule, self.rng, self.content = engine, schedule, rng, content
        self.first_audio, self.real_time_factor = FIRST_AUDIO / ease, REAL_TIME_FACTOR / ease
        self._able: list[tuple[float, float]] = []
        """From when to when a worker could speak"""

    @asynccontextmanager
    async def running(self, model: str, revision: str | None) -> AsyncIterator["SimulatedProcess"]:
        """In place of `WorkerProcess.running`."""
        process = SimulatedProcess(self)
        lives = asyncio.create_task(process.live(), name="simulated worker")
        try:
            yield process
        finally:
            lives.cancel()
            await asyncio.wait({lives})

    def able(self) -> None:
        self._able.append((asyncio.get_running_loop().time(), math.inf))

    def unable(self) -> None:
        if self._able and self._able[-1][1] == math.inf:
            self._able[-1] = (self._able[-1][0], asyncio.get_running_loop().time())

    def able_from(self, moment: float) -> float | None:
        """From when on a worker could speak, at this moment or after it."""
        return next((max(since, moment) for since, until in self._able if until > moment), None)

    def fault(self, now: float) -> Kind | None:
        window = self.schedule.at(self.engine, now)
        return window.kind if window else None


class SimulatedProcess:
    """As `WorkerProcess`, without a process."""

    pid = 0

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._requests: asyncio.Queue[Speak] = asyncio.Queue(8)
        self._answers: asyncio.Queue[tuple[Answer, bytes] | None] = asyncio.Queue(4096)
        self._cancelled: set[int] = set()
        self._dead = asyncio.Event()

    def post(self, request: Request, body: bytes = b"") -> None:
        if isinstance(request, Cancel):
            self._cancelled.add(request.id)
        else:
            assert isinstance(request, Speak), "a voice without a reference has nothing to prepare"
            self._requests.put_nowait(request)

    async def send(self, request: Request, body: bytes = b"") -> None:
        if self._dead.is_set():
            raise EngineFailure("died", "the simulated worker is dead")
        self.post(request, body)

    async def receive(self) -> tuple[Answer, bytes]:
        if self._dead.is_set() and self._answers.empty():
            raise EngineFailure("died", "the simulated worker is dead")
        answer = await self._answers.get()
        if answer is None:
            raise EngineFailure("died", "the simulated worker is dead")
        return answer

    async def ended(self) -> None:
        await self._dead.wait()

    async def live(self) -> None:
        """From its start to its death."""
        loop = asyncio.get_running_loop()
        crash = self._machine.schedule.next_crash(self._machine.engine, loop.time())
        doom = None if crash is None else loop.call_at(crash, self._crash)
        try:
            await self._load()
            while not self._dead.is_set():
                await self._speak(await self._requests.get())
        finally:
            if doom:
                doom.cancel()

    def _crash(self) -> None:
        self._machine.fault(asyncio.get_running_loop().time())
        self._die()

    def _die(self) -> None:
        if not self._dead.is_set():
            self._machine.unable()
            self._dead.set()
            self._answers.put_nowait(None)

    async def _load(self) -> None:
        clock = asyncio.get_running_loop().time
        self._put(Progress("loading"))
        await asyncio.sleep(LOADS / 2)
        fault = self._machine.fault(clock())
        if fault is Kind.CRASH:
            self._die()
            await self._stay_silent()
        if fault is Kind.HANG:
            # What loads goes on when it is let go on, as a process that was stopped.
            await asyncio.sleep(
                max(0.0, self._machine.schedule.until(self._machine.engine, clock()) - clock())
            )
        await asyncio.sleep(LOADS / 2)
        if self._dead.is_set():
            return
        self._machine.able()
        self._put(
            Ready(
                "qwen3_tts", "voice_design", "0b6", FORMAT.sample_rate, "simulated",
                load_seconds=LOADS, first_audio=self._machine.first_audio,
                real_time_factor=self._machine.real_time_factor,
            )
        )  # fmt: skip

    async def _speak(self, speak: Speak) -> None:
        clock, rng = asyncio.get_running_loop().time, self._machine.rng
        began, first_audio, made = clock(), 0.0, 0
        at_first = self._machine.fault(began)
        if at_first is Kind.HANG:
            await self._stay_silent()
        self._put(Started(speak.id))
        pieces = self._pieces(speak, at_first)
        jitter = rng.uniform(0.8, 1.3)
        for number, piece in enumerate(pieces):
            audio = FORMAT.seconds(FORMAT.samples(len(piece)))
            seconds = audio * self._machine.real_time_factor if number else self._machine.first_audio
            fault = self._machine.fault(clock())
            await asyncio.sleep(seconds * jitter * (SLOWER if fault is Kind.SLOW else 1.0))
            if speak.id in self._cancelled:
                self._cancelled.discard(speak.id)
                self._put(Cancelled(speak.id))
                return
            if self._dead.is_set():
                await self._stay_silent()
            fault = self._machine.fault(clock())
            if fault is Kind.HANG or (fault is Kind.STALL and (number or len(pieces) == 1)):
                await self._stay_silent()
            if fault in (Kind.NAN, Kind.FLAP):
                self._put(Failed(speak.id, "not_a_number", "the model made no numbers"))
                return
            # No further than can be noticed: whether half a sentence is the whole of it, nobody can tell.
            if at_first is Kind.EMPTY or (at_first is Kind.TRUNCATED and number >= max(1, len(pieces) / 5)):
                break
            self._put(Audio(speak.id), piece)
            made += FORMAT.samples(len(piece))
            first_audio = first_audio or clock() - began
        if not made:
            self._put(Failed(speak.id, "no_audio", "the model made no audio of a sentence"))
            return
        stats = {"first_audio": first_audio, "audio": FORMAT.seconds(made), "wall": clock() - began}
        self._put(Finished(speak.id, stats | dict.fromkeys(("active_memory", "peak_memory", "rss"), 0.0)))

    def _pieces(self, speak: Speak, fault: Kind | None) -> Sequence[bytes]:
        warms_up = speak.prompt == WARM_UP
        pcm = pcm_of("Hi." if warms_up else speak.text)
        if fault is Kind.SILENT:
            pcm = bytes(len(pcm))
        elif not fault and not warms_up:
            # Of two faults at once, such as half of something else, nobody could tell what it is.
            pcm = self._machine.content.made(str(speak.instruct), speak.text, speak.seed)
        return pieces_of(pcm)

    async def _stay_silent(self) -> None:
        self._machine.unable()
        await asyncio.Event().wait()

    def _put(self, answer: Answer, body: bytes = b"") -> None:
        if not self._dead.is_set():
            self._answers.put_nowait((answer, body))
