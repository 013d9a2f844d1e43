"""Runs pyttsx3, one child process for each sentence, and gets its sound back through a file of its own."""

import asyncio
import json
import struct
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.engines.pyttsx3.pyttsx3_file import read_sound_file
from gateway.engines.pyttsx3.pyttsx3_voices import SystemVoices, system_voices
from robotvoice.engines.child import Children, did_not_begin
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.ground.installation import how_to_install
from robotvoice.sound.pcm import AudioFormat

CHILD = Path(__file__).with_name("pyttsx3_child.py")
# -P keeps the program's folder off the path: the engine's module there is called as the library.
PROGRAM = (sys.executable, "-P", str(CHILD))

VOICES_WITHIN = 4.0
"""Seconds for a child to list the voices; 0.1 on Linux"""
SENTENCE_WITHIN, LONGEST_WITHIN = 3.0, 9.0
"""Seconds for the shortest sentence and for the longest"""
CHARACTER_WITHIN = 0.025
"""Seconds more for each character: a third of what it takes to be spoken"""
WRITTEN_WITHIN = 1.0
"""Seconds that a driver may still write after it said that it is finished"""
LOOK_AGAIN = 0.02

AT_ONCE = 4
"""Children that speak at once"""
MOST_WAITING = 16
PLACE_WITHIN = 2.0
"""Seconds for one of those places; after them a listener would rather be told"""
MOST_ANSWER = 4 * 2**20
"""Bytes"""

PROBLEMS = {
    "not_installed": "pyttsx3 is not installed; {install}",
    "unusable": "pyttsx3 cannot speak on this machine ({text}); on Linux: sudo apt install espeak-ng",
    "unknown_voice": "pyttsx3 lists the voice {text} and does not speak with it; choose another one",
}
"""What the child may tell that is nobody's failure"""


@dataclass(frozen=True, slots=True)
class SpeechToFile:
    """One sentence; None leaves what the system has set."""

    text: str
    voice: str | None = None
    """The id of a voice"""
    rate: int | None = None
    """Words a minute"""
    volume: int | None = None
    """Percent"""

    @property
    def deadline(self) -> float:
        """Seconds within which it must be whole."""
        return min(SENTENCE_WITHIN + CHARACTER_WITHIN * len(self.text), LONGEST_WITHIN)


@dataclass(frozen=True, slots=True)
class SystemSpeech:
    """A whole sentence, as a voice of the system spoke it."""

    format: AudioFormat
    pcm: bytes
    voice: str | None
    """The id of the voice"""


class Pyttsx3Processes:
    """All children of one engine. When a method ends, however it does, its child and its files are gone."""

    def __init__(
        self, driver: str | None = None, *, program: Sequence[str] = PROGRAM, folder: Path | None = None
    ) -> None:
        """`driver` is pyttsx3's, None for the system's usual one; files are written below `folder`."""
        self._driver = driver
        self._program = tuple(program)
        self._folder = folder
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._children = Children("pyttsx3")

    async def voices(self) -> SystemVoices:
        """Raises EngineUnavailable if pyttsx3 cannot speak on this machine, EngineFailure if it broke."""
        try:
            async with asyncio.timeout(VOICES_WITHIN), self._asked({}) as answer:
                found = system_voices(answer)
        except TimeoutError:
            raise EngineFailure("stalled", f"pyttsx3 named no voices in {VOICES_WITHIN:g} s") from None
        except (KeyError, TypeError, ValueError) as error:
            raise EngineFailure("protocol", f"pyttsx3's voices cannot be read: {error!r}") from error
        if not found.voices:
            todo = "add one in the system's settings"
            raise EngineUnavailable("no_voice", f"pyttsx3 found no voice on this machine; {todo}")
        return found

    async def speak(self, request: SpeechToFile) -> SystemSpeech:
        """Raises as `Engine.speak` does."""
        async with self._place():
            try:
                # At once: it takes microseconds, and a thread's folder would be lost to who is cancelled.
                folder = tempfile.TemporaryDirectory("", "robotvoice-", self._folder, True)
            except OSError as error:
                raise did_not_begin("pyttsx3 has no folder for its sound", error, "disk") from error
            with folder as name:
                return await self._speak_into(Path(name, "sentence.aiff"), request)

    async def close(self) -> None:
        """Ends every child, for good."""
        await self._children.close()

    async def _speak_into(self, file: Path, request: SpeechToFile) -> SystemSpeech:
        message = {
            "text": request.text,
            "voice": request.voice,
            "rate": request.rate,
            "volume": None if request.volume is None else request.volume / 100,
            "file": str(file),
        }
        try:
            async with asyncio.timeout(request.deadline), self._asked(message) as answer:
                audio_format, pcm = await _written(file)
        except TimeoutError:
            problem = f"pyttsx3 did not speak a sentence in {request.deadline:.1f} s"
            raise EngineFailure("stalled", problem) from None
        return SystemSpeech(audio_format, pcm, answer.get("voice"))

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        busy = EngineUnavailable("busy", "too many sentences wait for pyttsx3 already", PLACE_WITHIN)
        if self._waiting >= MOST_WAITING:
            raise busy
        self._waiting += 1
        try:
            async with asyncio.timeout(PLACE_WITHIN):
                await self._places.acquire()
        except TimeoutError:
            raise busy from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._places.release()

    @asynccontextmanager
    async def _asked(self, message: Mapping[str, object]) -> AsyncIterator[dict[str, Any]]:
        """A child's answer; the child is there as long as the context, at most."""
        async with self._children.one(*self._program) as process:
            yield await _answer(process, {"driver": self._driver, **message})


async def _answer(process: asyncio.subprocess.Process, message: Mapping[str, object]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(message).encode() + b"\n")
        await process.stdin.drain()
        (length,) = struct.unpack(">I", await process.stdout.readexactly(4))
        if length > MOST_ANSWER:
            raise EngineFailure("protocol", "pyttsx3's process gave an answer that is far too long")
        answer = dict(json.loads(await process.stdout.readexactly(length)))
    except (asyncio.IncompleteReadError, ConnectionError):
        raise EngineFailure("died", "pyttsx3's process ended in the middle of its work") from None
    except (TypeError, ValueError):
        raise EngineFailure("protocol", "pyttsx3's process gave an answer that cannot be read") from None
    problem, text = answer.get("problem"), answer.get("text")
    if problem in PROBLEMS:
        said = PROBLEMS[problem].format(text=text, install=how_to_install("pyttsx3"))
        raise EngineUnavailable(problem, said)
    if problem:
        raise EngineFailure(problem, f"pyttsx3 could not do its work: {text}")
    return answer


async def _written(file: Path) -> tuple[AudioFormat, bytes]:
    """What is in the file once it is whole: drivers may say a little early that they are finished."""
    loop = asyncio.get_running_loop()
    until = loop.time() + WRITTEN_WITHIN
    while True:
        try:
            return await asyncio.to_thread(read_sound_file, file)
        except (OSError, ValueError) as error:
            if loop.time() > until:
                problem = f"pyttsx3 wrote no sound that can be used: {error}"
                raise EngineFailure("no_audio", problem) from error
        await asyncio.sleep(LOOK_AGAIN)
