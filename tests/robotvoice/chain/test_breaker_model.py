"""The breaker against its model over random histories."""

from types import ModuleType
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import robotvoice.chain.breaker
from robotvoice.chain.breaker import State
from robotvoice.utterance import Reason
from tests.robotvoice.chain.breaker_model import (
    CANARIES,
    IN_A_ROW,
    JITTER,
    LEASE,
    MINIMUM,
    OPEN_AT_MOST,
    OPEN_FOR,
    RATE,
    SECOND,
    SLOW_RATE,
    TICK,
    WINDOW,
    Model,
)

VERDICTS = ["ok", "ok", "ok", "fail", "fail", "fail", "slow", "ignore", "runs on", "runs on", "proven"]


class BreakerMachine(RuleBasedStateMachine):
    """Does the same to both and compares all that can be seen."""

    module: ModuleType = robotvoice.chain.breaker

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
        self.model.last = len(self.permits) - 1
        self.running.append(len(self.permits) - 1)
        return self.running[-1]

    def settle(self, number: int, verdict: str) -> None:
        if verdict == "runs on":
            return
        permit, reason = self.permits[number], Reason("broken", f"call {number}")
        self.running.remove(number)
        if verdict in ("fail", "proven"):
            permit.fail(reason, proven=verdict == "proven")
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
    @rule(fail_before=st.integers(0, 2), fail_after=st.integers(0, 2))
    def a_call_ends_well_among_failures(self, fail_before: int, fail_after: int) -> None:
        """It was begun before the first of them, or between them."""
        self.users_call(["fail"] * fail_before + ["runs on"] * 2)
        self.settle(self.running[-2], "fail")
        self.users_call(["fail"] * fail_after)
        self.settle(self.running[-1], "ok")
        self.users_call(["fail"] * 2)

    @precondition(lambda self: self.model.state == "closed" and not self.model.results)
    @rule(good=st.integers(0, 2))
    def engine_is_slow(self, good: int) -> None:
        self.users_call(["ok"] * good + ["slow"] * MINIMUM)

    # Seldom, or hardly any history would get far.
    @precondition(lambda self: len(self.permits) % 5 == 4)
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

    @precondition(lambda self: self.model.state.startswith("forced") or len(self.permits) % 5 == 4)
    @rule()
    def operator_lets_go(self) -> None:
        self.breaker.leave_to_itself()
        self.model.leave_to_itself()

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
