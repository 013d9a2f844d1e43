"""An engine that is watched: which sentences of users were spent on it while it was dead."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from proofs.faults.simulation.content import Content
from proofs.faults.simulation.content import Kind as ContentKind
from proofs.faults.simulation.schedule import Schedule, Window
from robotvoice.chain.breaker import LETS_USERS_THROUGH, CircuitBreaker
from robotvoice.engines.base import Engine, Readiness
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.errors import EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Priority, Reason, Sentence

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

    def __init__(self, engine: Engine, schedule: Schedule, content: Content | None = None) -> None:
        super().__init__(engine)
        self._schedule, self._content = schedule, content
        self._clock = asyncio.get_running_loop().time
        self.breaker: CircuitBreaker | None = None
        self.open = 0
        """Sentences that are neither finished nor closed"""
        self._failed: dict[Window, dict[Sentence, tuple[float, float]]] = {}
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
            nobodys = sentence.asked.priority is Priority.BACKGROUND
            content = self._content and self._content.kind(_named(voice), sentence.text)
            if window and window.dead and not (knowing or passed_on or nobodys or content):
                failed = self._failed.setdefault(window, {})
                # A second take of it is no other sentence.
                this = replace(sentence, take=0, asked=replace(sentence.asked, start_by=0.0))
                failed[this] = failed.get(this, (asked, 0.0))[0], self._clock()
            raise
        finally:
            self.open -= 1

    def failed(self, window: Window) -> list[tuple[float, float]]:
        """When each sentence of a user that it failed was asked for, and when that was known.

        What was passed on while there was time for the next engine is none of them.
        """
        return sorted(self._failed.get(window, {}).values())

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
    """For the oracle, who knows all but the dice: it is asked neither while it is dead nor in vain."""

    def __init__(self, engine: Engine, schedule: Schedule, content: Content | None) -> None:
        super().__init__(engine)
        self._schedule, self._content = schedule, content

    def readiness(self, voice: VoiceSpec) -> Readiness:
        now = asyncio.get_running_loop().time()
        window = self._schedule.peek(self.name, now)
        if window and window.dead:
            return Readiness(Reason("foreseen", f"{self.name} is dead until {window.ended:.1f}"))
        if self._content and self._content.is_bad(_named(voice)):
            return Readiness(Reason("foreseen", f"{voice.voice} has a bad clip"))
        return super().readiness(voice)

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        if self._content and self._content.kind(_named(voice), sentence.text) is ContentKind.TEXT:
            raise EngineUnavailable("foreseen", "nobody can say this")
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                yield chunk


def _named(voice: VoiceSpec) -> str:
    """As what goes wrong with content knows it."""
    return str(voice.model_voice.instruct) if voice.model_voice else f"{voice.engine} {voice.voice}"
