"""pyttsx3 itself, with the system's driver and with drivers that have the faults of others."""

import array
import asyncio
import ctypes.util
import importlib.util
import sys
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest

from gateway.engines.pyttsx3.pyttsx3_process import PROGRAM, Pyttsx3Processes
from robotvoice.engines.base import Engine
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import Origin
from robotvoice.utterance import Sentence

FAKE_DRIVERS = (*PROGRAM[:-1], str(Path(__file__).parents[3] / "fakes" / "pyttsx3_child.py"))
SOON = 10.0
"""Seconds within which what must happen happens, or the test fails"""

HELLO = "Hello, I am a robot."
PLAIN = VoiceSpec("pyttsx3")


def real(folder: Path, program: Sequence[str] = PROGRAM) -> Pyttsx3Processes:
    """With the system's driver; skips the test on a machine that has none."""
    _require_pyttsx3()
    if sys.platform != "darwin" and not ctypes.util.find_library("espeak-ng"):
        pytest.skip("libespeak-ng, which pyttsx3 speaks with, is not installed")
    return Pyttsx3Processes(program=program, folder=folder)


def fakes(driver: str, folder: Path) -> Pyttsx3Processes:
    """With one of the drivers in tests/fakes/pyttsx3_drivers; skips the test without pyttsx3."""
    _require_pyttsx3()
    return Pyttsx3Processes(driver, program=FAKE_DRIVERS, folder=folder)


def _require_pyttsx3() -> None:
    if importlib.util.find_spec("pyttsx3") is None:
        pytest.skip("pyttsx3 is not installed")


def called(voice: str) -> VoiceSpec:
    return VoiceSpec("pyttsx3", voice)


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole sentence."""

    seconds: float
    peak: int
    sample_rate: int
    origin: Origin


async def hear(engine: Engine, text: str = HELLO, voice: VoiceSpec = PLAIN) -> Heard:
    async with aclosing(engine.speak(Sentence(0, text), voice)) as speaking, asyncio.timeout(SOON):
        chunks = [chunk async for chunk in speaking]
    (origin,) = {str(chunk.origin): chunk.origin for chunk in chunks}.values()
    (audio_format,) = {chunk.format for chunk in chunks}
    assert audio_format.channels == 1
    samples = array.array("h", b"".join(chunk.pcm for chunk in chunks))
    if sys.byteorder == "big":
        samples.byteswap()
    rate = audio_format.sample_rate
    return Heard(len(samples) / rate, max(map(abs, samples)), rate, origin)
