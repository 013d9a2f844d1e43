"""The `hibari` engine: a small neural voice for English, in a child process of its own."""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from robotvoice.engines.base import READY, EngineBase, Readiness
from robotvoice.engines.child_pool import ChildPool, ChildProgram
from robotvoice.engines.espeak.espeak_letters import letters_for
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.ground.installation import how_to_install
from robotvoice.languages import CANNOT_READ, CANNOT_SPEAK, language_of, same_language
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.text.writing.scripts import Legible, legible
from robotvoice.utterance import Reason, Sentence
from robotvoice.wire.speed import speed_at

log = logging.getLogger(__name__)

NAME = "hibari"
CHILD = Path(__file__).with_name("hibari_child.py")
# -P keeps the program's folder off the path; packages may be where only this user has them.
PROGRAM = (sys.executable, "-P", str(CHILD))
WEIGHTS = Path("hibari", "assets", "hibari.onnx")
RELEASE = "0.2.1"
"""The only one whose weights its child runs"""
LANGUAGE = "en"
SCRIPTS = frozenset({"LATIN"})
READY_WITHIN = 30.0
"""Seconds; 0.7 here, and a Raspberry Pi that has just booted is slower by far"""
IDLE_CHILDREN, BUSY_CHILDREN = 1, 2
"""Each holds 200 MB, and takes a whole core while it speaks"""
START_ESTIMATE, COLD_START_ESTIMATE = 0.05, 1.0
"""Seconds to the first sound of a warm child, and of one that has to be started"""
REAL_TIME_FACTOR = 0.05
SLOWEST, FASTEST = 0.5, 2.0
"""Times the voice's own speed"""
PROBE_TEXT = "Hi."
ANY_VOICE = VoiceSpec(NAME, language=LANGUAGE)


class HibariEngine(EngineBase):
    """Ready where its package is installed; a child starts with the first sentence, or with `warm_up`."""

    name = NAME
    first_audio_cap = 4.0

    def __init__(self, program: Sequence[str] = PROGRAM, *, path: Sequence[str] | None = None) -> None:
        """`path` is where packages are looked for; None: where Python does."""
        self._path = path
        self._pool = ChildPool(
            ChildProgram(
                NAME,
                NAME,
                tuple(program),
                ready_within=READY_WITHIN,
                idle=IDLE_CHILDREN,
                busy=BUSY_CHILDREN,
            )
        )
        self._starting: asyncio.Task[object] | None = None
        self._absent = self._missing()
        self._refused: Reason | None = None
        """What its child says of why it cannot be used"""

    @property
    def description(self) -> str:
        """What speaks, or why nothing does."""
        why_not = self._not_ready
        return why_not.text if why_not else f"hibari {RELEASE} (English)"

    async def start(self) -> None:
        """Looks whether it is installed; a child that could not be used before is tried once more."""
        self._absent = self._missing()
        if self._refused:
            await self.warm_up()

    @property
    def warm(self) -> bool:
        """Whether a child waits for a sentence, or speaks one."""
        return self._pool.warm

    async def warm_up(self) -> None:
        """Sees to it that a child waits for a sentence; `readiness` tells if there can be none."""
        if self._absent:
            return
        try:
            await self._begin()
        except EngineUnavailable:
            pass
        except EngineFailure as failure:
            log.warning("hibari did not start: %s", failure.message)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        if self._not_ready:
            return Readiness(self._not_ready)
        if voice.language and not same_language(voice.language, LANGUAGE):
            told = f"hibari speaks English and no {language_of(voice.language).name}"
            return Readiness(Reason(CANNOT_SPEAK, told))
        return READY

    def takes_language(self, voice: VoiceSpec) -> bool:
        """What is asked for is English, or it does not speak."""
        return True

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        found = legible(text, lambda run: run.scripts <= SCRIPTS, LANGUAGE)
        return Legible(letters_for(LANGUAGE, found.text), found.left_out)

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        return START_ESTIMATE if self.warm else COLD_START_ESTIMATE

    def real_time_factor(self, voice: VoiceSpec) -> float:
        return REAL_TIME_FACTOR

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        ready = self.readiness(voice)
        if ready.reason:
            raise EngineUnavailable(ready.reason.code, ready.reason.text)
        text = self.legible(sentence.text, voice).text
        if not text:
            raise EngineUnavailable(CANNOT_READ, "hibari can read nothing of the sentence")
        usual = 1.0 if voice.speed is None else voice.speed
        request = {
            "text": text,
            "semitones": voice.semitones or 0.0,
            "speed": speed_at(usual, sentence.asked, SLOWEST, FASTEST),
        }
        await self._begin()
        async with aclosing(self._pool.speak(request)) as chunks:
            async for chunk in chunks:
                yield chunk

    async def probe(self) -> None:
        """Speaks a word; also finds a package that was installed since."""
        await self.start()
        if self._not_ready:
            raise EngineFailure(self._not_ready.code, self._not_ready.text)
        heard = False
        # To its end: a child that is left in the middle of a sentence is ended.
        async with aclosing(self.speak(Sentence(0, PROBE_TEXT), ANY_VOICE)) as chunks:
            async for chunk in chunks:
                heard = heard or chunk.samples > 0
        if not heard:
            raise EngineFailure("no_audio", "hibari made no audio of a word")

    async def close(self) -> None:
        if self._starting:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        await self._pool.close()

    async def _begin(self) -> None:
        """Until a child is warm. A start goes on if who waits for it can wait no longer: the next one has it.

        Raises EngineFailure and EngineUnavailable.
        """
        if self.warm:
            return
        if self._starting is None or self._starting.done():
            self._starting = asyncio.create_task(self._pool.start(), name="start hibari")
            self._starting.add_done_callback(_looked_at)
        try:
            await asyncio.shield(self._starting)
        except EngineUnavailable as why:
            self._cannot(why)
            raise
        self._refused = None

    def _cannot(self, why: EngineUnavailable) -> None:
        """Remembers what will not pass by itself; a machine that is full, or an end, does."""
        if why.reason in {"not_installed", "wrong_weights"}:
            before, told = self._refused, f"{why.message}; {how_to_install('neural')}"
            self._refused = Reason(why.reason, told)
            if self._refused != before:
                log.warning("%s", told)

    @property
    def _not_ready(self) -> Reason | None:
        return self._absent or self._refused

    def _missing(self) -> Reason | None:
        """Without importing it, which is the child's business."""
        if any(
            Path(folder, WEIGHTS).is_file() for folder in (sys.path if self._path is None else self._path)
        ):
            return None
        return Reason("not_installed", f"hibari is not installed here; {how_to_install('neural')}")


def _looked_at(task: "asyncio.Task[object]") -> None:
    """What became of a start is told to who waits, if anybody still does."""
    if not task.cancelled():
        task.exception()
