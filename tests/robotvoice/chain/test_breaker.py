"""What a breaker promises, one story each; the model test covers the histories in between."""

import json
import logging
import math
from dataclasses import asdict
from typing import Any

import pytest

from robotvoice.chain.breaker import (
    MAX_RESULTS,
    BreakerChange,
    BreakerSettings,
    CircuitBreaker,
    Permit,
    Remembered,
    State,
)
from robotvoice.errors import InvalidSettings
from robotvoice.utterance import Reason

DIED = Reason("died", "the worker died")


class Clock:
    def __init__(self, now: float = 100.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker("clone", clock=clock, random=lambda: 0.0)


def call(breaker: CircuitBreaker) -> Permit:
    permit = breaker.acquire()
    assert permit is not None
    return permit


def canary(breaker: CircuitBreaker) -> Permit:
    permit = breaker.acquire_canary()
    assert permit is not None
    return permit


def fail_until_open(breaker: CircuitBreaker) -> None:
    while breaker.state is State.CLOSED:
        call(breaker).fail(DIED)


def test_an_outage_from_the_first_failure_to_the_last_canary(clock: Clock) -> None:
    changes: list[BreakerChange] = []
    breaker = CircuitBreaker("clone", clock=clock, random=lambda: 0.0, listener=changes.append)
    for _ in range(3):
        assert (breaker.state, breaker.reason, breaker.retry_after) == (State.CLOSED, None, 0.0)
        call(breaker).fail(DIED)
    assert (breaker.state, breaker.reason, breaker.opened) == (State.OPEN, DIED, 1)
    assert breaker.retry_after == 2.0
    assert breaker.acquire() is None
    assert breaker.acquire_canary() is None

    clock.now += 5
    assert breaker.acquire() is None, "users never pass half-open"
    assert (breaker.state, breaker.reason, breaker.retry_after) == (State.HALF_OPEN, DIED, 0.0)
    canary(breaker).ok()
    assert breaker.state is State.HALF_OPEN
    canary(breaker).ok()
    assert (breaker.state, breaker.reason, breaker.opened) == (State.CLOSED, None, 0)
    assert changes == [
        BreakerChange("clone", State.CLOSED, State.OPEN, DIED, 100.0),
        BreakerChange("clone", State.OPEN, State.HALF_OPEN, DIED, 102.0),
        BreakerChange("clone", State.HALF_OPEN, State.CLOSED, None, 105.0),
    ]


def test_back_off_doubles_up_to_its_limit_and_for_ever(clock: Clock, breaker: CircuitBreaker) -> None:
    """An engine that is gone for days must not drive the doubling out of a float's range."""
    fail_until_open(breaker)
    waits = [breaker.retry_after]
    for _ in range(2000):
        clock.now += breaker.retry_after
        canary(breaker).fail(DIED)
        waits.append(round(breaker.retry_after, 6))
    assert waits[:6] == [2, 4, 8, 16, 30, 30]
    assert set(waits[6:]) == {30}


def test_jitter_is_rolled_once_for_each_opening(clock: Clock) -> None:
    rolls = iter([0.5, 1.0])
    breaker = CircuitBreaker("clone", clock=clock, random=lambda: next(rolls))
    fail_until_open(breaker)
    assert [breaker.retry_after for _ in range(3)] == [pytest.approx(2.2)] * 3
    breaker.half_open_now()
    canary(breaker).fail(DIED)
    assert breaker.retry_after == pytest.approx(4.8)


def test_a_success_never_opens_even_if_it_completes_the_minimum_of_calls(breaker: CircuitBreaker) -> None:
    for verdict in "ffsff":
        call(breaker).ok() if verdict == "s" else call(breaker).fail(DIED)
    call(breaker).ok()
    assert (breaker.state, breaker.reason) == (State.CLOSED, None)
    call(breaker).fail(DIED)
    assert (breaker.state, breaker.reason) == (State.OPEN, DIED)


def test_memory_is_bounded_the_oldest_results_make_room(breaker: CircuitBreaker) -> None:
    for _ in range(5 * MAX_RESULTS):
        call(breaker).ok()
    for _ in range(MAX_RESULTS // 2):
        assert breaker.state is State.CLOSED
        call(breaker).ok()
        call(breaker).fail(DIED)
    assert breaker.state is State.OPEN


def test_a_call_that_outlived_an_outage_counts_for_nothing(clock: Clock, breaker: CircuitBreaker) -> None:
    before = [call(breaker) for _ in range(3)]
    fail_until_open(breaker)
    breaker.half_open_now()
    before[0].ok()
    before[1].fail(DIED)
    assert (breaker.state, breaker.opened) == (State.HALF_OPEN, 1)
    for _ in range(2):
        canary(breaker).ok()
    before[2].fail(DIED)
    for _ in range(2):
        call(breaker).fail(DIED)
    assert breaker.state is State.CLOSED


def test_a_stuck_canary_holds_up_the_next_one_for_its_lease_only(
    clock: Clock, breaker: CircuitBreaker
) -> None:
    fail_until_open(breaker)
    breaker.half_open_now()
    stuck = canary(breaker)
    clock.now += 9.75
    assert breaker.acquire_canary() is None
    clock.now += 0.25
    canary(breaker).ok()
    stuck.fail(DIED)
    assert breaker.state is State.HALF_OPEN


def test_a_canary_that_comes_home_after_its_lease_can_fail_but_not_be_good(
    clock: Clock, breaker: CircuitBreaker
) -> None:
    fail_until_open(breaker)
    breaker.half_open_now()
    for _ in range(3):
        slow = canary(breaker)
        clock.now += 10
        slow.ok()
    assert breaker.state is State.HALF_OPEN
    slow = canary(breaker)
    clock.now += 10
    slow.fail(DIED)
    assert (breaker.state, breaker.opened) == (State.OPEN, 2)


def test_a_listener_that_raises_is_logged_and_breaks_no_call(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def listener(change: BreakerChange) -> None:
        raise RuntimeError("the listener is broken")

    breaker = CircuitBreaker("clone", clock=clock, listener=listener)
    with caplog.at_level(logging.ERROR):
        fail_until_open(breaker)
        clock.now += 3
        assert (breaker.state, breaker.opened) == (State.HALF_OPEN, 1)
        for _ in range(2):
            canary(breaker).ok()
    assert (breaker.state, breaker.opened) == (State.CLOSED, 0)
    told = [(record.name, record.__dict__["breaker"]) for record in caplog.records]
    assert told == [("robotvoice.chain.breaker", "clone")] * 3


def test_a_listener_sees_the_breaker_already_changed(clock: Clock) -> None:
    seen: list[tuple[State, int, float]] = []

    def listener(change: BreakerChange) -> None:
        seen.append((watched.state, watched.opened, watched.retry_after))

    watched = CircuitBreaker("clone", clock=clock, random=lambda: 0.0, listener=listener)
    fail_until_open(watched)
    watched.half_open_now()
    assert seen == [(State.OPEN, 1, 2.0), (State.HALF_OPEN, 1, 0.0)]


def test_the_next_process_goes_on_from_a_file(clock: Clock, breaker: CircuitBreaker) -> None:
    fail_until_open(breaker)
    stored = json.loads(json.dumps(asdict(breaker.remember())))
    remembered = Remembered(stored["opened_until"], stored["opened"], Reason(**stored["reason"]))
    clock.now += 1.5
    after = CircuitBreaker("clone", clock=clock, random=lambda: 0.0, remembered=remembered)
    assert (after.state, after.reason, after.retry_after) == (State.OPEN, DIED, 0.5)
    assert after.acquire() is None
    clock.now += 0.5
    canary(after).fail(DIED)
    assert (after.opened, after.retry_after) == (2, 4.0)


@pytest.mark.parametrize("state", [State.CLOSED, State.OPEN, State.HALF_OPEN])
def test_what_is_remembered_restores_each_state(clock: Clock, breaker: CircuitBreaker, state: State) -> None:
    if state is not State.CLOSED:
        fail_until_open(breaker)
    if state is State.HALF_OPEN:
        breaker.half_open_now()
    after = CircuitBreaker("clone", clock=clock, remembered=breaker.remember())
    assert (after.state, after.opened, after.reason) == (state, breaker.opened, breaker.reason)


@pytest.mark.parametrize("opened_until", [137.0, 1e12, math.inf, math.nan, -math.inf])
def test_a_wait_that_no_breaker_would_set_is_over(clock: Clock, opened_until: float) -> None:
    """A machine without a battery clock starts in the past; its breakers must not stay open for years."""
    breaker = CircuitBreaker("clone", clock=clock, remembered=Remembered(opened_until, 1, DIED))
    assert breaker.state is State.HALF_OPEN
    canary(breaker).ok()


def test_the_longest_wait_there_is_can_be_remembered(clock: Clock) -> None:
    breaker = CircuitBreaker("clone", clock=clock, remembered=Remembered(136.0, 9, DIED))
    assert (breaker.state, breaker.retry_after) == (State.OPEN, 36.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"consecutive_failures": 0, "minimum_calls": 0, "canaries_to_close": 0, "jitter": -0.1},
        {"minimum_calls": MAX_RESULTS + 1, "failure_rate": 1.01, "jitter": 1.01},
        {"failure_rate": 0.0, "window": 0.0, "open_for": 0.0, "open_at_most": 0.0, "lease": 0.0},
        {"window": math.nan, "open_for": math.nan, "open_at_most": math.inf, "lease": math.inf},
    ],
)
def test_settings_that_cannot_work_are_refused_by_name(wrong: dict[str, Any]) -> None:
    for field, value in wrong.items():
        with pytest.raises(InvalidSettings, match=f"{field} must be from .* to .*, not {value}"):
            BreakerSettings(**{field: value})


@pytest.mark.parametrize(
    ("fields", "least", "most"),
    [
        (("consecutive_failures", "minimum_calls", "canaries_to_close"), 1, MAX_RESULTS),
        (("window", "open_for", "open_at_most", "lease"), 0.001, 86_400),
        (("failure_rate", "slow_rate"), 0.001, 1),
        (("jitter",), 0, 1),
    ],
)
def test_settings_may_be_what_their_bounds_say_and_nothing_beyond(
    fields: tuple[str, ...], least: float, most: float
) -> None:
    for field in fields:
        for value in (least, most):
            assert getattr(BreakerSettings(**{field: value}), field) == value  # type: ignore[arg-type]  # a table
        for value in (math.nextafter(least, -1), math.nextafter(most, math.inf)):
            with pytest.raises(InvalidSettings, match=field):
                BreakerSettings(**{field: value})  # type: ignore[arg-type]  # a table


def test_calls_that_are_nearly_too_late_open_it_in_the_end(breaker: CircuitBreaker) -> None:
    """Four of five; one that is slow now and then does nothing."""
    for slow in (True, False, False, True, False, False, False, False):
        call(breaker).ok(slow=slow)
    assert breaker.state is State.CLOSED
    while breaker.state is State.CLOSED:
        call(breaker).ok(slow=True)
    assert breaker.reason is not None and breaker.reason.code == "slow"


def test_a_forced_state_stays_whatever_happens_and_ends_with_a_clean_slate(
    clock: Clock, breaker: CircuitBreaker
) -> None:
    fail_until_open(breaker)
    wish = Reason("operator", "it is being repaired")
    breaker.force(State.FORCED_CLOSED, wish)
    for _ in range(10):
        call(breaker).fail(DIED)
    breaker.force(State.FORCED_OPEN, wish)
    clock.now += 1000
    assert (breaker.state, breaker.reason, breaker.opened) == (State.FORCED_OPEN, wish, 0)
    assert breaker.acquire() is None and breaker.acquire_canary() is None
    breaker.leave_to_itself()
    assert (breaker.state, breaker.reason) == (State.CLOSED, None)
    call(breaker).fail(DIED)
    assert breaker.state is State.CLOSED


def test_a_call_from_before_the_engine_broke_ends_no_row_of_failures(breaker: CircuitBreaker) -> None:
    early = call(breaker)
    for _ in range(2):
        call(breaker).fail(DIED)
    early.ok()
    call(breaker).fail(DIED)
    assert breaker.state is State.OPEN
