"""What is made and not yet played: bounded, and held back until enough is there to play without a gap."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.pre_buffer import PreBuffer
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.errors import NothingCanSpeak, SpokenInPart
from robotvoice.ground.changes import Changed
from robotvoice.sound.pcm import AudioChunk

Item: TypeAlias = AudioChunk | SentenceStarted | NothingCanSpeak | SpokenInPart | None
"""The end is None, or why the text could not be finished"""

FILL_FACTOR = 2.0
"""How many times as long as the sound that is wanted lasts it may take to come; then it is played as it is"""
ENOUGH = 0.5
"""Seconds of sound from which a source's pace can be told"""


class PlayQueue:
    """One text's way to the player: `put` by who makes it, `get` for the player as soon as it has room.

    Without a `pre_buffer` nothing is held back or counted: for players that want all of it at once. Who
    takes something out gives it to `play_out`, whose clock is `clock`, in seconds.
    """

    def __init__(
        self, most: int, pre_buffer: PreBuffer | None, clock: Callable[[], float], play_out: PlaybackClock
    ) -> None:
        self._most, self._pre_buffer, self._clock, self._play_out = most, pre_buffer, clock, play_out
        self._items: deque[Item] = deque()
        self._news = Changed()
        self._arrival: _Arrival | None = None
        self._source = ""
        self._sounds = False
        """Whether the player has something of the sentence it is in"""

    async def put(self, item: Item) -> None:
        """Waits while the queue is full."""
        if len(self._items) >= self._most:
            self._arrival = None  # what waits for room says nothing of the pace at which it is made
            while len(self._items) >= self._most:
                await self._news.wait()
        self._items.append(item)
        if self._pre_buffer:
            self._watch(item, self._pre_buffer)
        self._news.tell()

    async def get(self) -> Item:
        """The next one, as soon as it can be played without a gap."""
        empty = not self._items
        while not self._items:
            await self._news.wait()
        item = self._items[0]
        if self._pre_buffer and isinstance(item, SentenceStarted):
            self._sounds = False
            self._source = item.origin.engine
            await self._fill(self._pre_buffer)
        elif self._pre_buffer and isinstance(item, AudioChunk) and empty and self._is_dry:
            await self._fill(self._pre_buffer)
            self._pre_buffer.underrun(self._clock() - self._play_out.heard_until)
            if self._arrival:
                self._arrival.gap = True
        self._items.popleft()
        self._news.tell()
        if isinstance(item, AudioChunk):
            self._sounds = True
        return item

    @property
    def _is_dry(self) -> bool:
        """Whether a player that just asked in vain has fallen silent within a sentence."""
        return self._sounds and self._clock() > self._play_out.heard_until

    async def _fill(self, pre_buffer: PreBuffer) -> None:
        """Returns when enough of the sentence in front is there, or all of it, or when it takes too long."""
        began, wanted = self._clock(), pre_buffer.wanted(self._source)
        while (left := self._left_to_wait(began, wanted)) > 0:
            if not await self._news.wait(left):
                return

    def _left_to_wait(self, began: float, wanted: float) -> float:
        """Seconds; 0: there is enough."""
        now = self._clock()
        held = max(0.0, self._play_out.heard_until - now)
        for number, item in enumerate(self._items):
            if isinstance(item, AudioChunk):
                held += _seconds(item)
            elif number:
                return 0.0
        return 0.0 if held >= wanted else max(0.0, began + FILL_FACTOR * wanted - now)

    def _watch(self, item: Item, pre_buffer: PreBuffer) -> None:
        """Measures how fast sentences are made, and tells of those that came while they were played."""
        if isinstance(item, AudioChunk):
            if self._arrival and not item.pause:
                self._arrival.add(_seconds(item), self._clock())
            return
        again = (
            isinstance(item, SentenceStarted) and self._arrival and item.sentence == self._arrival.sentence
        )
        if self._arrival and not again:
            self._arrival.tell(pre_buffer)
        self._arrival = None
        if isinstance(item, SentenceStarted) and not item.origin.stored:
            self._arrival = _Arrival(item.sentence, item.origin.engine)


@dataclass(slots=True)
class _Arrival:
    """How a sentence came in. Times are in seconds."""

    sentence: int
    source: str
    began: float | None = None
    """When its first sound came; how long that took is no matter of pace"""
    last: float = 0.0
    after_first: float = 0.0
    """Sound that came after its first"""
    gap: bool = False
    """Whether the player ran dry in it"""

    def add(self, seconds: float, now: float) -> None:
        if self.began is None:
            self.began = now
        else:
            self.after_first += seconds
        self.last = now

    def tell(self, pre_buffer: PreBuffer) -> None:
        took = 0.0 if self.began is None else self.last - self.began
        if self.after_first >= ENOUGH:
            pre_buffer.measured(self.source, took / self.after_first)
        if took > pre_buffer.learned and not self.gap:
            pre_buffer.played_through()


def _seconds(chunk: AudioChunk) -> float:
    return chunk.format.seconds(chunk.samples)
