"""Engines that sound at once and break as scheduled: another server, and the voices of this machine."""

import asyncio
import math
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from gateway.engines.upstream.upstream_pace import FIRST_AUDIO, FadingMean
from proofs.faults.simulation.content import Content
from proofs.faults.simulation.schedule import Kind, Schedule, Window
from proofs.faults.simulation.sound import FORMAT, pcm_of, pieces_of
from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Reason, Sentence

CLONE = "mlx"
UPSTREAM = "upstream:studio"
LOCAL = ("espeak", "pyttsx3")
PROBE = Sentence(0, "Hi.")
SLOWER = 8.0
CAREFUL = 1.25
"""How much longer than it takes on the average an engine says that it will take"""


@dataclass(frozen=True, slots=True)
class Shape:
    """How an engine is when nothing is wrong with it. Seconds."""

    first_audio: float
    real_time_factor: float
    first_audio_cap: float
    whole: bool = False
    """True: it sounds when the sentence is made"""
    learns: bool = False
    """True: what it is expected to take follows what it took"""
    gives_up: float = math.inf
    """After which it ends a sentence that hangs by itself"""
    most: int = 1000
    """Sentences at the same time"""


SHAPES = {
    UPSTREAM: Shape(first_audio=0.25, real_time_factor=0.2, first_audio_cap=2.0, learns=True, most=4),
    "espeak": Shape(first_audio=0.05, real_time_factor=0.02, first_audio_cap=2.0),
    "pyttsx3": Shape(first_audio=0.2, real_time_factor=0.02, first_audio_cap=12.0, whole=True, gives_up=4.0),
}


class SimulatedEngine(EngineBase):
    """As its shape says; what is scheduled for it happens to it."""

    def __init__(
        self, name: str, schedule: Schedule, rng: random.Random, content: Content | None = None
    ) -> None:
        """Inside the loop whose time it lives in."""
        self.name = name
        self.description = f"the simulated {name}"
        self._shape = SHAPES[name]
        self.first_audio_cap = self._shape.first_audio_cap
        self._schedule, self._rng, self._content = schedule, rng, content
        self._clock = asyncio.get_running_loop().time
        self._pace = FadingMean(FIRST_AUDIO, self._clock)
        self._hold_until = 0.0
        self._inside = 0

    def readiness(self, voice: VoiceSpec) -> Readiness:
        left = self._hold_until - self._clock()
        return Readiness(Reason("held_off", "it says when to come back"), left) if left > 0 else READY

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return self._pace.value if self._shape.learns else self._shape.first_audio * CAREFUL

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return self._shape.real_time_factor

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        held = self.readiness(voice)
        if held.reason:
            raise EngineUnavailable(held.reason.code, held.reason.text, held.retry_after)
        if self._inside >= self._shape.most:
            raise EngineUnavailable("busy", f"{self.name} is given no more sentences at the same time")
        began, sounded = self._clock(), False
        self._inside += 1
        try:
            async with aclosing(self._pieces(sentence.text, voice.voice)) as pieces:
                async for piece in pieces:
                    if not sounded:
                        self._pace.add(self._clock() - began)
                    sounded = True
                    yield AudioChunk(piece, FORMAT, Origin(self.name, voice.voice))
        finally:
            self._inside -= 1

    async def probe(self) -> None:
        sounded = False
        async with aclosing(self.speak(PROBE, VoiceSpec(self.name))) as chunks:
            async for chunk in chunks:
                sounded = sounded or any(chunk.pcm)
        if not sounded:
            raise EngineFailure("no_audio", f"{self.name} made no sound of a word")

    async def _pieces(self, text: str, voice: str) -> AsyncGenerator[bytes, None]:
        window = self._fault()
        if window and window.kind is Kind.REFUSE:
            self._hold_until = window.ended
            raise EngineUnavailable("held_off", f"{self.name} is busy", window.ended - self._clock())
        pcm, dice = pcm_of(text), self._rng.randrange(1000)
        if window and window.kind is Kind.SILENT:
            pcm = bytes(len(pcm))
        elif self._content and not window:
            pcm = self._content.made(f"{self.name} {voice}", text, dice)
        pieces = pieces_of(pcm)
        jitter = self._rng.uniform(0.8, 1.4)
        audio = FORMAT.seconds(FORMAT.samples(len(pcm)))
        for number, piece in enumerate(pieces):
            share = 1.0 if self._shape.whole and not number else 0.0 if self._shape.whole else 1 / len(pieces)
            seconds = share * audio * self._shape.real_time_factor + (
                0.0 if number else self._shape.first_audio
            )
            if window and window.kind is Kind.SLOW:
                seconds *= SLOWER
            await asyncio.sleep(seconds * jitter)
            window = self._fault()
            await self._within(window, number, len(pieces))
            if window and window.kind is Kind.EMPTY and not number:
                return
            yield piece

    def _fault(self) -> Window | None:
        return self._schedule.at(self.name, self._clock())

    async def _within(self, window: Window | None, number: int, count: int) -> None:
        """What a fault does after so many of `count` pieces. Raises EngineFailure."""
        match window.kind if window else None:
            case Kind.CRASH | Kind.FLAP:
                raise EngineFailure("died", f"{self.name} died")
            case Kind.HANG:
                await self._hang()
            case Kind.STALL if number or count == 1:
                await self._hang()
            case Kind.NAN:
                raise EngineFailure("not_a_number", f"{self.name} made no numbers")
            case Kind.TRUNCATED if number > count / 5 or count == 1:
                raise EngineFailure("cut", f"{self.name} broke off")

    async def _hang(self) -> None:
        """Raises EngineFailure, if it ever ends."""
        if self._shape.gives_up < math.inf:
            await asyncio.sleep(self._shape.gives_up)
            raise EngineFailure("stalled", f"{self.name} gave up")
        await asyncio.Event().wait()
