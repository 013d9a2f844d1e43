"""The `command` engine: a program of this machine that reads a text and writes its sound.

A killed owner's command meets the ends of its pipes; nothing else could tell a program that is not ours.
"""

import asyncio
import re
import shutil
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import TypeVar

from robotvoice.engines.base import READY, Engine, EngineBase, Readiness
from robotvoice.engines.child import Children
from robotvoice.engines.command.command_settings import CommandVoice
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.ground.finishing import finished
from robotvoice.languages import CANNOT_SPEAK, language_of, same_language
from robotvoice.persona import COMMAND_PREFIX, VoiceSpec
from robotvoice.sound.audio_body import SniffedBody
from robotvoice.sound.pcm import WIRE_SAMPLE_RATE, AudioChunk, Origin
from robotvoice.utterance import Reason, Sentence

READ_BYTES = 8192
GAP = 2.0
"""Seconds between two pieces of its sound, and from the last one to its end"""
LONGEST, PER_CHARACTER = 15.0, 0.4
"""Seconds of sound of one sentence: for itself, and more for each character; four times what it takes"""
STDERR_KEPT, SHOWN = 2000, 160
"""Bytes of what it complains of, and characters of it in a message"""
START_ESTIMATE, REAL_TIME_FACTOR = 0.5, 0.2
REMEMBERED = 8
"""Sentences that the estimate is made from"""
PROBE_TEXT = "Hi."
T = TypeVar("T")
_WORD = re.compile(r"\w{4,}")


class CommandEngine(EngineBase):
    """One for each table [voices.NAME], with a breaker of its own: named `command:NAME`."""

    def __init__(self, voice_name: str, voice: CommandVoice) -> None:
        self.name = f"{COMMAND_PREFIX}{voice_name}"
        self._voice_name = voice_name
        self._voice = voice
        self._children = Children(self.name, voice.command[0], group=True, stderr=asyncio.subprocess.PIPE)
        self._places = asyncio.Semaphore(voice.at_once)
        self._took: deque[float] = deque(maxlen=REMEMBERED)
        self._missing = self._look()

    @property
    def description(self) -> str:
        return self._missing.text if self._missing else f"the command {self._voice.command[0]}"

    @property
    def first_audio_cap(self) -> float:
        return self._voice.first_audio

    async def start(self) -> None:
        """Looks whether the program is there."""
        self._missing = self._look()

    def readiness(self, voice: VoiceSpec) -> Readiness:
        if self._missing:
            return Readiness(self._missing)
        speaks = self._voice.language
        if speaks and voice.language and not same_language(speaks, voice.language):
            told = f"{self.name} speaks {language_of(speaks).name} and no {language_of(voice.language).name}"
            return Readiness(Reason(CANNOT_SPEAK, told))
        return READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        """What it does not speak, as far as its settings say, it is not given."""
        return True

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return max(self._took, default=START_ESTIMATE)

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        ready = self.readiness(voice)
        if ready.reason:
            raise EngineUnavailable(ready.reason.code, ready.reason.text)
        clock = asyncio.get_running_loop().time
        began, first = clock(), None
        async with self._places, aclosing(self._sound(sentence.text)) as chunks:
            async for chunk in chunks:
                if first is None:
                    first = clock() - began
                    self._took.append(first)
                yield chunk

    async def probe(self) -> None:
        """Speaks a word; also finds a program that was installed since."""
        await self.start()
        async with aclosing(self.speak(Sentence(0, PROBE_TEXT), VoiceSpec(self.name))) as chunks:
            async for _ in chunks:
                pass

    async def close(self) -> None:
        await self._children.close()

    async def _sound(self, text: str) -> AsyncGenerator[AudioChunk, None]:
        """Raises EngineFailure. When it ends, however it does, nothing of the command is left."""
        rate = self._voice.sample_rate
        body = SniffedBody(wav=rate is None, rate=rate or WIRE_SAMPLE_RATE, several=False)
        origin, made, came = Origin(self.name, self._voice_name), 0, False
        most = LONGEST + PER_CHARACTER * len(text)
        async with self._children.one(*self._voice.command) as process, _spoken_to(process, text) as said:
            assert process.stdout is not None
            while data := await self._within(process.stdout.read(READ_BYTES), self._voice.first_audio, made):
                came = True
                if sound := self._heard(body.feed, data):
                    made += len(sound)
                    yield AudioChunk(sound, body.format, origin)
                    if made > most * body.format.sample_rate * body.format.frame_bytes:
                        told = f"{self.name} made far more sound than the sentence can need"
                        raise EngineFailure("runaway", told)
            code = await self._within(process.wait(), GAP, made)
            if code or not came:
                why = f": {complaint}" if (complaint := _short(await said, text)) else ""
                told = (
                    f"{self.name} ended with status {code} {'and no sound' if not came else 'in a sentence'}"
                )
                raise EngineFailure("died" if code else "no_audio", f"{told}{why}")
            if rest := self._heard(lambda _: body.finish(), b""):
                made += len(rest)
                yield AudioChunk(rest, body.format, origin)
            if not made:
                raise EngineFailure("no_audio", f"{self.name} made a file without sound")

    async def _within(self, waiting: Awaitable[T], first: float, made: int) -> T:
        """Raises EngineFailure if it takes longer than a command may."""
        seconds = GAP if made else first
        try:
            async with asyncio.timeout(seconds):
                return await waiting
        except TimeoutError:
            told = f"{self.name} gave no sound for {seconds:g} s"
            raise EngineFailure("stalled", told) from None

    def _heard(self, part: Callable[[bytes], bytes], data: bytes) -> bytes:
        try:
            return part(data)
        except EngineFailure as failure:
            raise EngineFailure(failure.reason, f"{self.name}: {failure.message}") from None

    def _look(self) -> Reason | None:
        program = self._voice.command[0]
        if shutil.which(program):
            return None
        told = f"[voices.{self._voice_name}] runs {program}, and there is no such program"
        return Reason("not_installed", f"{told}; install it, or give its whole path")


