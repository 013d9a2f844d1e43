"""One engine's try at one sentence, with its deadlines, and what its breaker is told of it."""

import asyncio
import logging
import math
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace

from robotvoice.chain.failure_attribution import Whose
from robotvoice.chain.guarded import ChainEntry, Settles
from robotvoice.engines.base import Engine
from robotvoice.errors import ContentFailure, EngineFailure, EngineForbidden, EngineUnavailable
from robotvoice.ground.finishing import is_own_end
from robotvoice.languages import CANNOT_READ
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence

log = logging.getLogger(__name__)

STALL = 0.8
"""Seconds without a chunk, once a sentence has begun to sound, that count as a failure."""
OWN_DEADLINES = 2.5
"""Seconds for an engine that keeps deadlines of its own: only if those fail it is up to the chain"""
FAIR = 1.25
"""How many times as long as it had promised an engine must be given, if to miss it is to be its fault"""
SLOW = 0.8
"""Share of its cap after which an engine's first sound counts as slow"""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a try may take. Seconds from its start."""

    first_audio: float = math.inf
    """What the listener can wait for the first sound"""
    finish: float = math.inf
    """What the listener can wait for the last"""
    stall: float = STALL
    patience: float = 0.0
    """No deadline is shorter: there is nobody who could be quicker"""
    others: bool = False
    """Another engine could take over: an engine that is usually quick need not be waited for as long"""

    def with_patience(self, seconds: float) -> "Limits":
        return replace(self, patience=seconds)


async def attempt(
    entry: ChainEntry, sentence: Sentence, permit: Settles, limits: Limits
) -> AsyncGenerator[AudioChunk, None]:
    """The chunks of one sentence; the permit is settled however it ends.

    Raises EngineFailure (counted), EngineUnavailable (not counted) and ContentFailure, which is counted once
    it is the engine's. Only the time spent waiting for the
    engine is measured, so a slow listener is nobody's failure. Nor is it one when the listener cannot wait as
    long as an engine may take, unless the engine had promised to begin far earlier.
    """
    engine, blame, clock = entry.engine, entry.guarded.blame, asyncio.get_running_loop().time
    began, begun, text = clock(), blame.clock(), sentence.text
    cap = max(entry.guarded.first_audio_cap if limits.others else engine.first_audio_cap, limits.patience)
    fair = limits.first_audio >= FAIR * engine.start_estimate(sentence, entry.voice)
    wait = _Wait(engine, cap, began + limits.first_audio, began + limits.finish, fair)
    heard: float | None = None
    try:
        given = entry.given(sentence)
        if sentence.text and not given.text:
            # Only since an engine has started it is known what it reads.
            raise EngineUnavailable(CANNOT_READ, f"{engine.name} does not read any of it")
        text = given.text
        if limits.first_audio < math.inf:
            given = replace(given, asked=replace(given.asked, start_by=wait.sound_by))
        async with aclosing(engine.speak(given, entry.voice)) as chunks:
            while chunk := await wait.next(chunks):
                if chunk.samples:
                    if heard is None:
                        heard = clock() - began
                        own = OWN_DEADLINES if engine.signs_of_life else 0.0
                        wait.sounds(max(limits.stall, limits.patience, own))
                    yield chunk
        if heard is None:
            raise ContentFailure("no_audio", f"{engine.name} made no audio of a sentence", another_take=False)
    except EngineForbidden as forbidden:
        permit.forbid(Reason(forbidden.reason, forbidden.message))
        raise
    except EngineUnavailable:
        permit.ignore()
        raise
    except ContentFailure as failure:
        reason = Reason(failure.reason, failure.message)
        if blame.failed(entry.voice, text, reason) is Whose.ENGINE:
            permit.fail(reason, proven=True)
        else:
            permit.ignore()
        raise
    except EngineFailure as failure:
        permit.fail(Reason(failure.reason, failure.message))
        raise
    except (Exception, asyncio.CancelledError) as error:
        if is_own_end(error):
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
    if not engine.signs_of_life:
        entry.guarded.first_audio.add(heard)
    blame.spoke(entry.voice, text, begun)
    permit.ok(slow=heard > SLOW * cap and not engine.signs_of_life)


class _Wait:
    """For one engine's next sound or sign of life."""

    def __init__(self, engine: Engine, cap: float, sound_by: float, end_by: float, fair: bool) -> None:
        """`sound_by` and `end_by` in the clock of the loop; `fair`: the engine could have kept the first."""
        self._engine = engine
        self._patience = cap
        self.sound_by = sound_by
        self._end_by = end_by
        self._fair = fair

    def sounds(self, stall: float) -> None:
        """From now on so many seconds without a chunk are a failure."""
        self._patience, self.sound_by = stall, math.inf

    async def next(self, chunks: AsyncGenerator[AudioChunk, None]) -> AudioChunk | None:
        """None at the end. Raises EngineFailure, and EngineUnavailable when only the listener cannot wait."""
        now = asyncio.get_running_loop().time()
        last = min(self.sound_by, self._end_by)
        limit = asyncio.timeout_at(min(now + self._patience, last))
        try:
            async with limit:
                async for chunk in chunks:
                    if chunk.samples or self._engine.signs_of_life:
                        return chunk
                return None
        except TimeoutError:
            if not limit.expired():
                raise
        name = self._engine.name
        if last >= now + self._patience:
            raise EngineFailure("stalled", f"{name} gave no audio for {self._patience:g} s")
        if self._engine.signs_of_life or not self._fair or self._end_by <= self.sound_by:
            raise EngineUnavailable("too_late", f"{name} did not speak while there was time")
        raise EngineFailure("too_late", f"{name} did not begin within the time it had predicted")
