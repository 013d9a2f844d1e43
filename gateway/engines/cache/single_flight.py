"""One sentence on its way, and all who listen to it."""

import asyncio
import math
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from robotvoice.engines.base import Engine
from robotvoice.errors import ContentFailure, EngineFailure, EngineUnavailable
from robotvoice.ground.changes import Changed
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence


class SharedSynthesis:
    """Made once for everybody; when the last listener has left before its end, it is not made any more.

    Unless nothing of it has sounded yet: an engine cannot stop before it has made its first piece, and then
    it may as well go on, as long as nobody else wants to speak.
    """

    def __init__(
        self,
        engine: Engine,
        sentence: Sentence,
        voice: VoiceSpec,
        forget: Callable[[], None],
        goes_on: Callable[["SharedSynthesis"], bool],
    ) -> None:
        """`forget` is called once, when nobody may join any more; `goes_on` says if it may without anybody.

        Each who listens has their own time; it has none.
        """
        self.priority = sentence.asked.priority
        self._engine = engine
        asked = replace(sentence.asked, start_by=math.inf, abandoned=lambda: self._abandoned)
        self._sentence = replace(sentence, asked=asked)
        self._voice = voice
        self._goes_on = goes_on
        self._abandoned = False
        self.chunks: list[AudioChunk] = []
        """So far; an engine bounds what it makes of a sentence"""
        self.task: asyncio.Task[None] | None = None
        """What runs it"""
        self._forget = forget
        self._listeners = 0
        self._ended = False
        self.problem: Exception | None = EngineUnavailable("stopped", f"{engine.name} was stopped")
        """Why it did not come to its end"""
        self._told = False
        self._news = Changed()

    async def run(self) -> None:
        """Until the sentence is whole, or its engine has failed, which the listeners are told."""
        try:
            async with aclosing(self._engine.speak(self._sentence, self._voice)) as chunks:
                async for chunk in chunks:
                    self.chunks.append(chunk)
                    self._news.tell()
            self.problem = None
        except Exception as problem:
            self.problem = problem
            self.chunks = []
        finally:
            self.end()

    def end(self) -> None:
        """Nothing more will come, even if it never began."""
        if not self._ended:
            self._ended = True
            self._forget()
            self._news.tell()

    async def listen(self) -> AsyncGenerator[AudioChunk, None]:
        """All of it from the beginning. Raises what the engine raised.

        A failure of the engine is raised as one to a single listener, and to the others as EngineUnavailable:
        it was one failure, and is to be counted once. What came out wrong each of them may have made again.
        """
        self._listeners += 1
        self._abandoned = False
        chunks, position = self.chunks, 0
        try:
            while True:
                while position < len(chunks):
                    position += 1
                    yield chunks[position - 1]
                if self._ended:
                    break
                await self._news.wait()
            if self.problem:
                raise self._problem_for_one()
        finally:
            self._listeners -= 1
            if not self._listeners and not self._ended and self.task:
                self._abandoned = not any(chunk.samples for chunk in self.chunks) and self._goes_on(self)
                if not self._abandoned:
                    self.end()
                    self.task.cancel()
                    await asyncio.wait({self.task})

    def _problem_for_one(self) -> Exception:
        problem = self.problem
        assert problem is not None
        if isinstance(problem, EngineUnavailable):
            return EngineUnavailable(problem.reason, problem.message, problem.retry_after)
        if isinstance(problem, ContentFailure):
            return ContentFailure(problem.reason, problem.message)
        if not self._told:
            self._told = True
            return problem
        reason = problem.reason if isinstance(problem, EngineFailure) else "crashed"
        return EngineUnavailable(reason, f"{self._engine.name} did not make a sentence that others wait for")
