"""The breaker against its contract told a second time, the slow and simple way, over random histories."""

from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import speech.breaker
from speech.breaker import State
from speech.utterance import Reason

# Time is counted in ticks of 1/64 s and the shares are powers of two: all sums are exact, so that
# histories can hit every limit to the tick.
TICK = 1 / 64
SECOND = 64
IN_A_ROW, WINDOW, MINIMUM, RATE, SLOW_RATE = 3, 16 * SECOND, 6, 0.5, 0.75
OPEN_FOR, OPEN_AT_MOST, JITTER, LEASE, CANARIES = 2 * SECOND, 8 * SECOND, 0.25, 4 * SECOND, 2
STARTED = 1000 * SECOND
"""A clock starts somewhere, so that it can be set back."""


@dataclass
class Model:
    """Keeps everything that happened since the last change and works it out anew each time."""

    now: int = STARTED
    random: float = 0.0
    state: str = "closed"
    reason: Reason | None = None
    until: int = 0
    opened: int = 0
    calls: set[int] = field(default_factory=set)
    canary: int | None = None
    canary_sent: int = 0
    good_canaries: int = 0
    results: list[tuple[int, str]] = field(default_factory=list)
    told: list[tuple[str, str, Reason | None, int]] = field(default_factory=list)

    def change(self, new: str, at: int) -> None:
        self.told.append((self.state, new, self.reason, at))
        self.state, self.calls, self.results = new, set(), []
        self.canary, self.good_canaries = None, 0

    def notice_time(self) -> None:
        if self.state == "open" and self.until <= self.now:
            self.change("half_open", self.until)

    def wants_canary(self) -> bool:
        return self.state == "half_open" and (self.canary is None or self.now - self.canary_sent >= LEASE)

    def settle(self, number: int, verdict: str, reason: Reason) -> None:
        if number in self.calls:
            self.calls.remove(number)
            self.results.append((self.now, verdict))
            if (verdict == "fail" and self.is_sick()) or (verdict == "slow" and self.is_slow()):
                self.open(SLOW if verdict == "slow" else reason)
        elif number == self.canary:
            in_time = self.now - self.canary_sent < LEASE
            self.canary = None
            if verdict in ("fail", "slow"):
                self.open(SLOW if verdict == "slow" else reason)
            elif verdict == "ok" and in_time:
                self.good_canaries += 1
                if self.good_canaries == CANARIES:
                    self.opened, self.reason = 0, None
                    self.change("closed", self.now)

    def is_sick(self) -> bool:
        recent = self.recent()
        in_a_row = 0
        for verdict in recent:
            in_a_row = in_a_row + 1 if verdict == "fail" else 0
        return in_a_row >= IN_A_ROW or (len(recent) >= MINIMUM and recent.count("fail") >= RATE * len(recent))

    def is_slow(self) -> bool:
        recent = self.recent()
        return len(recent) >= MINIMUM and recent.count("slow") >= SLOW_RATE * len(recent)

    def recent(self) -> list[str]:
        return [verdict for at, verdict in self.results if self.now - at <= WINDOW and verdict != "ignore"]

    def force(self, state: str, reason: Reason) -> None:
        self.opened, self.reason = 0, reason
        self.change(state, self.now)

    def end_force(self) -> None:
        if self.state.startswith("forced"):
            self.reason = None
            self.change("closed", self.now)

    def open(self, reason: Reason) -> None:
        wait = OPEN_FOR
        for _ in range(self.opened):
            wait = min(2 * wait, OPEN_AT_MOST)
        self.opened += 1
        self.until = self.now + int(wait * (1 + JITTER * self.random))
        self.reason = reason
        self.change("open", self.now)

    def limits(self) -> list[int]:
        """When something changes by itself."""
        if self.state == "open":
            return [self.until]
        if self.canary is not None:
            return [self.canary_sent + LEASE]
        return [at + WINDOW for at, _ in self.results]

    def next_process(self, clock_jump: int) -> None:
        """What is left for the breaker that is restored after the clock was set by so many ticks."""
        self.now += clock_jump
        self.calls, self.results, self.canary, self.good_canaries, self.told = set(), [], None, 0, []
        if self.state != "closed":  # of a forced state nothing is left
            self.state = "open"
            if self.until - self.now > OPEN_AT_MOST * (1 + JITTER):
                self.until = self.now


SLOW = Reason("slow", "engine begins to speak too late, again and again")
VERDICTS = ["ok", "ok", "fail", "fail", "slow", "ignore", "runs on", "runs on"]


