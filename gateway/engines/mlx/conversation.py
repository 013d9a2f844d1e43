"""What is said between a gateway and one running worker about one sentence, each step within its time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from gateway.clip import Clip
from gateway.engines.mlx.limits import Limits
from gateway.engines.mlx.messages import (
    Answer,
    Audio,
    Cancel,
    Cancelled,
    Failed,
    Finished,
    Prepare,
    Prepared,
    Started,
)
from gateway.engines.mlx.turn import Turn
from gateway.engines.mlx.worker_process import WorkerProcess
from speech.errors import EngineFailure, EngineUnavailable
from speech.persona import ModelVoice
from speech.utterance import Priority

ClipOf = Callable[[ModelVoice], Awaitable[Clip]]
"""The decoded reference of a voice. Raises InvalidClip, or EngineUnavailable, when it cannot be used."""


class Conversation:
    """With one process, from when it is ready to its end. One turn at a time."""

    def __init__(self, process: WorkerProcess, clip_of: ClipOf, limits: Limits) -> None:
        self._process = process
        self._clip_of = clip_of
        self._limits = limits
        self.prompts: set[str] = set()
        """What the worker has encoded and not forgotten"""
        self.turn: Turn | None = None
        """The sentence that is being spoken"""
        self._deadline: asyncio.Timeout | None = None
        self._asked = self._stopping = False

    async def speak(self, turn: Turn) -> Mapping[str, float] | None:
        """Fills the turn; the worker's figures if it came to its end.

        What concerns only this sentence or voice is told to the turn. Raises EngineFailure, already told to
        the turn, when the process is of no use any more: gone, or hung.
        """
        self.turn = turn
        self._asked = self._stopping = False
        try:
            async with asyncio.timeout(None) as self._deadline:
                return await self._through(turn)
        except TimeoutError:
            failure = EngineFailure("stalled", "the worker did not answer in time and is replaced")
            turn.put(failure)
            raise failure from None
        except EngineFailure as failure:
            turn.put(failure)
            raise
        except asyncio.CancelledError:
            turn.put(EngineUnavailable("closed", "the model is no longer in use"))
            raise
        finally:
            self.turn = self._deadline = None

    def leave(self, turn: Turn) -> None:
        """Nobody listens to this turn any more: the worker stops after the piece it is at."""
        turn.left = True
        if turn is self.turn and self._asked and not self._stopping:
            self._process.post(Cancel(turn.speak.id))
            self._within(self._limits.cancel)
            self._stopping = True

    async def _through(self, turn: Turn) -> Mapping[str, float] | None:
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
                    self._within(limits.first_audio)
                case Audio():
                    self._within(limits.gap)
                    turn.sounded = turn.sounded or asyncio.get_running_loop().time()
                    if not turn.left:
                        turn.put(body)
                case Finished(stats=stats):
                    turn.put(None)
                    return stats
                case Cancelled():
                    return None
                case Failed(reason=reason, message=message):
                    turn.put(EngineFailure(reason, message))
                    return None
                case _:
                    raise _unexpected(answer)

    async def _prepare(
        self, turn: Turn, voice: ModelVoice, prompt: str
    ) -> EngineUnavailable | EngineFailure | None:
        """Has the reference encoded; why not, if it could not be."""
        try:
            clip = turn.clip or await self._clip_of(voice)
        except EngineUnavailable as unavailable:
            return unavailable
        self._within(self._limits.send)
        await self._process.send(Prepare(prompt, voice.transcript, voice.ad_hoc), clip.samples)
        self._within(self._limits.prepare)
        began = asyncio.get_running_loop().time()
        match await self._process.receive():
            case Prepared(forgotten=forgotten), _:
                turn.preparing = asyncio.get_running_loop().time() - began
                self.prompts.add(prompt)
                self.prompts.difference_update(forgotten)
                return None
            case Failed(reason="bad_reference", message=message), _:
                return EngineUnavailable("bad_reference", message)
            case Failed(reason=reason, message=message), _:
                return EngineFailure(reason, message)
            case answer, _:
                raise _unexpected(answer)

    def give_way(self) -> None:
        """Ends what is spoken for nobody's ears at the moment, so that somebody need not wait for it."""
        turn = self.turn
        if turn and turn.asked.priority is Priority.BACKGROUND and not turn.left:
            turn.put(EngineUnavailable("gave_way", "somebody wants to speak"))
            self.leave(turn)

    def _within(self, seconds: float) -> None:
        """The next answer must come in so many seconds. The time to stop, once it runs, is not extended."""
        if self._deadline and not self._stopping:
            self._deadline.reschedule(asyncio.get_running_loop().time() + seconds)


def _unexpected(answer: Answer) -> EngineFailure:
    return EngineFailure("protocol", f"the worker said {type(answer).__name__} out of turn")
