"""What one client is: it sends a text, hears what comes, and says how it ended."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aiohttp import ClientError

from proofs.faults.answers import Answer
from proofs.faults.real.listening import Listener
from robotvoice.utterance import Outcome, Spoken

ANSWER_WITHIN = 30.0
"""Seconds; whoever has no end by then was left without one"""
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
    """What a client was told so far."""

    listener: Listener
    outcome: Outcome = Outcome.ERROR
    why: str = "no end came"
    ledger: tuple[Spoken, ...] = ()
    takeovers: int = 0

    def ends(self, outcome: Outcome, why: str = "") -> None:
        self.outcome, self.why = outcome, why


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
    told = Told(Listener(clock))
    began = clock()
    try:
        async with asyncio.timeout(ANSWER_WITHIN):
            await client.speak(text, told)
    except TimeoutError:
        told.ends(Outcome.ERROR, f"no end within {ANSWER_WITHIN:g} s")
    except (OSError, EOFError, ClientError) as error:
        told.ends(Outcome.ERROR, f"{type(error).__name__}: {error}")
    listener = told.listener
    answer = Answer(
        told.outcome,
        clock(),
        listener.first_voiced,
        told.ledger,
        takeovers=told.takeovers,
        gap=listener.gap,
        why=told.why,
    )
    return Heard(text, client.dialect, began, answer, listener.seconds)
