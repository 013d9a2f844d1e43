"""An engine behind its circuit breaker, and the entries that a persona's chain is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from robotvoice.chain.blame import Blame
from robotvoice.chain.breaker import LETS_USERS_THROUGH, CircuitBreaker, State
from robotvoice.chain.first_audio import FirstAudio
from robotvoice.engines.base import READY, Engine, Readiness, legible_of
from robotvoice.persona import VoiceSpec
from robotvoice.text import apply_lexicon
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence


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
    blame: Blame = field(default_factory=Blame)

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
