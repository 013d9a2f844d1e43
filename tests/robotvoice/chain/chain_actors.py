"""The actors of a scenario, each behind its door, told in one world without tasks whose clock is a number."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import reject

from robotvoice.chain.breaker import LETS_USERS_THROUGH, State
from robotvoice.errors import ContentFailure, EngineFailure, EngineForbidden, EngineUnavailable
from tests.robotvoice.chain.chain_scenario import STALL, Scenario


def later(one: float, other: float) -> bool:
    """What happens at the very same moment has no order: such a world tells nothing."""
    if (one != other and abs(one - other) < 1e-6) or one == other < math.inf:
        reject()
    return one > other


@dataclass
class Door:
    """A breaker, as far as a chain sees it."""

    state: State
    failures: int
    reason: str | None = None
    in_a_row: int = 0

    @property
    def lets_in(self) -> bool:
        return self.state in LETS_USERS_THROUGH

    def settle(self, verdict: str, reason: str) -> None:
        if verdict == "forbid":
            self.state, self.reason = State.FORCED_OPEN, reason
        elif self.state is State.CLOSED and verdict != "ignore":
            self.in_a_row = self.in_a_row + 1 if verdict == "fail" else 0
            if self.in_a_row == self.failures:
                self.state, self.reason = State.OPEN, reason


class Broke(Exception):
    """A try came to nothing: the verdict for the breaker and the reason."""

    def __init__(self, verdict: str, reason: str) -> None:
        super().__init__(verdict, reason)
        self.verdict, self.reason = verdict, reason


@dataclass
class Actors:
    """They speak one sentence at a time; what was written down is to be compared."""

    scenario: Scenario
    now: float = 0.0
    settled: list[tuple[int, str, str]] = field(default_factory=list)
    for_later: list[tuple[int, int]] = field(default_factory=list)
    asked: list[tuple[int, int, float]] = field(default_factory=list)
    """Actor, sentence, until when its sound is of use"""
    first_sounds: dict[int, float] = field(default_factory=dict)
    """By actor, the longest"""

    def __post_init__(self) -> None:
        self.doors = [
            Door(each.door, each.failures, None if each.door is State.CLOSED else "gone")
            for each in self.scenario.actors
        ]
        self.calls = [0] * len(self.scenario.actors)
        self.unguarded = {0} if self.scenario.recalls else set[int]()
        self.wrong: list[set[str]] = [set() for _ in self.scenario.actors]
        """By actor: the texts that came out wrong since it spoke well"""
        self.doubted: dict[tuple[int, str], str] = {}
        """Texts that an actor failed at, and how"""

    def attempt(
        self, number: int, sentence: int, limits: tuple[float, float], patience: float, guarded: bool
    ) -> Iterator[int]:
        """Samples, chunk by chunk. Raises Broke. What the breaker is told is written down, once."""
        verdict, reason = "ignore", ""
        try:
            yield from self.perform(number, sentence, limits, patience)
            verdict = self.praise(number, patience)
            self.wrong[number] = set()
            self.doubted.pop((number, self.given(number, sentence)), None)
        except Broke as problem:
            verdict = problem.verdict
            if verdict == "content":
                # There is one voice of each: nothing of this is ever the engine's fault.
                verdict = "ignore"
                self.wrong[number].add(self.given(number, sentence))
                self.doubted[number, self.given(number, sentence)] = problem.reason
            reason = "" if verdict == "ignore" else problem.reason
            raise
        finally:
            if guarded:
                self.settled.append((number, verdict, reason))
                self.doors[number].settle(verdict, reason)

    def given(self, number: int, sentence: int) -> str:
        """What an actor is given of a sentence: what it reads of it."""
        return self.scenario.actors[number].legible(self.scenario.texts[sentence]).text

    def praise(self, number: int, patience: float) -> str:
        actor = self.scenario.actors[number]
        slow = later(self.heard_after, 0.8 * max(actor.cap, patience))
        if not actor.signs:
            self.first_sounds[number] = max(self.first_sounds.get(number, 0.0), self.heard_after)
        return "slow" if slow and not actor.signs else "ok"

    def perform(
        self, number: int, sentence: int, limits: tuple[float, float], patience: float
    ) -> Iterator[int]:
        actor = self.scenario.actors[number]
        script = actor.scripts[min(self.calls[number], len(actor.scripts) - 1)]
        self.calls[number] += 1
        began, heard = self.now, False
        start_by, finish_by = began + limits[0], began + limits[1]
        self.asked.append((number, sentence, start_by))
        waits = max(actor.cap, patience)
        alive_until = began + waits
        for step in script:
            if isinstance(step, float):
                deadline = min(alive_until, finish_by, math.inf if heard else start_by)
                if later(self.now + step, deadline):
                    self.now = max(self.now, deadline)
                    if deadline == alive_until:
                        raise Broke("fail", "stalled")
                    fair = limits[0] >= 1.25 * actor.estimate
                    at_fault = fair and not actor.signs and deadline != finish_by
                    raise Broke("fail" if at_fault else "ignore", "too_late")
                self.now += step
            elif isinstance(step, int):
                if step and not heard:
                    heard, self.heard_after = True, self.now - began
                    waits = max(STALL, patience, 2.5 if actor.signs else 0.0)
                if step or actor.signs:
                    alive_until = self.now + waits
                if step:
                    yield step
            elif isinstance(step, EngineForbidden):
                raise Broke("forbid", step.reason)
            elif isinstance(step, ContentFailure):
                raise Broke("content", step.reason)
            elif isinstance(step, EngineFailure | EngineUnavailable):
                raise Broke("fail" if isinstance(step, EngineFailure) else "ignore", step.reason)
            else:
                raise Broke("fail", "crashed")
        if not heard:
            raise Broke("content", "no_audio")
