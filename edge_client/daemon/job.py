"""A text on its way to the loudspeaker, from the moment it is asked for to its end."""

import asyncio
import math
from dataclasses import dataclass, field

from edge_client.personas.known_personas import KnownPersona
from edge_client.playback.utterance_playback import Heard
from robotvoice.errors import RobotVoiceError
from robotvoice.utterance import Priority, Reason, Sentence
from robotvoice.voice_warnings import VoiceWarnings


@dataclass(slots=True, eq=False)
class Job:
    """What the daemon was asked to say. Times are in seconds of the speaker's clock."""

    id: str
    persona: KnownPersona
    absent: Reason | None
    """Why the gateway need not be asked"""
    sentences: tuple[Sentence, ...]
    priority: Priority
    asked_at: float
    begin_by: float = math.inf
    """Not to be said if nothing of it was heard by then"""
    number: int = 0
    """Of two with the same priority the smaller one goes first"""
    position: int = 0
    """The first sentence that may not have been heard to its end"""
    begun_at: float | None = None
    """When its first sound was handed over"""
    heard: Heard | None = None
    setbacks: int = 0
    """How often the loudspeaker was lost before it got any further"""
    error: RobotVoiceError | None = None
    """Why it was not spoken to its end"""
    language: str | None = None
    """A tag that is asked for; None: the persona's own"""
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def warnings(self) -> VoiceWarnings:
        """What of the request is not followed, as far as it is known by now."""
        return self.sentences[0].asked.warnings

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    @property
    def rank(self) -> tuple[int, int]:
        return self.priority, self.number

    def end(self, error: RobotVoiceError | None) -> None:
        self.error = error
        self._ended.set()

    async def wait(self) -> Heard:
        """Returns when it was spoken. Raises why it was not."""
        await self._ended.wait()
        if self.error:
            raise self.error
        assert self.heard is not None, "what was spoken was heard"
        return self.heard

    def hear(self, turn: Heard) -> None:
        """Adds a turn to those before."""
        assert self.begun_at is not None, "what was heard has begun"
        self.heard = self.heard.and_then(turn) if self.heard else turn
        self.heard.first_audio = self.begun_at
