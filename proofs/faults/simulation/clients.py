"""Eight robots and some programs: what they ask for, how they listen, and when they lose interest."""

import asyncio
import random
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Literal

from proofs.faults.answers import Book, Request
from proofs.faults.simulation.listener import Listener
from proofs.faults.simulation.sound import mark_of
from robotvoice.chain.ahead import ahead
from robotvoice.chain.budget import Budget
from robotvoice.chain.chain_events import Ended
from robotvoice.chain.fallback import FallbackChain
from robotvoice.chain.whole_file import speak_whole
from robotvoice.errors import EngineFailure, TooManyRequests
from robotvoice.http.admission import Admission
from robotvoice.utterance import Outcome, Priority, RequestOptions, Sentence, Utterance

FIRST_AUDIO_BUDGET = 2.0
WHOLE_ANSWER_BUDGET = 12.0
LEAD = 1.0
"""Seconds of sound that a robot has in hand at most; until it has played some it takes no more"""
PATIENCE = 300.0
"""Seconds after which an answer that has no end is given up as lost"""
CANCELS = 0.08
WORDS = (
    *("the", "robot", "rolls", "over", "a", "red", "carpet", "while", "seven", "small", "lamps", "blink"),
    *("and", "nobody", "knows", "who", "left", "the", "door", "open", "behind", "that", "old", "table"),
    *("where", "green", "cups", "stand", "in", "rows", "of", "three"),
)

Manner = Literal["robot", "stream", "file", "burst"]


@dataclass(frozen=True, slots=True)
class Voice:
    """A persona."""

    name: str
    chain: Callable[[], FallbackChain]
    """As it is now"""
    engines: frozenset[str]


@dataclass
class Client:
    """One of them, with its own dice: what it asks for does not depend on what it is answered."""

    name: str
    manner: Manner
    voice: Voice
    seed: int
    book: Book
    admission: Admission
    tell: Callable[[str], None]

    def __post_init__(self) -> None:
        self._rng = random.Random(f"{self.seed} {self.name}")
        self._clock = asyncio.get_running_loop().time
        self._sent = 0

    async def live(self, until: float) -> None:
        """Asks again and again; what is asked last is heard to its end."""
        rng = self._rng
        async with asyncio.TaskGroup() as others:
            await asyncio.sleep(rng.uniform(0.0, 5.0))
            while self._clock() < until:
                if self.manner == "burst":
                    for _ in range(6):
                        others.create_task(self._ask(rng.randint(1, 2), Priority.DIALOGUE), name=self.name)
                    await asyncio.sleep(rng.uniform(60.0, 180.0))
                    continue
                story = rng.random() < 0.2
                if story and self.manner == "robot" and rng.random() < 0.5:
                    others.create_task(self._interject(rng.uniform(0.5, 15.0)), name=self.name)
                if story:
                    await self._ask(rng.randint(5, 10), Priority.STORY)
                else:
                    await self._ask(rng.randint(1, 3), Priority.DIALOGUE)
                await asyncio.sleep(rng.expovariate(1 / 15.0))

    async def _interject(self, after: float) -> None:
        await asyncio.sleep(after)
        await self._ask(1, Priority.URGENT)

    async def _ask(self, count: int, priority: Priority) -> None:
        now = self._clock()
        self._sent += 1
        whole = self.manner in ("file", "burst")
        texts = self._texts(count)
        asked = RequestOptions(client=self.name, priority=priority)
        budget = WHOLE_ANSWER_BUDGET if whole else FIRST_AUDIO_BUDGET
        id = f"{self.name}-{self._sent}"
        request = Request(id, count, self.voice.engines, now, budget, priority is Priority.URGENT, whole)
        leaves = self._rng.uniform(0.1, 8.0) if self._rng.random() < CANCELS else PATIENCE
        self.book.send(request)
        self.tell(f"sent {id} {self.voice.name} {count} {priority.name.lower()}")
        sentences = tuple(Sentence(index, text, asked) for index, text in enumerate(texts))
        utterance = Utterance(id, self.voice.name, "en", sentences)
        listener = Listener(texts)
        outcome: Outcome | None = None
        try:
            with self.admission.admit():
                async with asyncio.timeout(leaves):
                    await (self._file if whole else self._stream)(utterance, listener)
        except TooManyRequests:
            outcome = Outcome.REFUSED
        except EngineFailure:
            outcome = Outcome.ERROR
        except TimeoutError:
            outcome = Outcome.CANCELLED if leaves < PATIENCE else Outcome.ERROR
        answer = listener.answer(self._clock(), outcome)
        self.book.end(id, answer)
        rows = ",".join(f"{row.engine}:{row.samples}" for row in answer.ledger)
        voiced = answer.first_voiced
        self.tell(f"ended {id} {answer.outcome.value} {rows} {voiced and round(voiced, 6)}")

    async def _stream(self, utterance: Utterance, listener: Listener) -> None:
        budget = Budget(first_audio=FIRST_AUDIO_BUDGET)
        speak = partial(self.voice.chain().speak, utterance, budget=budget)
        is_ahead = len(utterance.sentences) > 1 and self.manner == "robot"
        async with aclosing(ahead(speak) if is_ahead else speak()) as events:
            async for event in events:
                now = self._clock()
                listener.hears(event, now)
                if self.manner == "robot" and listener.plays_until is not None:
                    await asyncio.sleep(max(0.0, listener.plays_until - now - LEAD))

    async def _file(self, utterance: Utterance, listener: Listener) -> None:
        """Raises EngineFailure."""
        made = await speak_whole(self.voice.chain(), utterance, self._clock, within=WHOLE_ANSWER_BUDGET)
        for chunk in made.chunks:
            listener.hears(chunk, self._clock())
        listener.hears(Ended(Outcome.COMPLETE, made.spoken), self._clock())

    def _texts(self, count: int) -> tuple[str, ...]:
        """Sentences that sound different."""
        by_mark: dict[int, str] = {}
        while len(by_mark) < count:
            words = self._rng.choices(WORDS, k=self._rng.randint(3, 16))
            text = f"{' '.join(words)} {self._sent}."
            by_mark.setdefault(mark_of(text), text)
        return tuple(by_mark.values())
