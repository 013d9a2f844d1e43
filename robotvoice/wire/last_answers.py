"""The last whole answers, for a moment: who asks for a file in parts gets parts of one and the same file.

Made again it would be another one, if only by a few bytes. In memory, and never on disk.
"""

import asyncio
import hashlib
import json
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

KEPT_FOR = 120.0
"""Seconds"""
MOST_BYTES = 24 * 1024 * 1024
"""Of all of them; eight minutes of PCM"""


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """One file and what is said of it."""

    body: bytes
    headers: Mapping[str, str]
    etag: str = field(default_factory=lambda: f'"{uuid.uuid4().hex}"')
    """Names this file and no other; each is made once"""


def key_of(*asked: object) -> str:
    """Of what makes two requests ask for the same file; does not tell what that is."""
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()


class LastAnswers:
    """For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, most_bytes: int = MOST_BYTES) -> None:
        self._clock, self._most = clock, most_bytes
        self._kept: OrderedDict[str, tuple[float, LastAnswer]] = OrderedDict()
        """When it was made, and what, by its key; the oldest first"""
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}
        """Who makes a file just now, and how many want it"""

    def get(self, key: str) -> LastAnswer | None:
        self._forget()
        return self._kept[key][1] if key in self._kept else None

    def put(self, key: str, answer: LastAnswer) -> None:
        """One that is too large is not kept."""
        self._kept.pop(key, None)
        if len(answer.body) <= self._most:
            self._kept[key] = self._clock(), answer
            asyncio.get_running_loop().call_later(KEPT_FOR, self._forget)
        self._forget()

    def clear(self) -> None:
        """Forgets them all."""
        self._kept.clear()

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """One at a time makes the file with this key; who waited finds it."""
        lock, wanted = self._turns.get(key, (asyncio.Lock(), 0))
        self._turns[key] = lock, wanted + 1
        try:
            async with lock:
                yield
        finally:
            lock, wanted = self._turns.pop(key)
            if wanted > 1:
                self._turns[key] = lock, wanted - 1

    def _forget(self) -> None:
        """What is too old, and then the oldest while it is too much."""
        while self._kept:
            made_at, _ = next(iter(self._kept.values()))
            if (
                self._clock() - made_at < KEPT_FOR
                and sum(len(each.body) for _, each in self._kept.values()) <= self._most
            ):
                return
            self._kept.popitem(last=False)
