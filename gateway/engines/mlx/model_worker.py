"""One model and the process that runs it: started, watched, replaced with back-off when it ends or hangs."""

import asyncio
import itertools
import logging
import math
from collections.abc import Callable, Collection, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.engines.mlx.families import Family, family_of
from gateway.engines.mlx.harmful_voices import HarmfulVoices
from gateway.engines.mlx.model_pace import Pace
from gateway.engines.mlx.scheduler import Scheduler
from gateway.engines.mlx.time_limits import SentenceLimits
from gateway.engines.mlx.worker_call import ClipOf, WorkerCall
from gateway.engines.mlx.worker_messages import WARM_UP, Progress, Ready, Speak, Unusable
from gateway.engines.mlx.worker_process import WorkerProcess
from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.engines.base import READY, Readiness
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.ground.backoff import Backoff
from robotvoice.persona import ModelVoice
from robotvoice.utterance import Priority, Reason

log = logging.getLogger(__name__)

State = Literal["starting", "ready", "busy", "restarting", "unusable", "closed"]
MOST_EXPECTED = 16
"""Voices whose references are encoded in advance, each in about a second"""
STAGES = {"loading": "is being loaded", "warming_up": "is warming up"}


@dataclass(slots=True)
class Figures:
    """What a model's workers did, for a person to look at: bytes and seconds."""

    restarts: int = 0
    sentences: int = 0
    first_audio: float = 1.0
    real_time_factor: float = 1.0
    predictions: int = 0
    prediction_error: float = 0.0
    """The sum over all predictions of how far off each was, in either direction"""
    active_memory: float = 0.0
    peak_memory: float = 0.0
    rss: float = 0.0

    def count(self, turn: WorkerSentence, stats: Mapping[str, float], pace: Pace) -> None:
        """A sentence came to its end; the pace learns of it too."""
        self.sentences += 1
        pace.spoke(
            _key_of(turn),
            turn.speak.text,
            first_audio=stats["first_audio"],
            audio=stats["audio"],
            wall=stats["wall"],
        )
        if turn.preparing is not None:
            pace.prepared(turn.preparing)
        self.first_audio, self.real_time_factor = pace.first_audio, pace.real_time_factor
        if turn.voice and turn.sounded:
            self.predictions += 1
            self.prediction_error += abs(turn.sounded - turn.submitted - turn.predicted)
        self.active_memory = stats["active_memory"]
        self.peak_memory = stats["peak_memory"]
        self.rss = stats["rss"]


