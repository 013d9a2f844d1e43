"""What is to be spoken, sentence by sentence, and the ledger of what was spoken by whom."""

import enum
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from robotvoice.voice_warnings import IGNORED, VoiceWarnings

PriorityName: TypeAlias = Literal["urgent", "dialogue", "story", "background"]
"""As it is typed, and as it goes over the wire"""
LONGEST_DEADLINE = 24 * 3600.0
"""Seconds from now in which a text may have to begin, at most"""


class Priority(enum.IntEnum):
    """What goes first where one sentence is spoken at a time; a smaller number goes before a larger one."""

    URGENT = 0
    DIALOGUE = 1
    STORY = 2
    BACKGROUND = 3
    """Nobody listens: canaries, phrases that are made in advance, what came too late"""

    @property
    def word(self) -> PriorityName:
        return _NAMES[self]


_NAMES: tuple[PriorityName, ...] = get_args(PriorityName)
PRIORITIES: Mapping[str, Priority] = {name: Priority(at) for at, name in enumerate(_NAMES)}


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """By whom a sentence is asked for, how urgently, how fast it is to be, and until when it is of use."""

    client: str = ""
    """Whose turns are shared out fairly; an address or a connection, never shown"""
    priority: Priority = Priority.DIALOGUE
    start_by: float = math.inf
    """When its first sound is too late, in the clock of the event loop"""
    abandoned: Callable[[], bool] = _never
    """Whether by now nobody waits for it: it goes on only as long as nobody else wants to speak"""
    speed: float = 1.0
    """How many times as fast as the voice is by itself, 0.25 to 4; not every voice can"""
    warnings: VoiceWarnings = field(default=IGNORED, compare=False, repr=False)
    """Who does not follow something says so here"""


NO_CLIENT = RequestOptions()


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of work. `text` is cleaned and holds no control characters."""

    index: int
    text: str
    asked: RequestOptions = NO_CLIENT
    pause: float = 0.0
    """Seconds of silence that the text asks for after it; no engine knows of it"""
    take: int = 0
    """How many tries at it went wrong: an engine that rolls dice is to roll others for each"""


@dataclass(frozen=True, slots=True)
class Utterance:
    """A text that is spoken as one, already cleaned and split."""

    id: str
    persona: str
    language: str
    sentences: tuple[Sentence, ...]


class Outcome(enum.Enum):
    """How an utterance ended. Never a quiet end."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something did not go the first way: a stable code and a sentence for a person."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """One row of the ledger: a sentence, by whom, and why not by the persona's own voice."""

    sentence: int
    engine: str
    voice: str
    settings: Mapping[str, int] = field(default_factory=dict)
    samples: int = 0
    sample_rate: int = 0
    """Hz"""
    stored: bool = False
    substitute: Reason | None = None
    """None: the persona's own voice"""
    repeated: bool = False
    """True when part of this sentence had been heard before another attempt took it over"""
