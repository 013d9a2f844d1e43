"""Phrases are recorded in the persona's own voice while nobody speaks, one sentence after the other.

Nothing of this counts for a breaker, and no substitute is recorded. What does not work is tried again, ever
later.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

from gateway.encoders.resample import whole_at_wire_rate
from gateway.engines.cache.cache_engine import MEGABYTE, CacheEngine
from gateway.engines.cache.storing_engine import FOR_LATER
from gateway.engines.chains import all_cached
from gateway.engines.guarded_engines import GuardedEngines
from gateway.loudness.loudness_engine import LoudnessEngine
from gateway.personas.active_personas import ActivePersonas
from gateway.phrases.pack_store import PackStore
from robotvoice.chain.attempt import Limits, attempt
from robotvoice.chain.guarded import UNGUARDED, ChainEntry, GuardedEngine
from robotvoice.errors import ContentFailure, EngineFailure, EngineUnavailable
from robotvoice.ground.backoff import Rests
from robotvoice.ground.changes import set_within
from robotvoice.kept_sound.kept_sound import STAYS, DiskTrouble
from robotvoice.persona import Persona, VoiceSpec
from robotvoice.sound.pcm import WIRE_FORMAT, wav_file
from robotvoice.utterance import Sentence

log = logging.getLogger(__name__)

LOOK_AGAIN = 2.0
"""Seconds between two looks whether what is still to be recorded can be"""
# Each is the first rest and the longest, in seconds.
UNAVAILABLE = 2.0, 60.0
"""Of a persona whose engine spoke for others, or did not take the sentence"""
ENGINE_FAILED = 5.0, 600.0
SENTENCE_FAILED = 10.0, 3600.0
DISK_FAILED = 60.0, 3600.0
DISK = "disk"
UNKEPT = "recorded phrases cannot be kept on disk (%s); it is tried again"
UNLIKE, SETTLED_UNLIKE = 0.5, 0.01
"""Decibels by which a whole pack may differ from its voice while that is learned, and any from then on"""
TOLD_AFTER = 3
"""Failures of one sentence"""
NOBODY_WAITS = Limits(finish=600.0, patience=10.0)


@dataclass(frozen=True, slots=True)
class RenderingJob:
    """A sentence that is to be recorded."""

    persona: Persona
    number: int
    """Its place among the sentences of the persona's phrases, from 1"""
    text: str

    @property
    def voice(self) -> VoiceSpec:
        return self.persona.voice


