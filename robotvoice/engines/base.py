"""The seam of the whole project: an `Engine` turns one sentence into audio chunks."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.text.writing.scripts import Legible
from robotvoice.utterance import Reason, Sentence


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an engine can speak with a voice now. Not being ready is never a failure."""

    reason: Reason | None = None
    """None: ready"""
    retry_after: float | None = None
    """Seconds until it is worth asking again, None if unknown"""

    def __bool__(self) -> bool:
        return self.reason is None


READY = Readiness()


class Engine(Protocol):
    """Turns sentences into sound. Time-outs between chunks are the chain's business, not the engine's."""

    @property
    def name(self) -> str: ...

    @property
    def description(self) -> str:
        """What speaks, with its version, or why nothing does; for a person."""
        ...

    @property
    def first_audio_cap(self) -> float:
        """Seconds from the start of `speak` after which no first chunk counts as a failure."""
        ...

    async def start(self) -> None:
        """Makes it ready, in the background of everything else. What goes wrong is told by `readiness`."""
        ...

    @property
    def signs_of_life(self) -> bool:
        """True: it keeps its own deadlines and yields empty chunks meanwhile; each renews the chain's."""
        ...

    def readiness(self, voice: VoiceSpec) -> Readiness:
        """Ready, or why not. A bad voice concerns that voice only; must not block."""
        ...

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        """Seconds to the first sound if asked now, the wait for its turn included."""
        ...

    def real_time_factor(self, voice: VoiceSpec) -> float:
        """Wall time by audio time, about: below 1 is faster than real time."""
        ...

    def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        """Audio of one sentence as it is made; closing the generator cancels the work at once.

        A chunk without samples is a sign of life: an engine that waits or works gives one to be waited for.
        Raises EngineFailure (counted) or EngineUnavailable (not counted).
        """
        ...

    async def probe(self) -> None:
        """A canary: the cheapest real proof that the engine works. Raises EngineFailure."""
        ...

    async def close(self) -> None:
        """Ends everything the engine started; nothing of it is left running."""
        ...


class EngineBase:
    """What an engine need not say for itself: it is ready, keeps nobody waiting, and has nothing to end."""

    signs_of_life = False

    async def start(self) -> None:
        """There is nothing to make ready."""

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return READY

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return 0.0

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return 0.0

    async def probe(self) -> None:
        """There is nothing to prove."""

    async def close(self) -> None:
        """There is nothing to end."""


@runtime_checkable
class ReadsScripts(Protocol):
    """An engine of which it is known what its voices can read; any other one is given every text as it is."""

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        """What this voice would say of a text; must not block."""
        ...


@runtime_checkable
class TakesLanguage(Protocol):
    """An engine that can be told in which language a text is."""

    def takes_language(self, voice: VoiceSpec) -> bool:
        """Whether `VoiceSpec.language` changes what this voice says."""
        ...


def takes_language(engine: Engine, voice: VoiceSpec) -> bool:
    """Whether a voice of this engine can be told in which language a text is; models always can."""
    if isinstance(engine, TakesLanguage):
        return engine.takes_language(voice)
    return voice.model_voice is not None


def legible_of(engine: Engine, text: str, voice: VoiceSpec) -> Legible:
    """What a voice of this engine would say of a text."""
    return engine.legible(text, voice) if isinstance(engine, ReadsScripts) else Legible(text)
