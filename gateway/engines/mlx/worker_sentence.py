"""One sentence's way through a worker: what is asked for, and the sound as it comes back."""

import asyncio
from dataclasses import dataclass, field

from gateway.clips.clip import Clip
from gateway.engines.mlx.time_limits import LONGEST_SENTENCE
from gateway.engines.mlx.worker_messages import Speak
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import ModelVoice
from robotvoice.utterance import NO_CLIENT, Priority, RequestOptions

Piece = bytes | EngineFailure | EngineUnavailable | None
"""PCM_16, or how it ended; None: complete"""


@dataclass(eq=False, slots=True)
class WorkerSentence:
    """Filled by the worker's side at its own pace, read by one listener at theirs."""

    speak: Speak
    voice: ModelVoice | None
    """None: the worker's own warm-up voice"""
    asked: RequestOptions = NO_CLIENT
    submitted: float = 0.0
    """When it came, in the clock of the event loop, as the next three"""
    encoding_since: float | None = None
    """When its reference began to be encoded"""
    begun: float | None = None
    """When the worker was given it"""
    sounded: float | None = None
    """When its first sound came"""
    preparing: float | None = None
    """Seconds it took to encode the reference; None: it was encoded already"""
    predicted: float = 0.0
    """Seconds from `submitted` to `sounded`, as it was thought when it came"""
    clip: Clip | None = None
    """The reference, if it may have to be encoded first"""
    left: bool = False
    """True: nobody listens any more"""
    pieces: "asyncio.Queue[Piece]" = field(default_factory=lambda: asyncio.Queue(LONGEST_SENTENCE + 2))

    @property
    def priority(self) -> Priority:
        """As it is by now."""
        return Priority.BACKGROUND if self.asked.abandoned() else self.asked.priority

    @property
    def client(self) -> str:
        """Whose turn it is; nobody's if they have left."""
        return "" if self.asked.abandoned() else self.asked.client

    def put(self, piece: Piece) -> None:
        """Raises EngineFailure if far more has come than any sentence can hold."""
        try:
            self.pieces.put_nowait(piece)
        except asyncio.QueueFull:
            raise EngineFailure("runaway", "the model made far more audio than a sentence can need") from None

    async def next(self, patience: float) -> bytes | None:
        """The next piece; None at the end; b"" if nothing came for `patience` seconds.

        Raises EngineFailure and EngineUnavailable.
        """
        try:
            async with asyncio.timeout(patience):
                piece = await self.pieces.get()
        except TimeoutError:
            return b""
        if isinstance(piece, Exception):
            raise piece
        return piece
