"""The way back of a voice that was given a rest: as for an engine, canaries find out whether it speaks."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing

from robotvoice.chain.attempt import Limits, attempt
from robotvoice.chain.breaker import LETS_USERS_THROUGH
from robotvoice.chain.guarded import UNGUARDED, ChainEntry, GuardedEngine
from robotvoice.errors import EngineFailure, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.utterance import Priority, RequestOptions, Sentence

log = logging.getLogger(__name__)

CANARIES = ("Can you hear me now?", "This is only a test, you know.", "One moment, I am listening to myself.")
"""Long enough to miss something of them; each canary says another one, as one text may be no voice's"""
WITHIN = 60.0
"""Seconds for one canary"""
NOBODY_WAITS = Limits(finish=WITHIN, patience=10.0)


async def recover_voices(
    guarded: Sequence[GuardedEngine],
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    interval: float = 0.25,
) -> None:
    """Tries each voice whose rest is over, while its engine can speak, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for each in guarded:
            group.create_task(_watch(each, sleep, interval), name=f"recover voices of {each.engine.name}")


async def _watch(guarded: GuardedEngine, sleep: Callable[[float], Awaitable[None]], interval: float) -> None:
    texts = itertools.cycle(CANARIES)
    while True:
        if guarded.breaker is None or guarded.breaker.state in LETS_USERS_THROUGH:
            voice = guarded.blame.due(WITHIN)
            if voice:
                await _try(guarded, voice, next(texts))
        await sleep(interval)


async def _try(guarded: GuardedEngine, voice: VoiceSpec, text: str) -> None:
    """One that speaks well is ready again; one that does not rests longer, unless that is no fault of its."""
    at_fault = True
    sentence = Sentence(0, text, RequestOptions(priority=Priority.BACKGROUND))
    try:
        speaking = attempt(ChainEntry(guarded, voice), sentence, UNGUARDED, NOBODY_WAITS)
        async with asyncio.timeout(WITHIN), aclosing(speaking) as chunks:
            async for _ in chunks:
                pass
        log.warning("a voice of %s speaks again", guarded.engine.name)
        return
    except EngineUnavailable:
        at_fault = False
    except (EngineFailure, TimeoutError):
        pass
    guarded.blame.rest_again(voice, longer=at_fault)
