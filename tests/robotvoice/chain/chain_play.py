"""Plays a scenario to a chain as it is, or as it was changed, and tells it as the model does."""

import importlib
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from robotvoice.chain.breaker import BreakerSettings, CircuitBreaker, State
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted, TakenOver
from robotvoice.engines.base import READY, Readiness
from robotvoice.errors import EmptyText, EngineFailure
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence, Utterance
from tests.fakes.scripted_engine import ScriptedEngine
from tests.robotvoice.chain.chain import GONE
from tests.robotvoice.chain.chain_model import Event
from tests.robotvoice.chain.chain_scenario import PATIENCE, STALL, Actor, Scenario

MODULES = (
    *("budget", "silence_and_fade", "failure_attribution", "guarded", "attempt"),
    *("legibility", "candidates", "fallback", "ahead", "whole_file"),
)
"""All that a chain is made of; each imports only from those before it"""
ABSENT = Readiness(Reason("absent", "it is absent"))
LEFT_OUT = Reason("left_out", "the caller has left it out")
LONG = 86_400.0

Parts = Mapping[str, Any]


def named(module: str) -> str:
    room = "sound" if module == "silence_and_fade" else "chain"
    return f"robotvoice.{room}.{module}"


def source_of(module: str) -> str:
    import robotvoice

    folders = named(module).split(".")[1:]
    return Path(robotvoice.__path__[0], *folders).with_suffix(".py").read_text(encoding="utf-8")


def as_it_is() -> Parts:
    return {name: importlib.import_module(named(name)) for name in MODULES}


def changed(module: str, source: str) -> Parts:
    """Fresh modules that know each other, one of them with another source; those in use stay as they are."""
    names = [named(name) for name in MODULES]
    in_use = {name: importlib.import_module(name) for name in names}
    made: dict[str, ModuleType] = {}
    try:
        for name in MODULES:
            full = named(name)
            made[name] = sys.modules[full] = ModuleType(full)
            code = source if name == module else source_of(name)
            exec(compile(code, f"<changed {named(name)}>", "exec"), made[name].__dict__)
    finally:
        sys.modules.update(in_use)
    return made


class Reader(ScriptedEngine):
    """Reads what its actor reads."""

    actor: Actor

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        return self.actor.legible(text)


class Notes:
    """A permit that writes down each time it is settled."""

    def __init__(self, permit: Any, actor: int, settled: list[tuple[int, str, str]]) -> None:
        self._permit, self._actor, self._settled = permit, actor, settled

    def ok(self, *, slow: bool = False) -> None:
        self._settled.append((self._actor, "slow" if slow else "ok", ""))
        self._permit.ok(slow=slow)

    def fail(self, reason: Reason, *, proven: bool = False) -> None:
        self._settled.append((self._actor, "fail", reason.code))
        self._permit.fail(reason, proven=proven)

    def ignore(self) -> None:
        self._settled.append((self._actor, "ignore", ""))
        self._permit.ignore()

    def forbid(self, reason: Reason) -> None:
        self._settled.append((self._actor, "forbid", reason.code))
        self._permit.forbid(reason)


class NotedBreaker(CircuitBreaker):
    actor: int
    settled: list[tuple[int, str, str]]

    def acquire(self) -> Any:
        permit = super().acquire()
        return permit and Notes(permit, self.actor, self.settled)


def breaker(actor: int, failures: int, state: State) -> NotedBreaker:
    settings = BreakerSettings(
        consecutive_failures=failures, window=LONG, minimum_calls=1000, open_for=LONG, open_at_most=LONG
    )
    made = NotedBreaker(str(actor), settings, clock=lambda: 0.0)
    made.actor, made.settled = actor, []
    if state in (State.OPEN, State.HALF_OPEN):
        while permit := CircuitBreaker.acquire(made):
            permit.fail(GONE)
        if state is State.HALF_OPEN:
            made.half_open_now()
    elif state in (State.FORCED_OPEN, State.FORCED_CLOSED):
        made.force(state, GONE)
    assert made.state is state
    return made