class ModelWorker:
    """Takes turns for one model. `run` is to be a task for as long as the model is wanted."""

    def __init__(
        self,
        model: str,
        revision: str | None,
        clip_of: ClipOf,
        limits: SentenceLimits,
        expected: Callable[[], Iterable[ModelVoice]] = tuple,
    ) -> None:
        """`expected`: the voices whose references are encoded before anybody asks for them."""
        self._model = model
        self._revision = revision
        self._clip_of = clip_of
        self._limits = limits
        self._expected = expected
        self._scheduler = Scheduler(limits.waiting, limits.queue)
        self._conversation: WorkerCall | None = None
        self._process: WorkerProcess | None = None
        self._not_ready: Reason | None = Reason("starting", f"{model} is being started")
        self._retry_at: float | None = None
        self.settled = asyncio.Event()
        """Set once it is known whether the model can be used"""
        self.state: State = "starting"
        self.facts: Ready | None = None
        """Of the model, once known; kept while its process is replaced"""
        self.family: Family | None = None
        self.figures = Figures()
        self._pace = Pace()
        self._harmful = HarmfulVoices(lambda: asyncio.get_running_loop().time())

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def description(self) -> str:
        if self._not_ready:
            return self._not_ready.text
        assert self.facts is not None and self.family is not None
        return f"{self.family.name}, {self._model} ({self.facts.software})"

    def readiness(self, voice: ModelVoice | None, language: str | None = None) -> Readiness:
        """Whether it can speak now, with this voice and in a language asked for; None: whatever they are."""
        if voice and self.facts and self.family:
            refusal = self.family.refusal(voice, self.facts.speakers) or self.family.unspoken(language)
            if refusal:
                return Readiness(refusal)
        if self._not_ready is None:
            return self._harmful.readiness(voice.key) if voice else READY
        now = asyncio.get_running_loop().time()
        return Readiness(self._not_ready, max(0.0, self._retry_at - now) if self._retry_at else None)

    def has_prepared(self, prompt: str) -> bool:
        return self._conversation is not None and prompt in self._conversation.prompts

    def start_estimate(self, voice: ModelVoice, priority: Priority) -> float:
        """Seconds to the first sound of a sentence that comes now, all that would go before it included."""
        now = asyncio.get_running_loop().time()
        wait = sum(self._wall_of(turn) for turn in self._scheduler.ahead_of(priority))
        current = self._conversation.turn if self._conversation else None
        if current:
            since = current.begun or current.encoding_since or now
            wait += max(0.0, self._until_it_ends(current, priority) - (now - since))
        encodes_it = current and current.begun is None and current.voice and current.voice.key == voice.key
        if voice.clones and not (encodes_it or self.has_prepared(voice.key)):
            wait += self._pace.prepare
        return wait + self._pace.first_audio_p95(voice.key)

    def best_start(self, voice: ModelVoice) -> float | None:
        """Seconds, if nobody is before it and its reference is encoded; None while nothing was measured."""
        return self._pace.first_audio_p95(voice.key) if self.figures.sentences else None

    def real_time_factor(self) -> float:
        """Wall time by audio time."""
        return self._pace.real_time_factor

    def submit(self, turn: WorkerSentence) -> None:
        """Raises EngineUnavailable when it is not ready or too many wait."""
        if self._not_ready:
            raise EngineUnavailable(self._not_ready.code, self._not_ready.text)
        turn.submitted = asyncio.get_running_loop().time()
        if turn.voice:
            turn.predicted = self.start_estimate(turn.voice, turn.asked.priority)
        self._scheduler.put(turn)
        if self._conversation and turn.priority is not Priority.BACKGROUND:
            self._conversation.give_way()

    @property
    def line(self) -> Mapping[str, object]:
        """How many sentences wait, and how many were given back, by reason."""
        return {"waiting": len(self._scheduler), "refused": dict(self._scheduler.refused)}

    def look_again(self) -> None:
        """Other voices are expected."""
        self._scheduler.wake()

    def forget(self, prompts: Collection[str]) -> None:
        """Nobody speaks with these voices any more."""
        if self._conversation:
            self._conversation.forget(prompts)

    def leave(self, turn: WorkerSentence) -> None:
        """Nobody listens to the turn any more."""
        turn.left = True
        self._scheduler.remove(turn)
        if self._conversation:
            self._conversation.leave(turn)

    async def run(self) -> None:
        """Keeps a process running until cancelled, then leaves nothing of it."""
        backoff = Backoff(self._limits.first_restart, self._limits.longest_restart)
        try:
            while True:
                spoken = self.figures.sentences
                try:
                    async with WorkerProcess.running(self._model, self._revision) as self._process:
                        await self._load(self._process)
                        await self._serve(self._process)
                except _Unusable as unusable:
                    # What is not installed is not looked for again while this gateway runs.
                    never = unusable.reason == "not_installed"
                    wait = math.inf if never else backoff.jump()
                    reason = Reason(unusable.reason, unusable.message)
                    self._becomes("unusable", reason, None if never else wait)
                except EngineFailure as failure:
                    if self.figures.sentences > spoken:
                        backoff.reset()
                    wait = backoff.next()
                    reason = Reason("restarting", f"{failure.message}; {self._model} starts again")
                    load = self.facts.load_seconds if self.facts else 0.0
                    self._becomes("restarting", reason, wait + load)
                finally:
                    self._process = None
                self.settled.set()
                await asyncio.sleep(wait)
                self.figures.restarts += 1
        finally:
            self._becomes("closed", Reason("closed", f"{self._model} is no longer in use"))
            self.settled.set()

    async def _load(self, process: WorkerProcess) -> None:
        """Until the worker is ready. Raises EngineFailure, and _Unusable if the model cannot be had."""
        try:
            async with asyncio.timeout(self._limits.load):
                while True:
                    answer, _ = await process.receive()
                    match answer:
                        case Progress(stage=stage):
                            # Before it has settled a second time, the reason for the restart tells more.
                            if not self.settled.is_set():
                                self._becomes("starting", Reason(stage, f"{self._model} {STAGES[stage]}"))
                        case Unusable(reason=reason, message=message):
                            raise _Unusable(reason, message)
                        case Ready():
                            self._is_ready(answer)
                            return
                        case _:
                            raise EngineFailure("protocol", "the worker spoke before it was ready")
        except TimeoutError:
            message = f"the worker was not ready in {self._limits.load:g} s"
            raise EngineFailure("stalled", message) from None

    def _is_ready(self, facts: Ready) -> None:
        self.facts = facts
        self.family = family_of(facts.kind, facts.variant, facts.size)
        self._pace.warmed_up(facts.first_audio, facts.real_time_factor)
        self._becomes("ready", None)
        self.settled.set()
        fields = {"model": self._model, "seconds": round(facts.load_seconds, 1), "pid": self.pid}
        log.info("%s is ready", self.description, extra=fields)
        for language in {voice.language for voice in self._expected()}:
            if self.family and (reason := self.family.unspoken(language)):
                log.warning("%s; it finds out by itself what it reads", reason.text)

    async def _serve(self, process: WorkerProcess) -> None:
        """One turn after the other; when the process ends or hangs, raises EngineFailure."""
        self._conversation = WorkerCall(
            process,
            self._clip_of,
            self._limits,
            self._pace,
            self._harmful,
            lambda: self._scheduler.somebody_waits,
        )
        tried = set[str]()
        ended = asyncio.create_task(process.ended(), name="mlx worker's end")
        try:
            while not ended.done():
                if turn := self._scheduler.pop():
                    self.state = "busy"
                    stats = await self._conversation.speak(turn)
                    self.state = "ready"
                    if stats:
                        self.figures.count(turn, stats, self._pace)
                    continue
                if voice := self._to_prepare(tried):
                    tried.add(voice.key)
                    # Nobody listens: it is over as soon as the reference is encoded.
                    await self._conversation.speak(WorkerSentence(Speak(0, "", voice.key), voice, left=True))
                    continue
                filled = asyncio.create_task(self._scheduler.filled(), name="mlx next turn")
                try:
                    await asyncio.wait({filled, ended}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    filled.cancel()
            await process.receive()
            raise EngineFailure("protocol", "the worker spoke without being asked")
        finally:
            ended.cancel()
            await asyncio.wait({ended})
            self._conversation = None

    def _to_prepare(self, tried: Container[str]) -> ModelVoice | None:
        """One that is expected, and was not tried with this process; what it forgets it had no room for."""
        voices = itertools.islice(self._expected(), MOST_EXPECTED)
        known = (voice for voice in voices if not (voice.key in tried or self.has_prepared(voice.key)))
        # One that a worker did not survive waits until somebody asks for it.
        return next((voice for voice in known if voice.key not in self._harmful), None)

    def _until_it_ends(self, current: WorkerSentence, priority: Priority) -> float:
        """Seconds from when it began. What nobody waits for gives way, but not in its first piece."""
        gives_way = current.priority is Priority.BACKGROUND and priority is not Priority.BACKGROUND
        if not (gives_way or current.left):
            return self._wall_of(current)
        if current.begun is None:
            return self._pace.prepare
        return 0.0 if current.sounded else self._pace.first_audio_p95(_key_of(current))

    def _wall_of(self, turn: WorkerSentence) -> float:
        return self._pace.wall_of(_key_of(turn), turn.speak.text)

    def _becomes(self, state: State, reason: Reason | None, retry_in: float | None = None) -> None:
        news = reason != self._not_ready
        self.state = state
        self._not_ready = reason
        self._retry_at = asyncio.get_running_loop().time() + retry_in if retry_in else None
        if reason:
            self._scheduler.refuse_all(EngineUnavailable(reason.code, reason.text, retry_in))
        if reason and news and state in ("unusable", "restarting"):
            log.warning("%s", reason.text, extra={"model": self._model, "retry_in": retry_in})


class _Unusable(EngineUnavailable):
    """The model cannot be had."""


def _key_of(turn: WorkerSentence) -> str:
    """Of its voice, as the pace knows it."""
    return turn.voice.key if turn.voice else WARM_UP
