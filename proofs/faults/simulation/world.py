"""One run: the gateway's deciding parts, engines that break, and who speaks with them."""

import asyncio
import hashlib
import logging
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal
from unittest.mock import patch

from gateway.clips.clip import Clip
from gateway.engines.mlx import model_worker
from gateway.engines.mlx.mlx_engine import MlxEngine
from gateway.guard.output_guard_engine import OutputGuardEngine
from proofs.faults.answers import Book, Outage, spent_on
from proofs.faults.report import Evidence, Figures, figures_of
from proofs.faults.simulation.clients import Client, Manner, Voice
from proofs.faults.simulation.content import Content
from proofs.faults.simulation.engines import CLONE, LOCAL, UPSTREAM, SimulatedEngine
from proofs.faults.simulation.schedule import Schedule, seeded
from proofs.faults.simulation.watched import INTERVAL, ForeseenEngine, WatchedEngine
from proofs.faults.simulation.worker import Machine
from proofs.rig.virtual_time import run
from robotvoice.chain.breaker import CircuitBreaker
from robotvoice.chain.failure_attribution import FailureAttribution
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.guarded import ChainEntry, GuardedEngine
from robotvoice.chain.recovery import recover
from robotvoice.chain.voice_recovery import recover_voices
from robotvoice.engines.base import Engine
from robotvoice.http.admission import Admission
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.utterance import Outcome