@dataclass
class Stage:
    """A chain, its engines, and what they wrote down."""

    chain: Any
    engines: list[ScriptedEngine]
    settled: list[tuple[int, str, str]]
    for_later: list[tuple[int, int]]
    guarded: list[Any]
    utterance: Utterance

    @property
    def asked(self) -> list[tuple[int, int, float]]:
        """By actor in order of their numbers, not of time."""
        return [
            (actor, sentence.index, round(sentence.asked.start_by, 6))
            for actor, engine in enumerate(self.engines)
            for sentence in engine.given
        ]


def stage(scenario: Scenario, parts: Parts) -> Stage:
    settled: list[tuple[int, str, str]] = []
    for_later: list[tuple[int, int]] = []
    engines: list[ScriptedEngine] = []
    guarded = []
    for number, actor in enumerate(scenario.actors):
        engine = Reader(
            str(number),
            *actor.scripts,
            readiness=READY if actor.ready else ABSENT,
            first_audio_cap=actor.cap,
            start_estimate=actor.estimate,
        )
        engine.actor = actor
        engine.factor, engine.signs_of_life = actor.factor, actor.signs
        door = None
        if number or not scenario.recalls:
            door = breaker(number, actor.failures, actor.door)
            door.settled = settled
        engines.append(engine)
        blame = parts["failure_attribution"].FailureAttribution(lambda: 0.0)
        guarded.append(parts["guarded"].GuardedEngine(engine, door, blame=blame))

    def note(entry: int) -> Any:
        return lambda sentence, voice: for_later.append((entry, sentence.index))

    entries = [
        parts["guarded"].ChainEntry(
            guarded[actor], VoiceSpec(str(actor)), recalls=scenario.recalls and not at, for_later=note(at)
        )
        for at, actor in enumerate(scenario.entries)
    ]
    chain = parts["fallback"].FallbackChain(
        entries, stall=STALL, patience=PATIENCE, last_resort=scenario.last_resort
    )
    sentences = tuple(Sentence(at, text) for at, text in enumerate(scenario.texts))
    spoken = Utterance("utterance-1", "vixen", "en", sentences)
    return Stage(chain, engines, settled, for_later, guarded, spoken)


def speaking(scenario: Scenario, parts: Parts, on: Stage) -> AsyncGenerator[ChainEvent, None]:
    events: AsyncGenerator[ChainEvent, None] = on.chain.speak(
        on.utterance,
        start_at=scenario.start_at,
        why=LEFT_OUT if scenario.start_at else None,
        repeat_heard=scenario.repeat_heard,
        budget=parts["budget"].Budget(scenario.first_audio, scenario.whole),
    )
    return events


async def story(events: AsyncGenerator[ChainEvent, None], leave_after: int | None = None) -> list[Event]:
    """All events, or so many."""
    told: list[Event] = []
    async with aclosing(events):
        while leave_after is None or len(told) < leave_after:
            try:
                told.append(as_tuple(await anext(events)))
            except StopAsyncIteration:
                break
    return told


async def whole_file(scenario: Scenario, parts: Parts, on: Stage) -> Event:
    try:
        file = await parts["whole_file"].speak_whole(on.chain, on.utterance, within=scenario.whole)
    except EngineFailure as failure:
        return ("failed", failure.reason)
    except EmptyText:
        return ("failed", "script")
    return (file.entry, tuple(map(as_tuple, file.chunks)), tuple(map(row_of, file.spoken)))


def as_tuple(event: ChainEvent) -> Event:
    if isinstance(event, SentenceStarted):
        why = event.substitute.code if event.substitute else None
        return ("start", event.sentence, event.entry, int(event.origin.engine), why)
    if isinstance(event, TakenOver):
        return ("takeover", event.sentence, int(event.from_engine), int(event.to_engine), event.reason.code)
    if isinstance(event, AudioChunk):
        last = int.from_bytes(event.pcm[-2:], "little", signed=True)
        return ("sound", int(event.origin.engine), last, event.samples)
    assert isinstance(event, Ended)
    return (
        event.outcome.value,
        tuple(map(row_of, event.spoken)),
        event.reason.code if event.reason else None,
    )


def row_of(row: Any) -> Event:
    return (
        row.sentence,
        int(row.engine),
        row.samples,
        row.substitute.code if row.substitute else None,
        row.repeated,
    )