class MissingCommand(EngineBase):
    """A persona names it and this machine's settings do not: never ready, so that the next voice speaks."""

    first_audio_cap = 1.0

    def __init__(self, name: str) -> None:
        """`name` is the engine's."""
        self.name = name
        table = f"[voices.{name.removeprefix(COMMAND_PREFIX)}]"
        self.description = f"there is no {table} in this machine's settings file; add it with its command"

    def readiness(self, voice: VoiceSpec) -> Readiness:
        return Readiness(Reason("unknown_command", self.description))

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        raise EngineUnavailable("unknown_command", self.description)
        yield  # a generator, which raises when it is listened to

    async def probe(self) -> None:
        raise EngineUnavailable("unknown_command", self.description)


def command_engines(voices: Mapping[str, CommandVoice]) -> dict[str, Engine]:
    """By the engine's name; nothing is started yet."""
    engines = [CommandEngine(name, voice) for name, voice in voices.items()]
    return {engine.name: engine for engine in engines}


@asynccontextmanager
async def _spoken_to(process: asyncio.subprocess.Process, text: str) -> AsyncIterator["asyncio.Task[bytes]"]:
    """It is given the text while it is listened to, as it may want either first. Gives its complaints."""
    feeding = asyncio.create_task(_feed(process, text), name="text of a command")
    hearing = asyncio.create_task(_last_words(process), name="complaints of a command")
    try:
        yield hearing
    finally:
        feeding.cancel()
        hearing.cancel()
        await finished(asyncio.wait({feeding, hearing}))


async def _feed(process: asyncio.subprocess.Process, text: str) -> None:
    assert process.stdin is not None
    # A command need not read to the end.
    with suppress(ConnectionError):
        process.stdin.write(text.encode("utf-8", "replace") + b"\n")
        await process.stdin.drain()
    process.stdin.close()


async def _last_words(process: asyncio.subprocess.Process) -> bytes:
    assert process.stderr is not None
    kept = b""
    while data := await process.stderr.read(READ_BYTES):
        kept = (kept + data)[-STDERR_KEPT:]
    return kept


def _short(complaint: bytes, text: str) -> str:
    """Its last line for a message; nothing if that may be what was to be spoken, which no log holds."""
    lines = complaint.decode("utf-8", "replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    words = set(_WORD.findall(text.casefold()))
    if words & set(_WORD.findall(last.casefold())):
        return ""
    return "".join(letter for letter in last if letter.isprintable())[:SHOWN]