Variant = Literal["as it is", "oracle", "content", "oracle of content", "without takeover"]
"""The two of content have no other faults"""
MODEL = "simulated"
PERSONAS: Mapping[str, Sequence[str]] = {
    "vixen": (CLONE, *LOCAL),
    "spark": (CLONE, UPSTREAM, *LOCAL),
    "gremlin": (UPSTREAM, *LOCAL),
    "plain": LOCAL,
}
CLIENTS: Sequence[tuple[str, Manner, str]] = (
    *((f"robot{number}", "robot", persona) for number, persona in enumerate((*PERSONAS, *PERSONAS))),
    ("curl", "file", "vixen"),
    ("browser", "stream", "spark"),
    ("batch", "burst", "gremlin"),
)
CLONED = tuple(persona for persona, engines in PERSONAS.items() if engines[0] == CLONE)
EASE = 5.0
ADMITTED = 12
"""Texts at the same time"""
ENDS = 600.0
"""Seconds after the last question in which all has to be over"""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run, and what tells whether another one was the same."""

    evidence: Evidence
    log: str
    """SHA-256 of all that happened, in its order"""


def judged(seed: int, hours: float, *, content: bool = False) -> Figures:
    """A seed's run, beside that of an oracle who knows its faults.

    `content`: texts and voices come out wrong, and nothing else.
    """
    variants: tuple[Variant, Variant] = (
        ("content", "oracle of content") if content else ("as it is", "oracle")
    )
    found, best = (simulate(seed, hours, variant).evidence for variant in variants)
    return figures_of(replace(found, own_voice_share=_cloned_share(found) / _cloned_share(best)))


def _cloned_share(evidence: Evidence) -> float:
    """Of all sentences that were spoken, those in the cloned voice."""
    engines = [row.engine for several in evidence.book.answers.values() for row in several[0].ledger]
    return engines.count(CLONE) / len(engines)


def simulate(seed: int, hours: float, variant: Variant = "as it is") -> Recorded:
    """Hours of virtual time."""
    with _quiet():
        return run(_World(seed, hours * 3600, variant).run())


class _World:
    def __init__(self, seed: int, seconds: float, variant: Variant) -> None:
        self._seed, self._seconds, self._variant = seed, seconds, variant
        everything = "content" not in variant
        self._schedule = seeded(seed, seconds, CLONE, UPSTREAM, LOCAL) if everything else Schedule(())
        self._content = Content(seed, seconds, CLONED)
        self._log = hashlib.sha256()
        self._book = Book()

    async def run(self) -> Recorded:
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        # What content costs is seen where nobody else's sentence is in the way.
        ease = EASE if "content" in self._variant else 1.0
        machine = Machine(CLONE, self._schedule, self._dice("worker"), self._content, ease)
        with patch.object(model_worker, "WorkerProcess", machine):
            clone = MlxEngine([MODEL], _no_clip)
            made: dict[str, Engine] = {CLONE: OutputGuardEngine(clone)}
            upstream = SimulatedEngine(UPSTREAM, self._schedule, self._dice(UPSTREAM), self._content)
            made[UPSTREAM] = OutputGuardEngine(upstream, any_language=True)
            made |= {name: SimulatedEngine(name, self._schedule, self._dice(name)) for name in LOCAL}
            watched = {
                name: WatchedEngine(engine, self._schedule, self._content_of(name), self._tell)
                for name, engine in made.items()
            }
            guarded = {name: self._guard(engine) for name, engine in watched.items()}
            await clone.start()
            pairs = [(each.engine, each.breaker) for each in guarded.values() if each.breaker]
            canaries = {
                asyncio.create_task(recover(pairs, clock=loop.time, interval=INTERVAL), name="canaries"),
                asyncio.create_task(recover_voices(list(guarded.values())), name="canaries of voices"),
            }
            async with asyncio.timeout(self._seconds + ENDS):
                await self._all_clients(guarded)
            for task in canaries:
                task.cancel()
            await asyncio.wait(canaries)
            # What was left by the last of them is let go by the worker at its next piece.
            await asyncio.sleep(10.0)
            busy = clone.status[MODEL]["state"] == "busy"
            for engine in made.values():
                await engine.close()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        open_sentences = sum(engine.open for engine in watched.values()) + busy
        evidence = Evidence(
            f"simulation {self._variant}",
            self._seed,
            self._book,
            {**({} if "content" in self._variant else self._schedule.counts()), **self._content.counts()},
            tuple(self._outages(watched)),
            tuple(
                recovery
                for name, engine in watched.items()
                for recovery in engine.recoveries(machine.able_from if name == CLONE else _at_once)
            ),
            sum(len(engine.probes) for engine in watched.values()),
            {"tasks": len(tasks), "sentences": open_sentences},
        )
        return Recorded(evidence, self._log.hexdigest())

    async def _all_clients(self, guarded: Mapping[str, GuardedEngine]) -> None:
        voices = {name: self._voice(name, guarded) for name in PERSONAS}
        admission = Admission(ADMITTED)
        async with asyncio.TaskGroup() as group:
            for name, manner, persona in CLIENTS:
                voice = voices[persona]
                client = Client(name, manner, voice, self._seed, self._book, admission, self._tell)
                group.create_task(client.live(self._seconds), name=name)

    def _voice(self, persona: str, guarded: Mapping[str, GuardedEngine]) -> Voice:
        engines = PERSONAS[persona]
        alone = self._variant == "without takeover"

        def chain() -> FallbackChain:
            own = self._content.voice(persona, self._clock())
            entries = [ChainEntry(guarded[engine], _spec(engine, persona, own)) for engine in engines]
            return FallbackChain(entries[:1] if alone else entries, last_resort=not alone)

        return Voice(persona, chain, frozenset(engines))

    def _content_of(self, engine: str) -> Content | None:
        return None if engine in LOCAL else self._content

    def _guard(self, engine: WatchedEngine) -> GuardedEngine:
        if "oracle" in self._variant:
            foreseen = ForeseenEngine(engine, self._schedule, self._content_of(engine.name))
            return GuardedEngine(foreseen, blame=FailureAttribution(self._clock))
        dice = self._dice(f"breaker {engine.name}").random
        engine.breaker = CircuitBreaker(engine.name, clock=self._clock, random=dice, listener=engine.changed)
        return GuardedEngine(engine, engine.breaker, blame=FailureAttribution(self._clock))

    def _outages(self, watched: Mapping[str, WatchedEngine]) -> Iterator[Outage]:
        # Whose listener left at that very moment was not failed by an engine; nobody else ends with them.
        left = {
            answer.ended
            for answers in self._book.answers.values()
            for answer in answers
            if answer.outcome is Outcome.CANCELLED
        }
        for window in self._schedule.windows:
            if window.dead:
                all_failed = watched[window.engine].failed(window)
                failed = [(asked, ended) for asked, ended in all_failed if ended not in left]
                spent, beside = spent_on(failed)
                yield Outage(window.engine, window.kind.value, window.began, spent, beside)

    def _dice(self, whose: str) -> random.Random:
        return random.Random(f"{self._seed} {whose}")

    def _tell(self, what: str) -> None:
        self._log.update(f"{self._clock():.6f} {what}\n".encode())


def _spec(engine: str, persona: str, own: str) -> VoiceSpec:
    if engine != CLONE:
        return VoiceSpec(engine, persona)
    return VoiceSpec(engine, persona, model_voice=ModelVoice(MODEL, own, instruct=own))


def _at_once(moment: float) -> float:
    return moment


async def _no_clip(voice: ModelVoice) -> Clip:
    raise AssertionError("these voices have no reference")


@contextmanager
def _quiet() -> Iterator[None]:
    """Thousands of faults are logged here; nobody needs to read of them."""
    levels = {logger: logger.level for logger in map(logging.getLogger, ("robotvoice", "gateway"))}
    try:
        for logger in levels:
            logger.setLevel(logging.CRITICAL + 1)
        yield
    finally:
        for logger, level in levels.items():
            logger.setLevel(level)
