"""What a fallback chain tells while it speaks."""

from dataclasses import dataclass
from typing import TypeAlias

from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.utterance import Outcome, Reason, Spoken


@dataclass(frozen=True, slots=True)
class SentenceStarted:
    """Comes before the first chunk of a sentence; when it comes again, the sentence is repeated."""

    sentence: int
    entry: int
    origin: Origin
    format: AudioFormat
    substitute: Reason | None
    """Why it is not the persona's own voice, None if it is"""
    recalled: bool = False
    """Whether it is played by an entry that recalls, and not made now"""


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Comes before `SentenceStarted` when another entry goes on, or when part of the sentence was heard."""

    sentence: int
    from_engine: str
    to_engine: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event. `reason` says why it is not complete."""

    outcome: Outcome
    spoken: tuple[Spoken, ...]
    reason: Reason | None = None


ChainEvent: TypeAlias = SentenceStarted | TakenOver | AudioChunk | Ended
