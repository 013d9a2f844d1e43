"""Nine clients, each of which listens to the end of a text and sends the next one, until told to stop."""

import asyncio
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from aiohttp import ClientError

from proofs.faults.answers import Book, Request
from proofs.faults.real import texts
from proofs.faults.real.clients import Client, Dialect, Heard, Text, hear
from proofs.faults.real.over_http import HttpClient
from proofs.faults.real.over_websocket import SocketClient
from proofs.faults.real.robot import Robot
from proofs.faults.real.world import ECHO, ENTRIES, LOCAL, OWN, PLAIN, RASP, WIRE
from robotvoice.persona import FIRST_AUDIO_BUDGET, WHOLE_ANSWER_BUDGET

WHO: Sequence[tuple[Dialect, str]] = (
    ("websocket", ECHO),
    ("websocket", WIRE),
    ("websocket", RASP),
    ("robot", ECHO),
    ("robot", WIRE),
    ("synthesize", ECHO),
    ("synthesize", PLAIN),
    ("speech", ECHO),
    ("speech", WIRE),
)
CANCELLED = 0.15
"""Share of the texts that are cancelled"""
LEAVES: Sequence[Callable[[random.Random], float]] = (
    lambda rng: rng.uniform(0.003, 0.01),
    lambda rng: rng.uniform(0.01, 0.6),
)
"""Seconds after which such a client has had enough: before most answers begin, or while they are spoken"""
SAID_AGAIN = 0.1
"""Share of the texts that were said before"""
TOO_MUCH, OF = 3, 8
"""Of so many texts of a client this one is too much for the model"""
PAUSE = (0.1, 0.6)
"""Seconds between the end of a text and the next one"""
AGAIN_AFTER = 0.5
"""Seconds after which a client that has lost its connection tries again"""


@dataclass(slots=True)
class Traffic:
    """What was sent and heard."""

    book: Book = field(default_factory=Book)
    heard: list[Heard] = field(default_factory=list)

    async def run(
        self, url: str, seed: int, stop: asyncio.Event, who: Iterable[tuple[Dialect, str]] = WHO
    ) -> None:
        """Returns when each has heard the end of its last text after `stop`."""
        async with asyncio.TaskGroup() as group:
            for number, (dialect, persona) in enumerate(who):
                rng = random.Random(f"{seed} {number}")
                name = f"{dialect}-{number}"
                group.create_task(self._speak(url, name, dialect, persona, rng, stop), name=name)

    async def _speak(
        self, url: str, name: str, dialect: Dialect, persona: str, rng: random.Random, stop: asyncio.Event
    ) -> None:
        client = client_of(dialect, url)
        # A whole file has no sound before its end.
        whole = dialect == "synthesize"
        budget = WHOLE_ANSWER_BUDGET if whole else FIRST_AUDIO_BUDGET
        engines = frozenset({OWN[persona], LOCAL}) if dialect == "robot" else ENTRIES[persona]
        now = asyncio.get_running_loop().time
        said: list[tuple[Sequence[int], Sequence[str]]] = []
        number = 0
        try:
            while not stop.is_set():
                try:
                    async with asyncio.timeout(AGAIN_AFTER * 10):
                        await client.connect()
                except (OSError, TimeoutError, ClientError):
                    await asyncio.sleep(AGAIN_AFTER)
                    continue
                number += 1
                again = said and rng.random() < SAID_AGAIN
                chosen, sentences = (
                    rng.choice(said) if again else texts.text(rng, too_much=number % OF == TOO_MUCH)
                )
                said.append((chosen, sentences))
                leaves = rng.choice(LEAVES)(rng) if rng.random() < CANCELLED else None
                text = Text(f"{name}-{number}", persona, chosen, sentences, leaves)
                self.book.send(Request(text.id, len(sentences), engines, now(), budget, whole=whole))
                heard = await hear(client, text, now)
                self.heard.append(heard)
                plays_on = (heard.answer.first_voiced or now()) + heard.seconds - now()
                await asyncio.sleep(max(0.0, plays_on) + rng.uniform(*PAUSE))
        finally:
            await client.close()


def client_of(dialect: Dialect, url: str) -> Client:
    match dialect:
        case "websocket":
            return SocketClient(url)
        case "robot":
            return Robot(url, FIRST_AUDIO_BUDGET)
        case _:
            return HttpClient(dialect, url)
