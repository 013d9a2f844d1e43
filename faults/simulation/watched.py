"""An engine that is watched: which sentences of users were spent on it while it was dead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from faults.simulation.schedule import Schedule, Window
from speech.audio import AudioChunk
from speech.breaker import LETS_USERS_THROUGH, CircuitBreaker
from speech.engines.base import Engine, Readiness
from speech.engines.wrapped import WrappedEngine
from speech.errors import EngineUnavailable
from speech.persona import VoiceSpec
from speech.utterance import Reason, Sentence

INTERVAL = 0.25
"""Seconds between two looks of `recover`, which waits so long before each canary"""


@dataclass(frozen=True, slots=True)
class Probe:
    """One canary."""

    went: float
    came_back: float
    end: Literal["good", "failed", "unavailable"]


class WatchedEngine(WrappedEngine):
    """Says nothing and changes nothing."""

    def __init__(self, engine: Engine, schedule: Schedule) -> None:
        super().__init__(engine)
        self._schedule = schedule
        self._clock = asyncio.get_running_loop().time
        self.breaker: CircuitBreaker | None = None
        self.open = 0
        """Sentences that are neither finished nor closed"""
        self.failed: dict[Window, list[tuple[float, float]]] = {}
        """By outage: when each sentence of a user that it failed was asked for, and when that was known.

        What was passed on while there was time for the next engine is none of them.
        """
        self.spoke: list[float] = []
        """When a sentence of a user was spoken to its end"""
        self.probes: list[Probe] = []

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        asked = self._clock()
        window = self._schedule.peek(self.name, asked)
        # Past an open breaker goes only who has nobody else: that is no sentence spent for want of knowledge.
        knowing = self.breaker is not None and self.breaker.state not in LETS_USERS_THROUGH
        self.open += 1
        try:
            async with aclosing(self._engine.speak(sentence, voice)) as chunks:
                async for chunk in chunks:
                    yield chunk
            self.spoke.append(self._clock())
        except EngineUnavailable:
            raise
        except BaseException:
            passed_on = self._clock() >= sentence.asked.start_by - 0.001
            if window and window.dead and not knowing and not passed_on:
                self.failed.setdefault(window, []).append((asked, self._clock()))
            raise
        finally:
            self.open -= 1

    async def probe(self) -> None:
        began = self._clock()
        end: Literal["good", "failed", "unavailable"] = "failed"
        try:
            await super().probe()
            end = "good"
        except EngineUnavailable:
            end = "unavailable"
            raise
        finally:
            self.probes.append(Probe(began, self._clock(), end))


class ForeseenEngine(WrappedEngine):
    """For the oracle, who knows the schedule: it is not asked while it is dead."""

    def __init__(self, engine: Engine, schedule: Schedule) -> None:
        super().__init__(engine)
        self._schedule = schedule

    def readiness(self, voice: VoiceSpec) -> Readiness:
        window = self._schedule.peek(self.name, asyncio.get_running_loop().time())
        if window and window.dead:
            return Readiness(Reason("foreseen", f"{self.name} is dead until {window.ended:.1f}"))
        return super().readiness(voice)

    def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        return self._engine.speak(sentence, voice)
