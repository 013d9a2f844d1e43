"""`CircuitBreaker`: whether an engine is worth asking, learned from how it did.

Two-step and synchronous: `acquire` hands out a `Permit`, the permit is settled when the outcome is known.
There is no lock, so one breaker belongs to one thread.
"""

import enum
import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from speech.errors import InvalidSettings
from speech.utterance import Reason

log = logging.getLogger(__name__)

MOST_RESULTS = 1000
"""How many results a breaker remembers at most."""


class State(enum.Enum):
    """CLOSED lets users through, OPEN nobody, HALF_OPEN one canary at a time."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerSettings:
    """When a breaker opens and how it closes again. Raises InvalidSettings."""

    consecutive_failures: int = 3
    window: float = 60.0
    """Seconds after which a result no longer counts"""
    minimum_calls: int = 6
    """Calls within `window` before `failure_rate` is looked at"""
    failure_rate: float = 0.5
    open_for: float = 2.0
    """Seconds of the first opening; doubled with each further one in a row"""
    open_at_most: float = 30.0
    """Seconds, before jitter"""
    jitter: float = 0.2
    """Up to this share is added to each opening, so that robots do not all come back at once"""
    lease: float = 10.0
    """Seconds a canary may take before the next one may go"""
    canaries_to_close: int = 2

    def __post_init__(self) -> None:
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise InvalidSettings(f"Breaker: {name} must be from {least} to {most}, not {value}.")
        if self.open_at_most < self.open_for:
            raise InvalidSettings(f"Breaker: open_at_most must be at least open_for, {self.open_for}.")


_BOUNDS: dict[str, tuple[float, float]] = {
    "consecutive_failures": (1, MOST_RESULTS),
    "window": (0.001, 86_400),
    "minimum_calls": (1, MOST_RESULTS),
    "failure_rate": (0.001, 1),
    "open_for": (0.001, 86_400),
    "open_at_most": (0.001, 86_400),
    "jitter": (0, 1),
    "lease": (0.001, 86_400),
    "canaries_to_close": (1, MOST_RESULTS),
}

DEFAULTS = BreakerSettings()


@dataclass(frozen=True, slots=True)
class BreakerChange:
    """What a listener is told, after the change."""

    name: str
    old: State
    new: State
    reason: Reason | None
    """Why the breaker had opened; None when it closed"""
    at: float
    """In the breaker's clock. A half-opening is told when it is noticed, with the time it was due."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What outlives a process: enough that the next one does not ask a dead engine again."""

    opened_until: float
    """In the breaker's clock; means nothing while `opened` is 0"""
    opened: int
    """0: closed"""
    reason: Reason | None


_SETTLED = -1
_NO_LEASE = -math.inf
_MOST_DOUBLINGS = 64  # 2.0 ** 1024 raises, and an engine that is gone overnight gets that far


class Permit:
    """Leave for one call. It settles once; a permit older than the breaker's last change counts for nothing."""

    __slots__ = ("_breaker", "_generation")

    def __init__(self, breaker: "CircuitBreaker", generation: int) -> None:
        self._breaker = breaker
        self._generation = generation

    def ok(self) -> None:
        """The engine delivered."""
        generation, self._generation = self._generation, _SETTLED
        self._breaker._settle_ok(generation)

    def fail(self, reason: Reason) -> None:
        """The engine is at fault."""
        generation, self._generation = self._generation, _SETTLED
        self._breaker._settle_fail(generation, reason)

    def ignore(self) -> None:
        """Nothing was learned: the client left, the input was bad, the engine refused without fault."""
        generation, self._generation = self._generation, _SETTLED
        self._breaker._settle_ignore(generation)


