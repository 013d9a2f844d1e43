"""Every voice comes out equally loud: by a gain of its own, and a limiter that is fresh for each sentence.

A gain is fixed for a sentence. It is learned from the voice itself: of an engine that speaks in milliseconds
from one text, before it is ready; of any other from the first sentences it speaks. Between two of those the
gain may change, and never after them.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import replace

from gateway.loudness.loudness_measure import Leveller
from gateway.loudness.voice_loudness import ENOUGH, VoiceLoudness
from robotvoice.engines.base import Engine, Readiness
from robotvoice.engines.wrapped import WrappedEngine
from robotvoice.persona import LOCAL_ENGINES, VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

log = logging.getLogger(__name__)

CALIBRATION_TEXT = Sentence(
    0, "Today we find out how a robot speaks, and who lends it the voice it speaks with."
)
"""As loud as the mean of other sentences within 0.3 LU, with several voices and languages"""
CALIBRATE_WITHIN = 5.0
"""Seconds for one voice"""
START_WITHIN = 0.5
"""Seconds by which rehearsals may delay an engine that could speak; the rest of them follow"""
CLOSE_WITHIN = 2.0
"""Seconds"""


class LoudnessEngine(WrappedEngine):
    """An engine whose voices are brought to one loudness; its sound itself is not changed otherwise."""

    def __init__(self, engine: Engine, loudness: VoiceLoudness, *, rehearses: bool = False) -> None:
        """With `rehearses` the voices it is told of are measured before anybody hears them."""
        super().__init__(engine)
        self._loudness = loudness
        self._rehearses = rehearses
        self._to_rehearse: dict[VoiceSpec, None] = {}
        self._rehearsal: asyncio.Task[None] | None = None
        self._learning: set[asyncio.Task[None]] = set()
        self._started = not rehearses

    async def start(self) -> None:
        try:
            await super().start()
            self._rehearse()
            if self._rehearsal:
                await asyncio.wait({self._rehearsal}, timeout=START_WITHIN)
        finally:
            self._started = True

    def use(self, voices: Iterable[VoiceSpec]) -> None:
        """The voices of all personas from now on; new ones are rehearsed in the background."""
        if self._rehearses:
            self._to_rehearse |= dict.fromkeys(_plain(voice) for voice in voices if voice.engine == self.name)
            if self._started:
                self._rehearse()

    def gain(self, voice: VoiceSpec) -> float:
        """The factor this voice is made louder by now."""
        return self._loudness.gain(voice)

    def settled(self, voice: VoiceSpec) -> bool:
        """Whether the gain of this voice stays as it is."""
        return self._loudness.settled(voice)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        readiness = super().readiness(voice)
        if readiness and not self._started:
            return Readiness(Reason("starting", f"{self.name} finds out how loud its voices are"))
        return readiness

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        leveller: Leveller | None = None
        heard: list[AudioChunk] = []
        seconds = 0.0
        settled = self._loudness.settled(voice)
        async with aclosing(self._engine.speak(sentence, voice)) as chunks:
            async for chunk in chunks:
                if not chunk.samples:
                    yield chunk
                    continue
                if leveller is None:
                    # Not before: what was learned of the sentence before this one counts.
                    rate = chunk.format.sample_rate * chunk.format.channels
                    leveller = Leveller(self._loudness.gain(voice), rate)
                if not settled and not self._rehearses and seconds < ENOUGH:
                    heard.append(chunk)
                    seconds += chunk.format.seconds(chunk.samples)
                yield replace(chunk, pcm=leveller.feed(chunk.pcm))
        if heard:
            task = asyncio.create_task(self._learn(voice, heard), name=f"loudness of {self.name}")
            self._learning.add(task)
            task.add_done_callback(self._learning.discard)
        elif self._rehearses and not settled:
            self.use([voice])

    async def close(self) -> None:
        if self._rehearsal:
            self._rehearsal.cancel()
            await asyncio.wait({self._rehearsal})
        if self._learning:
            # Milliseconds, in a thread that cannot be stopped.
            await asyncio.wait(self._learning, timeout=CLOSE_WITHIN)
        await super().close()

    async def _learn(self, voice: VoiceSpec, heard: list[AudioChunk], *, settle: bool = False) -> None:
        pcm = b"".join(chunk.pcm for chunk in heard)
        try:
            await asyncio.to_thread(self._loudness.hear, voice, pcm, heard[0].format, settle=settle)
        except Exception:
            log.exception("the loudness of a voice could not be measured", extra={"engine": self.name})

    def _rehearse(self) -> None:
        if self._to_rehearse and (self._rehearsal is None or self._rehearsal.done()):
            self._rehearsal = asyncio.create_task(self._rehearse_all(), name=f"rehearsal of {self.name}")

    async def _rehearse_all(self) -> None:
        while self._to_rehearse:
            voice, _ = self._to_rehearse.popitem()
            if self._loudness.settled(voice) or not super().readiness(voice):
                continue
            try:
                async with (
                    asyncio.timeout(CALIBRATE_WITHIN),
                    aclosing(self._engine.speak(CALIBRATION_TEXT, voice)) as all,
                ):
                    heard = [chunk async for chunk in all if chunk.samples]
            except Exception as problem:
                log.warning(
                    "a voice could not be measured",
                    extra={"engine": self.name, "reason": type(problem).__name__},
                )
                continue
            if heard:
                await self._learn(voice, heard, settle=True)


def levelled(engines: Mapping[str, Engine], loudness: VoiceLoudness) -> dict[str, LoudnessEngine]:
    """All of these engines, so that whichever speaks for a persona is equally loud."""
    return {
        name: LoudnessEngine(engine, loudness, rehearses=name in LOCAL_ENGINES)
        for name, engine in engines.items()
    }


def _plain(voice: VoiceSpec) -> VoiceSpec:
    """As it speaks when its owner asks for nothing louder or softer."""
    return replace(voice, volume=None, lexicon=())
