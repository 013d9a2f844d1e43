"""One sentence ahead: what a slow listener hears of a voice that fails behind their back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

import pytest

from robotvoice.chain.ahead import ahead
from robotvoice.chain.chain_events import ChainEvent, Ended, SentenceStarted
from robotvoice.chain.fallback import TakeBack
from robotvoice.errors import EngineFailure
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Outcome
from tests.fakes.scripted_engine import DIES, FOREVER, SPEAKS, ScriptedEngine
from tests.robotvoice.chain.chain import Told, chain_of, utterance

TEXTS = ("One.", "Two.", "Three.", "Four.")


async def heard_slowly(*engines: ScriptedEngine, texts: tuple[str, ...] = TEXTS) -> tuple[Told, list[int]]:
    """The events, and how many sentences the first engine had been asked for at the start of each."""
    events: list[ChainEvent] = []
    asked: list[int] = []
    async with aclosing(ahead(partial(chain_of(*engines).speak, utterance(*texts)))) as coming:
        async for event in coming:
            events.append(event)
            if isinstance(event, SentenceStarted):
                await asyncio.sleep(0.02)
                asked.append(len(engines[0].asked))
    return Told(events), asked


async def test_the_next_sentence_is_made_while_one_is_heard_and_no_more_than_that() -> None:
    told, asked = await heard_slowly(ScriptedEngine("espeak"))
    assert [word for word in told.story if ":" in word] == [f"{at}:espeak" for at in range(4)]
    assert told.story[-1] == "complete"
    # One that is passed on, one behind it, and one that has begun and waits.
    assert asked == [3, 4, 4, 4]


async def test_what_broke_before_it_was_heard_is_heard_once() -> None:
    clone = ScriptedEngine("clone", SPEAKS, (10, 10, DIES))
    told, _ = await heard_slowly(clone, ScriptedEngine("espeak"), texts=TEXTS[:2])
    assert told.story == [
        *("0:clone", "10", "10"),
        *("1:clone>espeak died", "1:espeak", "10", "10"),
        "complete",
    ]
    assert [row.repeated for row in told.ended.spoken] == [False, False]


async def test_what_broke_while_it_was_heard_is_repeated() -> None:
    clone = ScriptedEngine("clone", (10, 0.05, 10, DIES))
    told, _ = await heard_slowly(clone, ScriptedEngine("espeak"), texts=TEXTS[:1])
    assert told.story[:2] == ["0:clone", "10"]
    assert told.story[-4:] == ["0:espeak", "10", "10", "complete"]
    assert told.ended.spoken[0].repeated


async def test_what_was_heard_once_is_repeated_though_another_try_broke_unheard() -> None:
    clone = ScriptedEngine("clone", (10, 0.001, DIES), (10, DIES))
    told, _ = await heard_slowly(clone, clone, ScriptedEngine("espeak"), texts=TEXTS[:1])
    assert [start.origin.engine for start in told.starts] == ["clone", "espeak"]
    assert told.ended.spoken[0].repeated


async def test_who_leaves_ends_the_work() -> None:
    engine = ScriptedEngine("espeak", (10, FOREVER))
    coming = ahead(partial(chain_of(engine).speak, utterance(*TEXTS)))
    async with aclosing(coming) as events:
        async for event in events:
            if isinstance(event, AudioChunk):
                break
    assert engine.speaking == 0
    assert len(asyncio.all_tasks()) == 1


async def test_what_breaks_the_events_is_raised_after_what_came_before() -> None:
    last_words = Ended(Outcome.INCOMPLETE, ())

    async def broken(take_back: TakeBack) -> AsyncGenerator[ChainEvent, None]:
        yield last_words
        raise EngineFailure("unsteady", "it broke")

    seen = []
    with pytest.raises(EngineFailure):
        async for event in ahead(broken):
            seen.append(event)
    assert seen == [last_words]