class CircuitBreaker:
    """Opens on failures in a row or on their rate; closes after good canaries only.

    Both rules are looked at when a call fails, over the results of the last `window` seconds. `clock` gives
    seconds, `random` a number from 0 to 1. `listener` runs inside the call that changed the state; what it
    raises is logged. With `remembered` the breaker goes on where another left off, in the same clock.
    """

    __slots__ = (
        "_clock", "_generation", "_good_canaries", "_lease_until", "_listener", "_name", "_opened",
        "_opened_until", "_random", "_reason", "_results", "_settings", "_state",
    )  # fmt: skip

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
        self._name = name
        self._settings = settings
        self._clock = clock
        self._random = random
        self._listener = listener
        self._state = State.CLOSED
        self._generation = 0
        self._results: deque[tuple[float, bool]] = deque(maxlen=MOST_RESULTS)  # (at, failed)
        self._opened = 0
        self._opened_until = 0.0
        self._reason: Reason | None = None
        self._lease_until = _NO_LEASE
        self._good_canaries = 0
        if remembered is not None and remembered.opened > 0:
            self._restore(remembered)

    @property
    def name(self) -> str:
        return self._name

    @property
    def settings(self) -> BreakerSettings:
        return self._settings

    @property
    def state(self) -> State:
        """OPEN becomes HALF_OPEN by itself when its time is over, with or without traffic."""
        if self._state is State.OPEN and self._clock() >= self._opened_until:
            self._enter(State.HALF_OPEN, self._opened_until)
        return self._state

    @property
    def reason(self) -> Reason | None:
        """Why it opened last; None while closed."""
        return self._reason

    @property
    def retry_after(self) -> float:
        """Seconds until it is half-open; 0.0 when it is closed or half-open already."""
        if self.state is not State.OPEN:
            return 0.0
        return max(0.0, self._opened_until - self._clock())

    @property
    def opened(self) -> int:
        """How often it opened since it was last closed; 0 while closed. Opening n lasts 2**(n-1) x `open_for`."""
        return self._opened

    def acquire(self) -> Permit | None:
        """A permit for a user's call; None unless closed: users never pass half-open."""
        if self._state is not State.CLOSED:
            return None
        return Permit(self, self._generation)

    def acquire_canary(self) -> Permit | None:
        """A permit for a canary; None unless half-open with no other canary out.

        After its lease a canary may be replaced, and then counts for nothing. Until then it may still fail,
        but an ok comes too late to count.
        """
        if self.state is not State.HALF_OPEN:
            return None
        now = self._clock()
        if now < self._lease_until:
            return None
        self._lease_until = now + self._settings.lease
        self._generation += 1
        return Permit(self, self._generation)

    def half_open_now(self) -> None:
        """Ends the wait of an open breaker: the other side is back. Nothing happens in another state."""
        if self.state is State.OPEN:
            self._opened_until = self._clock()
            self._enter(State.HALF_OPEN, self._opened_until)

    def remember(self) -> Remembered:
        """What to hand to the breaker of the next process; needs a clock both share, such as `time.time`."""
        return Remembered(self._opened_until, self._opened, self._reason)

    def _restore(self, remembered: Remembered) -> None:
        now = self._clock()
        longest = self._settings.open_at_most * (1 + self._settings.jitter)
        # Further away than any opening lasts (or NaN): the clock was set back since, so the wait is void.
        due = remembered.opened_until if remembered.opened_until - now <= longest else now
        self._state = State.OPEN
        self._opened = remembered.opened
        self._opened_until = due
        self._reason = remembered.reason

    def _settle_ok(self, generation: int) -> None:
        if generation != self._generation:
            return
        now = self._clock()
        if self._state is State.CLOSED:
            self._results.append((now, False))
            return
        in_time = now < self._lease_until
        self._lease_until = _NO_LEASE
        if in_time:
            self._good_canaries += 1
        if self._good_canaries >= self._settings.canaries_to_close:
            self._close(now)

    def _settle_fail(self, generation: int, reason: Reason) -> None:
        if generation != self._generation:
            return
        now = self._clock()
        if self._state is State.CLOSED:
            self._results.append((now, True))
            if not self._trips(now):
                return
        self._open(now, reason)

    def _settle_ignore(self, generation: int) -> None:
        if generation == self._generation:
            self._lease_until = _NO_LEASE

    def _trips(self, now: float) -> bool:
        settings, results = self._settings, self._results
        while now - results[0][0] > settings.window:
            results.popleft()
        in_a_row = 0
        for _, failed in reversed(results):
            if not failed:
                break
            in_a_row += 1
        if in_a_row >= settings.consecutive_failures:
            return True
        failures = sum(failed for _, failed in results)
        return len(results) >= settings.minimum_calls and failures / len(results) >= settings.failure_rate

    def _open(self, now: float, reason: Reason) -> None:
        settings = self._settings
        wait = min(settings.open_for * 2.0 ** min(self._opened, _MOST_DOUBLINGS), settings.open_at_most)
        self._opened += 1
        self._opened_until = now + wait * (1 + settings.jitter * self._random())
        self._reason = reason
        self._enter(State.OPEN, now)

    def _close(self, now: float) -> None:
        self._opened = 0
        self._opened_until = 0.0
        self._reason = None
        self._enter(State.CLOSED, now)

    def _enter(self, new: State, at: float) -> None:
        old, self._state = self._state, new
        self._generation += 1
        self._results.clear()
        self._lease_until = _NO_LEASE
        self._good_canaries = 0
        if self._listener is None:
            return
        try:
            self._listener(BreakerChange(self._name, old, new, self._reason, at))
        except Exception:
            log.exception("the listener of a breaker failed", extra={"breaker": self._name})
