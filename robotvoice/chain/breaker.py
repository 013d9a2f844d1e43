"""`CircuitBreaker`: whether an engine is worth asking, learned from how it did.

`acquire` hands out a `Permit`, which is settled when the outcome is known. No lock: one breaker, one thread.
"""

import enum
import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from robotvoice.errors import InvalidSettings
from robotvoice.ground.backoff import rest_after
from robotvoice.utterance import Reason

MAX_RESULTS = 1000  # kept, however many calls fall into the window


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens and how it closes again. Raises InvalidSettings."""

    consecutive_failures: int = 3
    window: float = 60.0
    """Seconds; an older result no longer counts"""
    minimum_calls: int = 6
    """Calls within `window` before `failure_rate` is looked at"""
    failure_rate: float = 0.5
    slow_rate: float = 0.8
    """Share of slow calls, again of at least `minimum_calls`"""
    open_for: float = 2.0
    """Seconds of the first opening, doubled with each further one in a row"""
    open_at_most: float = 30.0
    """Seconds, before jitter"""
    jitter: float = 0.2
    """Each opening lasts longer by up to this share, so that robots do not all come back at once"""
    lease: float = 10.0
    """Seconds a canary may take before the next one may go"""
    canaries_to_close: int = 2

    def __post_init__(self) -> None:
        bounds: dict[str, tuple[float, float]] = {
            **dict.fromkeys(("consecutive_failures", "minimum_calls", "canaries_to_close"), (1, MAX_RESULTS)),
            **dict.fromkeys(("window", "open_for", "open_at_most", "lease"), (0.001, 86_400)),
            **dict.fromkeys(("failure_rate", "slow_rate"), (0.001, 1)),
            "jitter": (0, 1),
        }
        for field, (least, most) in bounds.items():
            if not least <= (found := getattr(self, field)) <= most:
                raise InvalidSettings(f"Breaker: {field} must be from {least} to {most}, not {found}.")


DEFAULTS = BreakerSettings()


log = logging.getLogger(__name__)


class State(enum.Enum):
    """CLOSED lets users through, OPEN nobody, HALF_OPEN one canary at a time.

    A forced state stays until somebody ends it, whatever happens meanwhile.
    """

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    FORCED_OPEN = "forced_open"
    FORCED_CLOSED = "forced_closed"


LETS_USERS_THROUGH = frozenset({State.CLOSED, State.FORCED_CLOSED})


class Verdict(enum.Enum):
    """How a call ended."""

    OK, SLOW, FAILED = range(3)


@dataclass(frozen=True, slots=True)
class BreakerChange:
    """What a listener is told, after the change."""

    name: str
    old: State
    new: State
    reason: Reason | None
    """Why the breaker had opened; None when it closed"""
    at: float
    """In the breaker's clock. A wait that ended is told when it is noticed, with the time it was due."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What outlives a process, so that the next one does not ask a dead engine again."""

    opened_until: float
    """In the breaker's clock"""
    opened: int
    """How many times in a row; 0: closed, the rest means nothing"""
    reason: Reason | None


_NEVER_OPENED = Remembered(0.0, 0, None)
_NO_LEASE = -math.inf


class _Result(NamedTuple):
    """How a call ended."""

    at: float
    number: int
    begun: int
    """Calls that had been begun by then"""
    verdict: Verdict


class Permit:
    """Leave for one call. It settles once, and counts for nothing once the breaker has changed."""

    __slots__ = ("_breaker", "_generation", "_number")

    def __init__(self, breaker: "CircuitBreaker", generation: int, number: int) -> None:
        self._breaker = breaker
        self._generation = generation
        self._number = number

    def ok(self, *, slow: bool = False) -> None:
        """The engine delivered; `slow`: nearly too late."""
        if self._settle():
            self._breaker._ok(self._number, slow)

    def fail(self, reason: Reason, *, proven: bool = False) -> None:
        """The engine is at fault; `proven`: by more than this call, so that it opens at once."""
        if self._settle():
            self._breaker._fail(self._number, reason, proven)

    def ignore(self) -> None:
        """Nothing was learned: the client left, the input was bad, the engine refused without fault."""
        if self._settle():
            self._breaker._lease_until = _NO_LEASE

    def forbid(self, reason: Reason) -> None:
        """The engine will refuse everybody until somebody has done something about it."""
        if self._settle():
            self._breaker.force(State.FORCED_OPEN, reason)

    def _settle(self) -> bool:
        generation, self._generation = self._generation, -1  # matches none: settled
        return generation == self._breaker._generation


