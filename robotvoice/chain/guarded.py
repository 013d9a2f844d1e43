"""An engine behind its circuit breaker, how soon it sounds, and the entries that a chain is made of."""

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from robotvoice.chain.breaker import LETS_USERS_THROUGH, CircuitBreaker, State
from robotvoice.chain.failure_attribution import FailureAttribution
from robotvoice.engines.base import READY, Engine, Readiness, legible_of
from robotvoice.persona import VoiceSpec
from robotvoice.text import apply_lexicon
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence

KEPT = 200
ENOUGH = 20
"""Sentences after which a percentile says something"""
LEAST_CAP = 0.6
"""Seconds; below it a cap would tell of the machine's other work, not of the engine"""
MARGIN = 2.0


class FirstAudio:
    """Of one engine. Seconds from when it is asked to its first sound, failures left out."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=KEPT)

    def add(self, seconds: float) -> None:
        self._seconds.append(seconds)

    def percentile(self, share: float) -> float:
        """0.0 while nothing was measured."""
        ordered = sorted(self._seconds)
        return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)))] if ordered else 0.0

    def cap(self, longest: float) -> float:
        """What an engine may take before it counts as hung: twice its 99th percentile, at most `longest`."""
        if len(self._seconds) < ENOUGH:
            return longest
        return min(longest, max(LEAST_CAP, MARGIN * self.percentile(0.99)))


class Settles(Protocol):
    """What a try reports to: a breaker's permit, or nobody."""

    def ok(self, *, slow: bool = False) -> None: ...
    def fail(self, reason: Reason, *, proven: bool = False) -> None: ...
    def ignore(self) -> None: ...
    def forbid(self, reason: Reason) -> None: ...


class _Unguarded:
    """For engines without a breaker, the last resort past an open one, and the clip of a single request."""

    def ok(self, *, slow: bool = False) -> None: ...
    def fail(self, reason: Reason, *, proven: bool = False) -> None: ...
    def ignore(self) -> None: ...
    def forbid(self, reason: Reason) -> None: ...


UNGUARDED = _Unguarded()


@dataclass(frozen=True, slots=True)
class GuardedEngine:
    """An engine of this process and its one breaker; what only plays from disk has none."""

    engine: Engine
    breaker: CircuitBreaker | None = None
    first_audio: FirstAudio = field(default_factory=FirstAudio)
    blame: FailureAttribution = field(default_factory=FailureAttribution)

    @property
    def first_audio_cap(self) -> float:
        """Seconds after which no first chunk counts as a failure: less than its engine's if it is quick."""
        cap = self.engine.first_audio_cap
        return cap if self.engine.signs_of_life else self.first_audio.cap(cap)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        """Ready if the engine is, its breaker lets users through and the voice is not given a rest."""
        readiness = self.engine.readiness(voice)
        breaker = self.breaker
        if readiness and breaker and breaker.state not in LETS_USERS_THROUGH:
            reason = breaker.reason or Reason("open", f"{self.engine.name} has an open breaker")
            return Readiness(reason, None if self.forced_open else breaker.retry_after)
        return readiness and self.blame.readiness(voice)

    @property
    def forced_open(self) -> bool:
        """Whether it is not to be asked, not even if there is nobody else."""
        return self.breaker is not None and self.breaker.state is State.FORCED_OPEN

    def acquire(self, voice: VoiceSpec) -> Settles | None:
        """None when the breaker does not let a user through.

        What becomes of the clip of a single request, well or not, tells nobody else anything.
        """
        permit = self.breaker.acquire() if self.breaker else UNGUARDED
        if permit and voice.ad_hoc:
            permit.ignore()
            return UNGUARDED
        return permit


@dataclass(frozen=True, slots=True)
class ChainEntry:
    """One way to speak; the first of a chain is the persona's own voice."""

    guarded: GuardedEngine
    voice: VoiceSpec
    recalls: bool = False
    """True: plays what it holds of the voice of the entry after it, and passes over the rest in silence"""
    for_later: Callable[[Sentence, VoiceSpec], None] | None = None
    """Makes a sentence that came too late when nobody waits, so that it is there the next time"""

    @property
    def engine(self) -> Engine:
        return self.guarded.engine

    def readiness(self) -> Readiness:
        return self.guarded.readiness(self.voice)

    def acquire(self) -> Settles | None:
        """Leave for one try."""
        return self.guarded.acquire(self.voice)

    def doubt(self, sentence: Sentence) -> Readiness:
        """Ready, or why just this sentence is better spoken by another one."""
        return READY if self.recalls else self.guarded.blame.doubt(self.voice, self.legible(sentence).text)

    def given(self, sentence: Sentence) -> Sentence:
        """As its engine is to be given it."""
        text = self.legible(sentence).text
        return replace(sentence, text=text, take=self.guarded.blame.take(self.voice, text))

    def legible(self, sentence: Sentence) -> Legible:
        """What it would say of a sentence, its lexicon applied."""
        return legible_of(self.engine, apply_lexicon(sentence.text, self.voice.lexicon), self.voice)

    def make_for_later(self, sentence: Sentence) -> None:
        if self.for_later:
            self.for_later(self.given(sentence), self.voice)
