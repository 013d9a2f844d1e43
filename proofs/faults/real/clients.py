"""What one client is: it sends a text, hears what comes, and says how it ended."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from aiohttp import ClientError

from proofs.faults.answers import Answer
from robotvoice.utterance import Outcome, Spoken

ANSWER_WITHIN = 30.0
"""Seconds; whoever has no end by then was left without one"""
AUDIBLE = 200
"""Of 32768: what is louder can be heard"""
Dialect = Literal["websocket", "robot", "synthesize", "speech"]


@dataclass(frozen=True, slots=True)
class Text:
    """One request that is to be made."""

    id: str
    persona: str
    templates: Sequence[int]
    sentences: Sequence[str]
    cancel_after: float | None = None
    """Seconds"""

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


@dataclass(slots=True)
class Told:
    """What a client heard and was told so far; it plays what comes at once, as a loudspeaker would."""

    clock: Callable[[], float]
    outcome: Outcome = Outcome.ERROR
    why: str = "no end came"
    ledger: tuple[Spoken, ...] = ()
    takeovers: int = 0
    first_voiced: float | None = None
    """When the first sample that can be heard leaves the loudspeaker"""
    gap: float = 0.0
    """The longest silence because nothing had come"""
    seconds: float = 0.0
    """Of sound, in all"""
    _plays_until: float = 0.0
    _odd: bytes = b""

    def hears(self, pcm: bytes, rate: int) -> None:
        """PCM_16, mono, little-endian; half a sample waits for its other half."""
        now = self.clock()
        pcm = self._odd + pcm
        self._odd = pcm[len(pcm) // 2 * 2 :]
        samples = np.frombuffer(pcm, "<i2", len(pcm) // 2)
        if self.seconds and samples.size:
            self.gap = max(self.gap, now - self._plays_until)
        begins = max(now, self._plays_until)
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
        if self.first_voiced is None and loud.size:
            self.first_voiced = begins + int(loud[0]) / rate
        self._plays_until = begins + samples.size / rate
        self.seconds += samples.size / rate

    def ends(self, outcome: Outcome, why: str = "", ledger: tuple[Spoken, ...] = ()) -> None:
        self.outcome, self.why, self.ledger = outcome, why, ledger

    def answer(self) -> Answer:
        return Answer(
            self.outcome,
            self.clock(),
            self.first_voiced,
            self.ledger,
            takeovers=self.takeovers,
            gap=self.gap,
            why=self.why,
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """One request that has ended."""

    text: Text
    dialect: Dialect
    began: float
    answer: Answer
    seconds: float
    """Of sound, with what was said twice"""


class Client(Protocol):
    """Speaks one text at a time."""

    dialect: Dialect

    async def connect(self) -> None:
        """So that the time this takes is not the answer's; at once if it is connected. Raises as `speak`."""
        ...

    async def speak(self, text: Text, told: Told) -> None:
        """Up to its end. Raises OSError and aiohttp.ClientError when there was none."""
        ...

    async def close(self) -> None: ...


async def hear(client: Client, text: Text, clock: Callable[[], float]) -> Heard:
    """One text, whatever becomes of it."""
    told, began = Told(clock), clock()
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            await client.speak(text, told)
    except TimeoutError:
        told.ends(Outcome.ERROR, f"no end within {ANSWER_WITHIN:g} s")
    except (OSError, EOFError, ClientError) as error:
        told.ends(Outcome.ERROR, f"{type(error).__name__}: {error}")
    return Heard(text, client.dialect, began, told.answer(), told.seconds)