class CircuitBreaker:
    """Opens on failures in a row, on their rate or on that of slow calls; closes after good canaries only.

    A row ends with a success of a call that was begun after its first failure; one from before tells nothing.

    The rules are looked at when a call fails or is slow, over the results of the last `window` seconds. A
    canary that is slow is no good one: it opens the breaker again. `clock` gives
    seconds, `random` a number from 0 to 1. `listener` runs inside the call that changed the state; what it
    raises is logged. With `remembered` the breaker goes on where another left off, in the same clock.
    """

    def __init__(
        self,
        name: str,
        settings: BreakerSettings = DEFAULTS,
        *,
        clock: Callable[[], float] = time.monotonic,
        random: Callable[[], float] = random.random,
        listener: Callable[[BreakerChange], None] | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self._clock = clock
        self._random = random
        self._listener = listener
        self._state = State.CLOSED
        self._generation = 0
        self._results: deque[_Result] = deque(maxlen=MAX_RESULTS)
        self._begun = 0
        self._opening = _NEVER_OPENED
        self._lease_until, self._good_canaries = _NO_LEASE, 0
        self._forced_for: Reason | None = None
        if remembered is not None and remembered.opened > 0:
            now = clock()
            # Further away than any opening lasts, or not a number: the clock was set back since. Due now.
            possible = remembered.opened_until - now <= settings.open_at_most * (1 + settings.jitter)
            self._opening = remembered if possible else replace(remembered, opened_until=now)
            self._state = State.OPEN

    @property
    def state(self) -> State:
        """OPEN becomes HALF_OPEN by itself when its time is over, with or without traffic."""
        if self._state is State.OPEN and self._clock() >= self._opening.opened_until:
            self._enter(State.HALF_OPEN, self._opening.opened_until)
        return self._state

    @property
    def reason(self) -> Reason | None:
        """Why it opened last, or was forced to; None while closed."""
        return self._forced_for or self._opening.reason

    @property
    def retry_after(self) -> float:
        """Seconds until it is half-open; 0.0 when it is closed or half-open already."""
        return max(0.0, self._opening.opened_until - self._clock()) if self.state is State.OPEN else 0.0

    @property
    def opened(self) -> int:
        """How often it opened since it was closed; 0 while closed. The n-th lasts 2**(n-1) x `open_for`."""
        return self._opening.opened

    def acquire(self) -> Permit | None:
        """A permit for a user's call; None unless closed: users never pass half-open."""
        return self._permit() if self._state in LETS_USERS_THROUGH else None

    def acquire_canary(self) -> Permit | None:
        """A permit for a canary; None unless half-open with no other canary out.

        After its lease a canary can still fail but no longer be good; once replaced it counts for nothing.
        """
        now = self._clock()
        if self.state is not State.HALF_OPEN or now < self._lease_until:
            return None
        self._lease_until = now + self.settings.lease
        self._generation += 1
        return self._permit()

    def half_open_now(self) -> None:
        """Ends the wait of an open breaker: the other side is back. Nothing happens in another state."""
        if self.state is State.OPEN:
            now = self._clock()
            self._opening = replace(self._opening, opened_until=now)
            self._enter(State.HALF_OPEN, now)

    def force(self, state: Literal[State.FORCED_OPEN, State.FORCED_CLOSED], reason: Reason) -> None:
        """Stays so until `leave_to_itself`; what engines do meanwhile counts for nothing."""
        self._opening = _NEVER_OPENED
        self._forced_for = reason
        self._enter(state, self._clock())

    def leave_to_itself(self) -> None:
        """Closed, with a clean slate, whatever it was."""
        self._forced_for, self._opening = None, _NEVER_OPENED
        self._results.clear()
        if self._state is not State.CLOSED:
            self._enter(State.CLOSED, self._clock())

    def remember(self) -> Remembered:
        """For the breaker of the next process; needs a clock that both share, such as `time.time`."""
        return self._opening

    def _permit(self) -> Permit:
        self._begun += 1
        return Permit(self, self._generation, self._begun)

    def _ok(self, number: int, slow: bool) -> None:
        now = self._clock()
        if self._state is State.CLOSED:
            self._results.append(_Result(now, number, self._begun, Verdict.SLOW if slow else Verdict.OK))
            if slow and self._is_slow(now):
                self._open(now, self._slow())
            return
        if slow and self._state is State.HALF_OPEN:
            self._open(now, self._slow())
            return
        if now < self._lease_until:
            self._good_canaries += 1
        self._lease_until = _NO_LEASE
        if self._good_canaries >= self.settings.canaries_to_close:
            self._opening = _NEVER_OPENED
            self._enter(State.CLOSED, now)

    def _fail(self, number: int, reason: Reason, proven: bool) -> None:
        now = self._clock()
        if self._state is State.CLOSED:
            self._results.append(_Result(now, number, self._begun, Verdict.FAILED))
            if not (proven or self._is_sick(now)):
                return
        if self._state is not State.FORCED_CLOSED:
            self._open(now, reason)

    def _open(self, now: float, reason: Reason) -> None:
        settings, opened = self.settings, self._opening.opened + 1
        wait = rest_after(opened, settings.open_for, settings.open_at_most)
        until = now + wait * (1 + settings.jitter * self._random())
        self._opening = Remembered(until, opened, reason)
        self._enter(State.OPEN, now)

    def _is_sick(self, now: float) -> bool:
        settings, results = self.settings, self._recent(now)
        too_many = self._share(results, Verdict.FAILED) >= settings.failure_rate
        return too_many or _row(results) >= settings.consecutive_failures

    def _is_slow(self, now: float) -> bool:
        return self._share(self._recent(now), Verdict.SLOW) >= self.settings.slow_rate

    def _recent(self, now: float) -> "deque[_Result]":
        while now - self._results[0].at > self.settings.window:
            self._results.popleft()
        return self._results

    def _share(self, results: "deque[_Result]", of: Verdict) -> float:
        """0.0 for less than the minimum of calls."""
        if len(results) < self.settings.minimum_calls:
            return 0.0
        return sum(result.verdict is of for result in results) / len(results)

    def _slow(self) -> Reason:
        return Reason("slow", f"{self.name} begins to speak too late, again and again")

    def _enter(self, new: State, at: float) -> None:
        old, self._state = self._state, new
        self._generation += 1
        self._results.clear()
        self._lease_until, self._good_canaries = _NO_LEASE, 0
        if self._listener is not None:
            try:
                self._listener(BreakerChange(self.name, old, new, self.reason, at))
            except Exception:
                log.exception("the listener of a breaker failed", extra={"breaker": self.name})


def _row(results: Iterable[_Result]) -> int:
    """Failures in a row up to the last result."""
    row = begun = 0
    for result in results:
        if result.verdict is Verdict.FAILED:
            begun = begun if row else result.begun
            row += 1
        elif result.number > begun:
            row = 0
    return row
