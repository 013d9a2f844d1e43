"""What a player is: it brings sound to a loudspeaker."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from edge_client.playback.players.lead_in import SILENCE
from robotvoice.sound.pcm import AudioChunk

EXIT_LIMIT = 3.0
"""Seconds a player may live on after the end of the sound"""

Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one `play`. Silence that wakes a loudspeaker is no sound."""

    seconds: float
    """Audio handed over"""
    first_audio: float | None
    """When the first of it could be heard, by the clock, if the player keeps time; None: there was none"""


async def each_of(chunks: Iterable[AudioChunk]) -> AsyncGenerator[AudioChunk, None]:
    """Sound that is there, as `play` takes it."""
    for chunk in chunks:
        yield chunk


class Player(Protocol):
    """Brings audio to a loudspeaker."""

    @property
    def name(self) -> str: ...

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        """Returns when all was heard. The format may change between chunks. Cancelling silences at once.

        Raises PlayerFailed. Closing `chunks` is left to the caller.
        """
        ...

    @property
    def is_open(self) -> bool:
        """Whether something is kept open for the next `play`."""
        ...

    async def close(self, *, hurry: bool = False) -> None:
        """Ends what is kept open, in a `hurry` by force. May be called again; anything may follow."""
        ...


class NullPlayer:
    """Takes everything and plays nothing."""

    name = "none"
    is_open = False

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def play(self, chunks: AsyncIterator[AudioChunk]) -> Played:
        seconds, first_audio = 0.0, None
        async for chunk in chunks:
            if chunk.origin != SILENCE:
                first_audio = self._clock() if first_audio is None else first_audio
                seconds += chunk.format.seconds(chunk.samples)
        return Played(seconds, first_audio)

    async def close(self, *, hurry: bool = False) -> None:
        pass
