"""eSpeak NG itself, in each way that a machine can run it, and a look at the processes it runs in."""

import asyncio
import ctypes.util
import shutil
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import psutil
import pytest

from robotvoice.engines.base import Engine
from robotvoice.engines.espeak.espeak_backend import EspeakBackend
from robotvoice.engines.espeak.espeak_command import EspeakCommandBackend
from robotvoice.engines.espeak.espeak_library import EspeakLibrary, EspeakLibraryBackend, installed_libraries
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk, Origin
from robotvoice.utterance import Sentence

SOON = 10.0
"""Seconds within which what must happen happens, or the test fails"""
TRIES = 20
"""How often a child may be faster than who wants to catch it in the middle of a sentence"""

HELLO = "Hello, I am a robot."
STORY = "中" * 240
"""What keeps eSpeak NG busy longest: it is minutes of sound, far more than fits into a pipe."""

PLAIN = VoiceSpec("espeak")
SPARK = VoiceSpec("espeak", "en-gb", pitch=95, rate=100)
GREMLIN = VoiceSpec("espeak", "en+croak", pitch=20, rate=180)
VIXEN = VoiceSpec("espeak", "en+f4", pitch=72, rate=135)
SLOW = VoiceSpec("espeak", rate=80)

LIBRARIES = ("bundled library", "installed library")
BACKENDS = (*LIBRARIES, "command")


def make_backend(which: str) -> EspeakBackend:
    """One way to run eSpeak NG; skips the test on a machine that does not have it."""
    if which == "command":
        if not shutil.which("espeak-ng"):
            pytest.skip("the command espeak-ng is not installed")
        return EspeakCommandBackend()
    return EspeakLibraryBackend(library(which))


def library(which: str) -> EspeakLibrary:
    """Likewise."""
    for found in installed_libraries():
        is_there = found.data or sys.platform == "darwin" or ctypes.util.find_library("espeak-ng")
        if is_there and (found.data is not None) == (which == "bundled library"):
            return found
    pytest.skip(f"there is no {which} of eSpeak NG")


@dataclass(frozen=True, slots=True)
class Sound:
    """A sentence that was heard to its end."""

    pcm: bytes
    sample_rate: int
    origin: Origin

    @property
    def samples(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        return np.frombuffer(self.pcm, "<i2").astype(np.float64)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.sample_rate

    @property
    def loudness(self) -> float:
        """Root mean square; 32,767 is full scale."""
        return float(np.sqrt(np.mean(self.samples**2)))

    @property
    def hertz(self) -> float:
        """How often the sound repeats itself in a second: the pitch of the voice."""
        spectrum = np.fft.rfft(self.samples, 2 * len(self.samples))
        likeness = np.fft.irfft(np.abs(spectrum) ** 2)
        shortest, longest = self.sample_rate // 500, self.sample_rate // 40
        return self.sample_rate / float(shortest + np.argmax(likeness[shortest:longest]))


async def hear(engine: Engine, text: str = HELLO, voice: VoiceSpec = PLAIN) -> Sound:
    """Speaks a sentence and keeps all of it."""
    async with aclosing(engine.speak(Sentence(0, text), voice)) as speaking:
        return await rest_of(speaking)


async def rest_of(speaking: AsyncGenerator[AudioChunk, None]) -> Sound:
    """What is still to come of a sentence, within the time that any sentence needs."""
    async with asyncio.timeout(SOON):
        chunks = [chunk async for chunk in speaking]
    assert len({(chunk.format, str(chunk.origin)) for chunk in chunks}) == 1
    return Sound(b"".join(chunk.pcm for chunk in chunks), chunks[0].format.sample_rate, chunks[0].origin)


def children() -> list[psutil.Process]:
    """The processes that we started and that run, without zombies and without Python's own tracker."""
    found = psutil.Process().children(recursive=True)
    return [child for child in found if is_running(child) and not _is_tracker(child)]


def _is_tracker(process: psutil.Process) -> bool:
    """Of multiprocessing: libraries start it for a lock, and it lives as long as the tests."""
    try:
        return any("resource_tracker" in argument for argument in process.cmdline())
    except psutil.Error:
        return False


def is_running(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def eventually(condition: Callable[[], object]) -> None:
    """Waits until it is so, or fails."""
    async with asyncio.timeout(SOON):
        while not condition():  # noqa: ASYNC110 - processes set no Event
            await asyncio.sleep(0.01)
