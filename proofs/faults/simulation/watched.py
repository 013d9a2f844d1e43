"""An engine that is watched: what was spent on it while it was dead, and how it came back afterwards."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Literal

from proofs.faults.answers import Recovery
from proofs.faults.simulation.content import Content
from proofs.faults.simulation.content import Kind as ContentKind
from proofs.faults.simulation.schedule import Schedule, Window
from robotvoice.chain.breaker import LETS_USERS_THROUGH, BreakerChange, CircuitBreaker, State
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

    def __init__(
        self, engine: Engine, schedule: Schedule, content: Content | None, tell: Callable[[str], None]
    ) -> None:
        super().__init__(engine)
        self._schedule, self._content, self._tell = schedule, content, tell
        self._clock = asyncio.get_running_loop().time
        self.breaker: CircuitBreaker | None = None
        """It tells `changed`"""
        self._changes: list[tuple[float, State, float]] = []
        """When its breaker changed, what to, and until when it is open if it is"""
        self.open = 0
        """Sentences that are neither finished nor closed"""
        self._failed: dict[Window, dict[Sentence, tuple[float, float]]] = {}
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

    def changed(self, change: BreakerChange) -> None:
        """For the breaker to call."""
        assert self.breaker is not None
        self._changes.append((change.at, change.new, self.breaker.remember().opened_until))
        why = change.reason.code if change.reason else "-"
        self._tell(f"breaker {change.name} {change.new.value} {why}")

    def recoveries(self, healthy: Callable[[float], float | None]) -> Iterator[Recovery]:
        """Of every outage after which it was let recover; `healthy(t)`: when it could speak again after t.

        A canary that went before that may still fail and open the breaker once more: its delay counts.
        """
        windows = [window for window in self._schedule.windows if window.engine == self.name]
        for window, after in zip(windows, [*windows[1:], None], strict=False):
            able = healthy(window.ended)
            before = [state for at, state, _ in self._changes if at <= window.ended]
            if not window.dead or able is None or not before or before[-1] is State.CLOSED:
                continue
            later = (at for at, state, _ in self._changes if at > window.ended and state is State.CLOSED)
            closed = next(later, None)
            if closed is None or (after and after.began < closed):
                continue
            opened = [until for at, state, until in self._changes if state is State.OPEN and at < closed]
            mine = [probe for probe in self.probes if able <= probe.came_back <= closed]
            wronged = any(probe.end == "failed" and probe.went >= able for probe in mine)
            good = [probe.came_back - probe.went for probe in mine if probe.end == "good"]
            probes = sum(good[-2:]) + 2 * INTERVAL + 0.001
            yield Recovery(self.name, able, able if wronged else opened[-1], closed, probes)


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