class BreakerMachine(RuleBasedStateMachine):
    """Does the same to both and compares all that can be seen."""

    module: ModuleType = speech.breaker

    @initialize()
    def start(self) -> None:
        self.model = Model()
        self.permits: list[Any] = []
        self.running: list[int] = []
        self.breaker = self.make(None)

    def make(self, remembered: Any) -> Any:
        settings = self.module.BreakerSettings(
            consecutive_failures=IN_A_ROW,
            window=WINDOW * TICK,
            minimum_calls=MINIMUM,
            failure_rate=RATE,
            slow_rate=SLOW_RATE,
            open_for=OPEN_FOR * TICK,
            open_at_most=OPEN_AT_MOST * TICK,
            jitter=JITTER,
            lease=LEASE * TICK,
            canaries_to_close=CANARIES,
        )
        self.told: list[Any] = []
        return self.module.CircuitBreaker(
            "engine",
            settings,
            clock=lambda: self.model.now * TICK,
            random=lambda: self.model.random,
            listener=self.told.append,
            remembered=remembered,
        )

    def begin(self, permit: Any) -> int:
        self.permits.append(permit)
        self.running.append(len(self.permits) - 1)
        return self.running[-1]

    def settle(self, number: int, verdict: str) -> None:
        if verdict == "runs on":
            return
        permit, reason = self.permits[number], Reason("broken", f"call {number}")
        self.running.remove(number)
        if verdict == "fail":
            permit.fail(reason)
        elif verdict == "slow":
            permit.ok(slow=True)
        else:
            getattr(permit, verdict)()
        permit.fail(Reason("twice", "A permit settles once."))
        self.model.settle(number, verdict, reason)

    @precondition(lambda self: self.model.state == "closed")
    @rule(verdicts=st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=6))
    def users_call(self, verdicts: list[str]) -> None:
        for verdict in verdicts:
            permit = self.breaker.acquire()
            assert (permit is not None) == (self.model.state == "closed")
            if permit is not None:
                number = self.begin(permit)
                self.model.calls.add(number)
                self.settle(number, verdict)

    @precondition(lambda self: self.model.state == "closed" and not self.model.results)
    @rule(random=st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    def engine_dies(self, random: float) -> None:
        self.model.random = random
        self.users_call(["fail"] * IN_A_ROW)

    @precondition(lambda self: self.model.state == "closed" and not self.model.results)
    @rule(good=st.integers(0, 2))
    def engine_is_slow(self, good: int) -> None:
        self.users_call(["ok"] * good + ["slow"] * MINIMUM)

    @rule(state=st.sampled_from([State.FORCED_OPEN, State.FORCED_CLOSED]))
    def operator_forces_it(self, state: Any) -> None:
        reason = Reason("forced", f"the operator wants it {state.value}")
        self.breaker.force(getattr(self.module.State, state.name), reason)
        self.model.force(state.value, reason)

    @precondition(lambda self: self.model.state == "forced_closed")
    @rule(verdicts=st.lists(st.sampled_from(["ok", "fail", "slow", "ignore"]), min_size=1, max_size=8))
    def users_call_as_forced(self, verdicts: list[str]) -> None:
        for verdict in verdicts:
            permit = self.breaker.acquire()
            assert permit is not None
            self.settle(self.begin(permit), verdict)

    @rule()
    def operator_lets_go(self) -> None:
        self.breaker.end_force()
        self.model.end_force()

    @precondition(lambda self: self.model.state == "half_open")
    @rule(verdict=st.sampled_from(["ok", "ok", *VERDICTS]))
    def a_canary_flies(self, verdict: str) -> None:
        wanted = self.model.wants_canary()
        permit = self.breaker.acquire_canary()
        assert (permit is not None) == wanted
        if permit is not None:
            number = self.begin(permit)
            self.model.canary, self.model.canary_sent = number, self.model.now
            self.settle(number, verdict)

    @precondition(lambda self: self.model.wants_canary())
    @rule()
    def a_canary_hangs(self) -> None:
        self.a_canary_flies("runs on")
        self.model.now += LEASE

    @precondition(lambda self: self.running)
    @rule(back=st.integers(0, 3), verdict=st.sampled_from(VERDICTS))
    def a_late_verdict_comes(self, back: int, verdict: str) -> None:
        """The newer the likelier; also for permits of an older generation."""
        self.settle(self.running[max(-1 - back, -len(self.running))], verdict)

    @precondition(lambda self: self.model.limits())
    @rule(
        ticks=st.none() | st.integers(0, 5 * SECOND),
        off_by=st.sampled_from([0, 0, -1, 1]),
        which=st.integers(0, 5),
    )
    def time_passes(self, ticks: int | None, off_by: int, which: int) -> None:
        """By so many ticks, or up to where something is about to change."""
        limits = self.model.limits()
        limit = limits[which % len(limits)] + off_by
        self.model.now = max(self.model.now, limit) if ticks is None else self.model.now + ticks

    @precondition(lambda self: self.model.state == "open")
    @rule()
    def other_side_is_back(self) -> None:
        self.breaker.half_open_now()
        self.model.until = self.model.now

    @precondition(lambda self: self.model.state == "open")
    @rule(clock_jump=st.sampled_from([0, 1, 3 * SECOND, -1, -3 * SECOND, -6 * SECOND, -20 * SECOND]))
    def next_process_goes_on(self, clock_jump: int) -> None:
        self.model.next_process(clock_jump)
        self.breaker = self.make(self.breaker.remember())

    @invariant()
    def both_look_the_same(self) -> None:
        model, breaker = self.model, self.breaker
        model.notice_time()
        assert breaker.state.value == model.state
        assert breaker.retry_after == (max(0, model.until - model.now) * TICK if model.state == "open" else 0)
        assert (breaker.reason, breaker.opened) == (model.reason, model.opened)
        assert (breaker.acquire() is not None) == (model.state in ("closed", "forced_closed"))
        if model.state != "half_open":
            assert breaker.acquire_canary() is None
        if model.state != "open":
            breaker.half_open_now()
        told = [(change.old.value, change.new.value, change.reason, change.at) for change in self.told]
        assert told == [(old, new, reason, at * TICK) for old, new, reason, at in model.told]


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(
    max_examples=100,
    stateful_step_count=60,
    deadline=None,
    # A busy machine is no fault of the breaker.
    suppress_health_check=[HealthCheck.too_slow],
)
