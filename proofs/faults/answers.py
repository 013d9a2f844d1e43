"""What was asked of a gateway and what came back, as its clients saw it. Times in seconds of one clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from robotvoice.chain.breaker import DEFAULTS
from robotvoice.utterance import Outcome, Spoken


@dataclass(frozen=True, slots=True)
class Request:
    """One text that a client sent."""

    id: str
    sentences: int
    engines: frozenset[str]
    """Of the persona's entries: who may speak it"""
    at: float
    budget: float
    """Until the first sound of the answer"""
    urgent: bool = False
    whole: bool = False
    """One file, which is nothing before it is whole: the budget is for all of it"""


@dataclass(frozen=True, slots=True)
class Rendition:
    """One go at one sentence, as it was heard."""

    sentence: int
    """Which sentence the sound itself says it is; -1: none of this text"""
    engine: str
    samples: int
    """Without what a broken one is let fade with"""
    whole: bool
    """It was heard to the sentence's last sample"""


@dataclass(frozen=True, slots=True)
class Answer:
    """All that one client heard and was told of one request."""

    outcome: Outcome
    ended: float
    first_voiced: float | None = None
    """When the first sample came that can be heard; None: there was none"""
    ledger: tuple[Spoken, ...] = ()
    heard: tuple[Rendition, ...] | None = None
    """In their order; None where the sound cannot tell"""
    takeovers: int = 0
    gap: float = 0.0
    """The longest time for which a listener who plays it at once heard nothing inside a sentence"""
    gap_between: float = 0.0
    """The same between two sentences"""
    why: str = ""
    """It was not spoken, as its client was told"""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time for which an engine could not speak, and the users' sentences that were spent on it."""

    engine: str
    kind: str
    began: float
    spent: int
    """Until three had failed, and all that were asked for after that"""
    beside: int = 0
    """On their way when the third failed: nobody could know"""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The way back of an engine whose breaker was not closed when it could speak again."""

    engine: str
    healthy: float
    """When it could speak again"""
    allowed_until: float
    """When the breaker's own delay was over"""
    closed: float
    probes: float
    """Seconds that two probes take, with the wait before each"""

    @property
    def late(self) -> float:
        """Seconds by which the breaker closed later than its delay and two probes explain."""
        return max(0.0, self.closed - max(self.healthy, self.allowed_until) - self.probes)


@dataclass(slots=True)
class Book:
    """Requests are written down when they are sent, answers when they end; what is missing was lost."""

    sent: dict[str, Request] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)

    def send(self, request: Request) -> None:
        assert request.id not in self.sent, "ids are given once"
        self.sent[request.id] = request

    def end(self, request_id: str, answer: Answer) -> None:
        self.answers.setdefault(request_id, []).append(answer)


def spent_on(failed: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """`Outage.spent` and `beside`, from when each sentence was asked for and when it was known to fail."""
    known_dead = DEFAULTS.consecutive_failures
    if len(failed) <= known_dead:
        return len(failed), 0
    known = sorted(end for _, end in failed)[known_dead - 1]
    spent = known_dead + sum(asked >= known for asked, _ in failed)
    return spent, len(failed) - spent


def first_audio(request: Request, answer: Answer | None) -> float | None:
    """Seconds from the request to the first sample to be heard; infinite for what was lost.

    None for who was refused, or left before the answer was due.
    """
    if answer is None:
        return math.inf
    if answer.first_voiced is not None:
        lost = answer.outcome in (Outcome.INCOMPLETE, Outcome.ERROR)
        return math.inf if lost else answer.first_voiced - request.at
    if answer.outcome is Outcome.REFUSED:
        return None
    if answer.outcome is Outcome.CANCELLED:
        waited = answer.ended - request.at
        return waited if waited > request.budget else None
    return math.inf
