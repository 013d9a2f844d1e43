"""What both ways of running eSpeak NG have in common: the library in a child process, and the command."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Protocol

from robotvoice.engines.espeak.espeak_voices import Catalogue
from robotvoice.sound.pcm import AudioChunk

NAME = "eSpeak NG"
READY_WITHIN = 5.0
"""Seconds a new child has to say what it can do."""


@dataclass(frozen=True, slots=True)
class EspeakRequest:
    """One sentence with every parameter set, so that nothing of the sentence before is left."""

    text: str
    voice: str
    """As the persona names it"""
    identifier: str
    """As eSpeak NG takes it"""
    pitch: int
    rate: int
    volume: int
    last: bool = True
    """False: more of the sentence follows in another request, so no pause comes at the end"""


class EspeakBackend(Protocol):
    """Starts eSpeak NG and speaks one sentence in one child process."""

    @property
    def description(self) -> str:
        """What was found, for a person."""
        ...

    async def start(self) -> Catalogue:
        """Proves that it runs. Raises EngineFailure, or EngineUnavailable after `close`."""
        ...

    def speak(self, request: EspeakRequest) -> AsyncGenerator[AudioChunk, None]:
        """Raises EngineFailure, or EngineUnavailable after `close`; closing it kills the child."""
        ...

    async def close(self) -> None:
        """Ends every child, for good."""
        ...
