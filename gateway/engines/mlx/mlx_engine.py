"""The `mlx` engine: neural voices by mlx-audio, in one supervised worker process for each model."""

import asyncio
import hashlib
import itertools
import logging
from collections.abc import AsyncGenerator, Collection, Iterable, Mapping
from contextlib import aclosing
from dataclasses import asdict
from functools import partial

from gateway.clips.clip import Clip
from gateway.engines.mlx.model_worker import ModelWorker
from gateway.engines.mlx.time_limits import SentenceLimits, token_cap
from gateway.engines.mlx.worker_call import ClipOf
from gateway.engines.mlx.worker_messages import WARM_UP, Speak
from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.engines.base import Readiness
from robotvoice.errors import EngineUnavailable, InvalidClip
from robotvoice.languages import language_of, script_of
from robotvoice.persona import ModelVoice, VoiceSpec
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin
from robotvoice.text.writing.scripts import Legible, legible
from robotvoice.utterance import Priority, Reason, RequestOptions, Sentence

log = logging.getLogger(__name__)

FOR_NOBODY = RequestOptions(priority=Priority.BACKGROUND)


class MlxEngine:
    """Speaks with the models it was given.

    While a sentence waits for its turn or makes no sound yet, empty chunks are the sign of life: whether a
    worker takes too long is decided here, where it is known what it does.
    """

    name = "mlx"
    signs_of_life = True

    def __init__(
        self,
        models: Iterable[str],
        clip_of: ClipOf,
        *,
        revisions: Mapping[str, str] | None = None,
        limits: SentenceLimits | None = None,
    ) -> None:
        """`models`: folders, or names on the Hub, with the commit of each in `revisions` if it is pinned."""
        self._wanted = tuple(dict.fromkeys(models))
        self._decode = clip_of
        self._revisions = dict(revisions or {})
        self._limits = limits or SentenceLimits()
        self._workers: dict[str, ModelWorker] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._expected: tuple[ModelVoice, ...] = ()
        self._last = ""
        """The model that was last asked for"""
        self._ids = itertools.count(1)

    @property
    def first_audio_cap(self) -> float:
        """For a sign of life; the first sound has so long from when the worker begins on the sentence."""
        return self._limits.first_audio

    @property
    def description(self) -> str:
        if not self._workers:
            return "no persona names a model"
        return "; ".join(worker.description for worker in self._workers.values())

    @property
    def status(self) -> Mapping[str, Mapping[str, object]]:
        """By model: state, process id, figures. For people and health checks."""
        return {
            model: {
                "state": worker.state,
                "pid": worker.pid,
                "description": worker.description,
                **asdict(worker.figures),
                **worker.line,
            }
            for model, worker in self._workers.items()
        }

    async def start(self) -> None:
        """Starts a worker for each model; returns when each is ready or it is known why not."""
        await self.use(self._wanted)
        await asyncio.gather(*(worker.settled.wait() for worker in self._workers.values()))

    async def use(self, models: Iterable[str]) -> None:
        """From now on these models, and no others, have a worker; new ones start in the background."""
        wanted = tuple(dict.fromkeys(models))
        await self._end([model for model in self._workers if model not in wanted])
        for model in wanted:
            if model not in self._workers:
                expected = partial(self._expected_of, model)
                worker = ModelWorker(model, self._revisions.get(model), self._clip_of, self._limits, expected)
                self._workers[model] = worker
                self._tasks[model] = asyncio.create_task(worker.run(), name=f"mlx {model}")

    def expect(self, voices: Iterable[VoiceSpec]) -> None:
        """The references of these voices are encoded as soon as their model is ready and has time."""
        made = (voice.model_voice for voice in voices)
        self._expected = tuple(voice for voice in made if voice and voice.reference)
        for worker in self._workers.values():
            worker.look_again()

    def forget(self, prompts: Collection[str]) -> None:
        """What was encoded of the voices with these keys is dropped."""
        for worker in self._workers.values():
            worker.forget(prompts)

    def readiness(self, voice: VoiceSpec) -> Readiness:
        model_voice = voice.model_voice
        if model_voice is None:
            return Readiness(Reason("incomplete_voice", "this voice names no model; add the key model"))
        worker = self._workers.get(model_voice.model)
        if worker is None:
            code = "unknown_model" if self._workers else "starting"
            return Readiness(Reason(code, f"{model_voice.model} is not in use"))
        return worker.readiness(model_voice, voice.language)

    def legible(self, text: str, voice: VoiceSpec) -> Legible:
        """All of it while the model's family is not known."""
        worker = self._workers.get(voice.model_voice.model) if voice.model_voice else None
        scripts = worker.family.scripts if worker and worker.family else frozenset()
        return legible(text, lambda run: run.scripts <= scripts, voice.spoken) if scripts else Legible(text)

    def start_estimate(self, sentence: Sentence, voice: VoiceSpec) -> float:
        worker = self._workers.get(voice.model_voice.model) if voice.model_voice else None
        if worker is None or voice.model_voice is None:
            return 0.0
        return worker.start_estimate(voice.model_voice, sentence.asked.priority)

    def best_start(self, voice: VoiceSpec) -> float | None:
        """Seconds to its first sound when nobody is before it; None while that was not measured."""
        worker = self._workers.get(voice.model_voice.model) if voice.model_voice else None
        return worker.best_start(voice.model_voice) if worker and voice.model_voice else None

    def real_time_factor(self, voice: VoiceSpec) -> float:
        worker = self._workers.get(voice.model_voice.model) if voice.model_voice else None
        return worker.real_time_factor() if worker else 1.0

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        reason = self.readiness(voice).reason
        model_voice = voice.model_voice
        if reason or model_voice is None:
            assert reason is not None
            raise EngineUnavailable(reason.code, reason.text)
        worker = self._workers[model_voice.model]
        self._last = model_voice.model
        clones = model_voice.clones
        speak = Speak(
            next(self._ids),
            sentence.text,
            prompt=model_voice.key if clones else None,
            language=language_for(sentence.text, voice),
            speaker=model_voice.speaker,
            instruct=model_voice.instruct,
            seed=seed_of(model_voice, sentence.text, sentence.take),
            interval=self._limits.interval,
            max_tokens=token_cap(sentence.text),
        )
        turn = WorkerSentence(speak, model_voice, sentence.asked)
        if clones and not worker.has_prepared(model_voice.key):
            turn.clip = await self._clip_of(model_voice)
        name = voice.voice or model_voice.speaker or model_voice.model.rpartition("/")[2]
        async with aclosing(self._chunks(worker, turn, Origin(self.name, name))) as chunks:
            async for chunk in chunks:
                yield chunk

    async def probe(self) -> None:
        """Speaks a word with the worker's own voice, by the model that was asked for last if it is ready.

        Raises EngineFailure, and EngineUnavailable while no worker is ready.
        """
        ready = {model: worker for model, worker in self._workers.items() if worker.readiness(None)}
        worker = ready.get(self._last) or next(iter(ready.values()), None)
        if worker is None:
            raise EngineUnavailable("not_ready", self.description)
        turn = WorkerSentence(Speak(next(self._ids), WARM_UP, WARM_UP), None, FOR_NOBODY)
        async with aclosing(self._chunks(worker, turn, Origin(self.name, WARM_UP))) as chunks:
            # Of noise nothing need come: that the worker came to the end is the proof.
            async for _ in chunks:
                pass

    async def close(self) -> None:
        await self._end(list(self._workers))

    async def _chunks(
        self, worker: ModelWorker, turn: WorkerSentence, origin: Origin
    ) -> AsyncGenerator[AudioChunk, None]:
        worker.submit(turn)
        assert worker.facts is not None
        audio_format = AudioFormat(worker.facts.sample_rate)
        try:
            while (pcm := await turn.next(self._limits.alive)) is not None:
                yield AudioChunk(pcm, audio_format, origin)
        finally:
            worker.leave(turn)

    def _expected_of(self, model: str) -> Iterable[ModelVoice]:
        return (voice for voice in self._expected if voice.model == model)

    async def _clip_of(self, voice: ModelVoice) -> Clip:
        try:
            async with asyncio.timeout(self._limits.decode):
                return await self._decode(voice)
        except InvalidClip as error:
            raise EngineUnavailable(error.code, error.message) from error
        except TimeoutError:
            raise EngineUnavailable("bad_reference", "the reference clip could not be read in time") from None

    async def _end(self, models: Iterable[str]) -> None:
        tasks = set()
        for model in models:
            del self._workers[model]
            task = self._tasks.pop(model)
            task.cancel()
            tasks.add(task)
        if tasks:
            await asyncio.wait(tasks)


def language_for(text: str, voice: VoiceSpec) -> str | None:
    """What the model is told of the text's language; None: it finds out.

    Of a text without a letter of what the language is written in, it is better told nothing.
    """
    language = voice.spoken
    if language is None:
        return None
    written = {script for letter in text if (script := script_of(letter))}
    return language if not written or written.intersection(language_of(language).scripts) else None


def seed_of(voice: ModelVoice, text: str, take: int = 0) -> int:
    """The same for the same voice and sentence, which then sounds the same; a request may say its own.

    Of what came out wrong each take has another one.
    """
    said = voice.key if voice.seed is None else str(voice.seed)
    again = f"\0{take}" if take else ""
    return int.from_bytes(hashlib.sha256(f"{said}\0{text}{again}".encode()).digest()[:4])