class PhraseRendering:
    """Keeps the packs like the personas. `run` is to be a task for as long as the gateway runs."""

    def __init__(
        self,
        personas: ActivePersonas,
        engines: GuardedEngines,
        store: PackStore,
        changed: Callable[[], None],
    ) -> None:
        """`changed` is called whenever a pack may be another."""
        self._personas = personas
        self._engines = engines
        self._store = store
        self._changed = changed
        self._again = asyncio.Event()
        self._rests = Rests(lambda: asyncio.get_running_loop().time())
        self._full = False
        self._trouble = DiskTrouble(log, UNKEPT, store.files.folder, "another gateway keeps its own there")

    def look_again(self) -> None:
        """The personas are others, or a recording is damaged: begins anew."""
        self._again.set()

    async def run(self) -> None:
        """Until cancelled, when what is being written is finished; whatever goes wrong, it goes on."""
        try:
            while True:
                self._again.clear()
                self._rests.clear()
                self._full = False
                try:
                    await self._store.use(self._personas.library.personas.values())
                    self._changed()
                    later = asyncio.get_running_loop().call_later(STAYS, self.look_again)
                    try:
                        while not self._again.is_set():
                            await self._go_on()
                    finally:
                        later.cancel()
                except OSError as error:
                    self._trouble.tell(error)
                    await self._wait(DISK_FAILED[0])
                except Exception:
                    log.exception("the recording of phrases broke and begins again")
                    await self._wait(ENGINE_FAILED[1])
        finally:
            await self._store.close()

    async def _go_on(self) -> None:
        jobs = list(self._jobs())
        if able := [job for job in jobs if self._can_be_made(job)]:
            # One that fails holds up no other.
            await self._make(min(able, key=self._rests.failures))
        else:
            await self._wait(LOOK_AGAIN if jobs or not self._all_settled() else None)

    def _jobs(self) -> Iterator[RenderingJob]:
        """What is missing, and what is not as loud as its voice, which is learned while it speaks."""
        for persona in self._personas.library.personas.values():
            if not (wanted := self._store.wanted(persona)):
                continue
            held = self._store.held(persona)
            levelled = self._levelled(persona.voice)
            unlike = math.inf
            if levelled and levelled.settled(persona.voice):
                unlike = SETTLED_UNLIKE
            elif all(text in held for text in wanted):
                unlike = UNLIKE
            for number, text in enumerate(wanted, 1):
                there = held.get(text)
                off = _decibels(levelled.gain(persona.voice), there.gain) if levelled and there else 0.0
                if there is None or off > unlike:
                    yield RenderingJob(persona, number, text)

    def _can_be_made(self, job: RenderingJob) -> bool:
        if self._full or self._rests.left(DISK, job.voice.engine, job.persona, job):
            return False
        engine = self._engines[job.voice.engine]
        if ChainEntry(engine, job.voice).legible(self._sentence(job)).left_out:
            return False  # who reads all of it speaks it, and that is no clone
        return self._kept(job) or bool(engine.readiness(job.voice))

    async def _make(self, job: RenderingJob) -> None:
        levelled = self._levelled(job.voice)
        gain = levelled.gain(job.voice) if levelled else 1.0
        try:
            wav = await self._recorded(job)
        except EngineUnavailable as unavailable:
            self._rests.failed(job.persona, *UNAVAILABLE)
            log.debug("a phrase waits", extra={"persona": job.persona.id, "reason": unavailable.reason})
            return
        except EngineFailure as failure:
            if not isinstance(failure, ContentFailure):
                self._rests.failed(job.voice.engine, *ENGINE_FAILED)
            if self._rests.failed(job, *SENTENCE_FAILED) == TOLD_AFTER:
                log.warning(
                    "sentence %d of the phrases of %s cannot be recorded: %s; it is tried again, ever later",
                    job.number,
                    job.persona.id,
                    failure.reason,
                )
            return
        except Exception:  # not in an engine: what one sentence does to us holds up no other
            if self._rests.failed(job, *SENTENCE_FAILED) == 1:
                log.exception("recording sentence %d of the phrases of %s broke", job.number, job.persona.id)
            return
        self._rests.worked(job.voice.engine)
        self._rests.worked(job.persona)
        if not self._again.is_set():
            await self._keep(job, wav, gain)

    async def _recorded(self, job: RenderingJob) -> bytes:
        """A WAV. Raises EngineFailure and EngineUnavailable."""
        name = CacheEngine.name if self._kept(job) else job.voice.engine
        # Without the breaker, and with figures of its own: this is no measure for those who wait.
        shared = self._engines[name]
        entry = ChainEntry(GuardedEngine(shared.engine, blame=shared.blame), job.voice)
        speaking = attempt(entry, self._sentence(job), UNGUARDED, NOBODY_WAITS)
        async with aclosing(speaking) as chunks:
            sound = [chunk async for chunk in chunks if chunk.samples]
        return wav_file(await whole_at_wire_rate(sound), WIRE_FORMAT)

    async def _keep(self, job: RenderingJob, wav: bytes, gain: float) -> None:
        try:
            kept = await self._store.put(job.persona, job.text, wav, gain)
        except OSError as error:
            self._trouble.tell(error)
            self._rests.failed(DISK, *DISK_FAILED)
            return
        if not kept:
            self._full = True
            log.warning(
                "the recorded phrases need more than %d MB, so some are left out; raise phrases_disk_mb",
                self._store.files.limit // MEGABYTE,
            )
            return
        self._rests.worked(DISK)
        self._trouble.over()
        self._changed()

    def _kept(self, job: RenderingJob) -> bool:
        return all_cached(job.persona, self._engines, [self._sentence(job)])

    def _all_settled(self) -> bool:
        voices = (each.voice for each in self._personas.library.personas.values() if self._store.wanted(each))
        return all((levelled := self._levelled(each)) is None or levelled.settled(each) for each in voices)

    def _levelled(self, voice: VoiceSpec) -> LoudnessEngine | None:
        return self._engines.parts.levelled.get(voice.engine)

    @staticmethod
    def _sentence(job: RenderingJob) -> Sentence:
        return Sentence(job.number - 1, job.text, FOR_LATER)

    async def _wait(self, seconds: float | None) -> None:
        await set_within(self._again, seconds)


def _decibels(one: float, other: float) -> float:
    """Between two gains."""
    return abs(20 * math.log10(one / other))
