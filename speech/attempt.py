"""One engine's try at one sentence, with its deadlines, and what its breaker is told of it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from speech.audio import AudioChunk
from speech.engines.base import Engine
from speech.errors import EngineFailure, EngineUnavailable
from speech.guarded import ChainEntry, Settles
from speech.text import apply_lexicon
from speech.utterance import Reason, Sentence

log = logging.getLogger(__name__)

STALL = 0.8
"""Seconds without a chunk, once a sentence has begun to sound, that count as a failure."""


async def attempt(
    entry: ChainEntry, sentence: Sentence, permit: Settles, stall: float = STALL
) -> AsyncGenerator[AudioChunk, None]:
    """The chunks of one sentence; the permit is settled however it ends.

    Raises EngineFailure (counted) and EngineUnavailable (not counted). Only the time spent waiting for the
    engine is measured, so a slow listener is nobody's failure.
    """
    engine = entry.engine
    deadline = engine.first_audio_cap
    heard = False
    try:
        given = replace(sentence, text=apply_lexicon(sentence.text, entry.voice.lexicon))
        async with aclosing(engine.speak(given, entry.voice)) as chunks:
            while chunk := await _next_sound(engine, chunks, deadline):
                if chunk.samples:
                    deadline, heard = stall, True
                    yield chunk
        if not heard:
            raise EngineFailure("no_audio", f"{engine.name} made no audio of a sentence")
    except EngineUnavailable:
        permit.ignore()
        raise
    except EngineFailure as failure:
        permit.fail(Reason(failure.reason, failure.message))
        raise
    except (Exception, asyncio.CancelledError) as error:
        if isinstance(error, asyncio.CancelledError) and _we_are_cancelled():
            permit.ignore()
            raise
        # Also when the engine waited for something that it had cancelled itself.
        log.exception("engine crashed", extra={"engine": engine.name})
        reason = Reason("crashed", f"{engine.name} failed with {type(error).__name__}")
        permit.fail(reason)
        raise EngineFailure(reason.code, reason.text) from error
    except BaseException:
        # The client left: nobody's failure.
        permit.ignore()
        raise
    permit.ok()


async def _next_sound(
    engine: Engine, chunks: AsyncGenerator[AudioChunk, None], deadline: float
) -> AudioChunk | None:
    """The next sound or sign of life, None at the end. Raises EngineFailure after `deadline` seconds."""
    limit = asyncio.timeout(deadline)
    try:
        async with limit:
            async for chunk in chunks:
                if chunk.samples or engine.signs_of_life:
                    return chunk
            return None
    except TimeoutError:
        if not limit.expired():
            raise
        raise EngineFailure("stalled", f"{engine.name} gave no audio for {deadline:g} s") from None


def _we_are_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
