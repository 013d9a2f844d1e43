"""What is said between a gateway and one running worker about one sentence, each step within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from gateway.clips.clip import Clip
from gateway.engines.mlx.harmful_voices import HarmfulVoices
from gateway.engines.mlx.model_pace import Pace
from gateway.engines.mlx.time_limits import SentenceLimits
from gateway.engines.mlx.worker_messages import (
    WARM_UP,
    Answer,
    Audio,
    Cancel,
    Cancelled,
    Failed,
    Finished,
    Forget,
    Prepare,
    Prepared,
    Started,
)
from gateway.engines.mlx.worker_process import WorkerProcess
from gateway.engines.mlx.worker_sentence import WorkerSentence
from robotvoice.errors import ContentFailure, EngineFailure, EngineUnavailable
from robotvoice.persona import ModelVoice
from robotvoice.utterance import Priority

ClipOf = Callable[[ModelVoice], Awaitable[Clip]]
"""The decoded reference of a voice. Raises InvalidClip, or EngineUnavailable, when it cannot be used."""


class WorkerCall:
    """With one process, from when it is ready to its end. One turn at a time."""

    def __init__(
        self,
        process: WorkerProcess,
        clip_of: ClipOf,
        limits: SentenceLimits,
        pace: Pace,
        harmful: HarmfulVoices,
        somebody_waits: Callable[[], bool],
    ) -> None:
        """`pace` is what its workers have shown; `somebody_waits`: for a turn, and not in the background."""
        self._process = process
        self._clip_of = clip_of
        self._limits, self._pace = limits, pace
        self._harmful, self._somebody_waits = harmful, somebody_waits
        self.prompts: set[str] = set()
        """What the worker has encoded and not forgotten"""
        self.turn: WorkerSentence | None = None
        """The sentence that is being spoken"""
        self._deadline: asyncio.Timeout | None = None
        self._asked = self._stopping = self._preparing = False

    async def speak(self, turn: WorkerSentence) -> Mapping[str, float] | None:
        """Fills the turn; the worker's figures if it came to its end.

        What concerns only this sentence or voice is told to the turn. Raises EngineFailure, already told to
        the turn, when the process is of no use any more: gone, or hung.
        """
        self.turn = turn
        self._asked = self._stopping = self._preparing = False
        try:
            async with asyncio.timeout(None) as self._deadline:
                return await self._through(turn)
        except TimeoutError:
            failure = EngineFailure("stalled", "the worker did not answer in time and is replaced")
            turn.put(self._told(failure, turn))
            raise failure from None
        except EngineFailure as failure:
            turn.put(self._told(failure, turn))
            raise
        except asyncio.CancelledError:
            turn.put(EngineUnavailable("closed", "the model is no longer in use"))
            raise
        finally:
            self.turn = self._deadline = None

    def leave(self, turn: WorkerSentence) -> None:
        """Nobody listens to this turn any more: the worker stops after the piece it is at.

        Its first piece is waited for as long as if somebody listened.
        """
        turn.left = True
        if turn is self.turn and self._asked and not self._stopping:
            self._process.post(Cancel(turn.speak.id))
            if turn.sounded:
                self._within(self._to_stop)
            self._stopping = True

    def forget(self, prompts: Collection[str]) -> None:
        """The worker drops what it encoded of these, once it is done with what it was asked before."""
        self.prompts.difference_update(prompts)
        self._process.post(Forget(tuple(prompts)))

    async def _through(self, turn: WorkerSentence) -> Mapping[str, float] | None:
        speak, limits = turn.speak, self._limits
        if turn.voice and speak.prompt and speak.prompt not in self.prompts:
            problem = await self._prepare(turn, turn.voice, speak.prompt)
            if problem:
                turn.put(problem)
                return None
        if turn.left:
            return None
        self._within(limits.send)
        turn.begun = asyncio.get_running_loop().time()
        await self._process.send(speak)
        self._asked = True
        self._within(limits.accept)
        while True:
            answer, body = await self._process.receive()
            match answer:
                case Started():
                    self._within(self._first_audio(turn), though_stopping=True)
                case Audio():
                    self._within(self._gap)
                    if turn.sounded is None:
                        turn.sounded = asyncio.get_running_loop().time()
                        self._within(self._to_stop if self._stopping else self._gap, though_stopping=True)
                    if not turn.left:
                        turn.put(body)
                    if self._somebody_waits():
                        self.give_way()
                case Finished(stats=stats):
                    turn.put(None)
                    return stats
                case Cancelled():
                    return None
                case Failed(reason=reason, message=message):
                    # The worker lives: it is about this text, this voice, or all of them.
                    turn.put(ContentFailure(reason, message))
                    return None
                case _:
                    raise _unexpected(answer)

    async def _prepare(
        self, turn: WorkerSentence, voice: ModelVoice, prompt: str
    ) -> EngineUnavailable | EngineFailure | None:
        """Has the reference encoded; why not, if it could not be."""
        try:
            clip = turn.clip or await self._clip_of(voice)
        except EngineUnavailable as unavailable:
            return unavailable
        self._within(self._limits.send)
        await self._process.send(Prepare(prompt, voice.transcript, voice.ad_hoc), clip.samples)
        self._within(self._given(self._limits.prepare, self._pace.prepare, self._pace.first_audio))
        began = turn.encoding_since = asyncio.get_running_loop().time()
        self._preparing = True
        answer, _ = await self._process.receive()
        self._preparing = False
        match answer:
            case Prepared(forgotten=forgotten):
                self._harmful.survived(prompt)
                turn.preparing = asyncio.get_running_loop().time() - began
                self.prompts.add(prompt)
                self.prompts.difference_update(forgotten)
                return None
            case Failed(reason="bad_reference", message=message):
                return EngineUnavailable("bad_reference", message)
            case Failed(reason=reason, message=message):
                return ContentFailure(reason, message)
            case _:
                raise _unexpected(answer)

    def _told(self, failure: EngineFailure, turn: WorkerSentence) -> EngineFailure:
        """What the turn is told of the end of the worker: over its clip it is nobody else's affair."""
        if not (self._preparing and turn.voice):
            return failure
        self._harmful.harmed(turn.voice.key)
        return ContentFailure(failure.reason, f"{failure.message}, while it encoded the clip of this voice")

    def give_way(self) -> None:
        """Ends what is spoken for nobody's ears at the moment, so that somebody need not wait for it."""
        turn = self.turn
        if turn and turn.priority is Priority.BACKGROUND and not turn.left:
            turn.put(EngineUnavailable("gave_way", "a sentence that somebody waits for came first"))
            self.leave(turn)

    def _within(self, seconds: float, *, though_stopping: bool = False) -> None:
        """The next answer must come in so many seconds. The time to stop, once it runs, is not extended."""
        if self._deadline and (though_stopping or not self._stopping):
            self._deadline.reschedule(asyncio.get_running_loop().time() + seconds)

    def _first_audio(self, turn: WorkerSentence) -> float:
        voice = turn.voice.key if turn.voice else WARM_UP
        return self._given(
            self._limits.first_audio, self._pace.first_audio, self._pace.first_audio_p95(voice)
        )

    @property
    def _gap(self) -> float:
        return self._given(self._limits.gap, self._limits.interval * self._pace.real_time_factor)

    @property
    def _to_stop(self) -> float:
        return max(self._limits.cancel, self._gap)

    def _given(self, anybody: float, *shown: float) -> float:
        """Seconds: only who exceeds by far what it has shown itself to need is hung."""
        return max(anybody, min(self._limits.slower * max(shown), self._limits.longest))


def _unexpected(answer: Answer) -> EngineFailure:
    return EngineFailure("protocol", f"the worker said {type(answer).__name__} out of turn")
