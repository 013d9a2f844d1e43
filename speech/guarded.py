"""An engine behind its circuit breaker, and the entries that a persona's chain is made of."""

from dataclasses import dataclass
from typing import Protocol

from speech.breaker import LETS_USERS_THROUGH, CircuitBreaker, State
from speech.engines.base import Engine, Readiness
from speech.persona import VoiceSpec
from speech.utterance import Reason


class Settles(Protocol):
    """What a try reports to: a breaker's permit, or nobody."""

    def ok(self, *, slow: bool = False) -> None: ...
    def fail(self, reason: Reason) -> None: ...
    def ignore(self) -> None: ...


class _Unguarded:
    """For engines without a breaker, and for the last resort past an open one."""

    def ok(self, *, slow: bool = False) -> None: ...
    def fail(self, reason: Reason) -> None: ...
    def ignore(self) -> None: ...


UNGUARDED = _Unguarded()


@dataclass(frozen=True, slots=True)
class GuardedEngine:
    """An engine of this process and its one breaker; what only plays from disk has none."""

    engine: Engine
    breaker: CircuitBreaker | None = None

    def readiness(self, voice: VoiceSpec) -> Readiness:
        """Ready if the engine is and its breaker lets users through."""
        readiness = self.engine.readiness(voice)
        breaker = self.breaker
        if readiness and breaker and breaker.state not in LETS_USERS_THROUGH:
            reason = breaker.reason or Reason("open", f"{self.engine.name} is being given a rest")
            forced = breaker.state is State.FORCED_OPEN
            return Readiness(reason, None if forced else breaker.retry_after)
        return readiness

    def acquire(self) -> Settles | None:
        """None when the breaker does not let a user through."""
        return self.breaker.acquire() if self.breaker else UNGUARDED


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One way to speak; the first of a chain is the persona's own voice."""

    guarded: GuardedEngine
    voice: VoiceSpec
    recalls: bool = False
    """True: plays what it holds of the voice of the entry after it, and passes over the rest in silence"""

    @property
    def engine(self) -> Engine:
        return self.guarded.engine

    def readiness(self) -> Readiness:
        return self.guarded.readiness(self.voice)
