"""One engine's try at one sentence: its deadlines, its crashes, and what its breaker is told."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from robotvoice.chain.attempt import Limits, attempt
from robotvoice.chain.breaker import State
from robotvoice.chain.guarded import ChainEntry
from robotvoice.errors import EngineFailure, EngineForbidden, EngineUnavailable
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Reason, Sentence
from tests.fakes.scripted_engine import BUSY, DIES, FOREVER, SPEAKS, Script, ScriptedEngine
from tests.robotvoice.chain.chain import STALL, breaker_of, chain_of, guard, is_complete, tell, utterance

SENTENCE = Sentence(0, "One.")


class Notes:
    """A permit that writes down how it was settled."""

    def __init__(self) -> None:
        self.settled: list[str] = []
        self.reason: Reason | None = None

    def ok(self, *, slow: bool = False) -> None:
        self.settled.append("slow" if slow else "ok")

    def forbid(self, reason: Reason) -> None:
        self.settled.append("forbid")
        self.reason = reason

    def fail(self, reason: Reason, *, proven: bool = False) -> None:
        self.settled.append("fail")
        self.reason = reason

    def ignore(self) -> None:
        self.settled.append("ignore")


def try_once(
    permit: Notes, engine: ScriptedEngine, lexicon: tuple[tuple[str, str], ...] = ()
) -> AsyncGenerator[AudioChunk, None]:
    entry = ChainEntry(guard(engine), VoiceSpec("scripted", lexicon=lexicon))
    return attempt(entry, SENTENCE, permit, Limits(stall=STALL))


async def hear(tried: AsyncGenerator[AudioChunk, None]) -> list[int]:
    async with aclosing(tried) as chunks:
        return [chunk.samples async for chunk in chunks]


async def test_a_sentence_that_was_spoken_is_good() -> None:
    permit, engine = Notes(), ScriptedEngine("clone", (3, 0, 4))
    assert await hear(try_once(permit, engine)) == [3, 4]
    assert permit.settled == ["ok"]
    assert engine.speaking == 0


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ((DIES,), "died"),
        ((10, DIES), "died"),
        ((FOREVER,), "stalled"),
        ((10, FOREVER), "stalled"),
        ((0, FOREVER), "stalled"),
        ((0, 0.02) * 20, "stalled"),
        ((10, *(0, 0.02) * 20), "stalled"),
        ((ValueError("a bug"),), "crashed"),
        ((10, KeyError("a bug")), "crashed"),
        ((TimeoutError(),), "crashed"),
        ((StopAsyncIteration(),), "crashed"),
        ((asyncio.CancelledError(),), "crashed"),
        ((10, asyncio.CancelledError()), "crashed"),
    ],
    ids=str,
)
async def test_what_an_engine_does_not_deliver_is_counted_once_with_its_reason(
    script: Script, reason: str
) -> None:
    permit, engine = Notes(), ScriptedEngine("clone", script, first_audio_cap=0.1)
    with pytest.raises(EngineFailure) as failed:
        await hear(try_once(permit, engine))
    assert failed.value.reason == reason
    assert permit.settled == ["fail"]
    assert permit.reason == Reason(reason, failed.value.message)
    assert engine.speaking == 0


async def test_a_refusal_is_not_counted() -> None:
    for script in ((BUSY,), (10, BUSY)):
        permit = Notes()
        with pytest.raises(EngineUnavailable):
            await hear(try_once(permit, ScriptedEngine("clone", script)))
        assert permit.settled == ["ignore"]


async def test_the_message_of_a_crash_is_not_passed_on() -> None:
    """It might hold what is spoken."""
    with pytest.raises(EngineFailure) as failed:
        await hear(try_once(Notes(), ScriptedEngine("clone", (ValueError("One."),))))
    assert failed.value.message == "clone failed with ValueError"


async def test_a_lexicon_that_breaks_is_a_crash_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("robotvoice.chain.guarded.apply_lexicon", lambda *_: 1 // 0)
    permit = Notes()
    with pytest.raises(EngineFailure, match="ZeroDivisionError"):
        await hear(try_once(permit, ScriptedEngine("clone"), (("One", "1"),)))
    assert permit.settled == ["fail"]


async def test_only_the_first_sound_may_take_as_long_as_the_cap() -> None:
    slow_start = ScriptedEngine("clone", (4 * STALL, 10, 10), first_audio_cap=60 * STALL)
    assert await hear(try_once(Notes(), slow_start)) == [10, 10]
    slow_middle = ScriptedEngine("clone", (10, 60 * STALL, 10), first_audio_cap=60 * STALL)
    with pytest.raises(EngineFailure, match=r"gave no audio for 0\.05 s"):
        await hear(try_once(Notes(), slow_middle))


async def test_a_slow_listener_is_nobodys_failure() -> None:
    permit, engine = Notes(), ScriptedEngine("clone", (10, 10, 10), first_audio_cap=STALL)
    async with aclosing(try_once(permit, engine)) as chunks:
        async for _ in chunks:
            await asyncio.sleep(3 * STALL)
    assert permit.settled == ["ok"]


@pytest.mark.parametrize("script", [SPEAKS, (10, FOREVER)], ids=str)
async def test_a_listener_that_leaves_is_nobodys_failure(script: Script) -> None:
    permit, engine = Notes(), ScriptedEngine("clone", script)
    chunks = try_once(permit, engine)
    await anext(chunks)
    await chunks.aclose()
    assert permit.settled == ["ignore"]
    assert engine.speaking == 0


@pytest.mark.parametrize("script", [(FOREVER,), (10, FOREVER)], ids=str)
async def test_a_cancelled_listener_is_cancelled_and_nobodys_failure(script: Script) -> None:
    permit, engine = Notes(), ScriptedEngine("clone", script)
    entry = ChainEntry(guard(engine), VoiceSpec("scripted"))
    listening = asyncio.create_task(hear(attempt(entry, SENTENCE, permit, Limits(stall=10.0))))
    await asyncio.sleep(0.01)
    listening.cancel()
    await asyncio.wait({listening})
    assert listening.cancelled()
    assert permit.settled == ["ignore"]
    assert engine.speaking == 0


async def test_a_deadline_of_the_listener_stays_the_listeners() -> None:
    permit, engine = Notes(), ScriptedEngine("clone", (FOREVER,))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await hear(try_once(permit, engine))
    assert permit.settled == ["ignore"]


async def test_the_lexicon_changes_what_the_engine_is_given_and_nothing_else() -> None:
    engine = ScriptedEngine("clone")
    await hear(try_once(Notes(), engine, (("One", "wan"), ("wan", "never"))))
    assert engine.asked == ["wan."]
    assert SENTENCE.text == "One."


async def test_an_engine_that_will_refuse_everybody_is_taken_out_of_use() -> None:
    forbidden = EngineForbidden("not_authorised", "it refuses the key")
    clone = guard(ScriptedEngine("clone", (forbidden,)))
    told = await tell(chain_of(clone, ScriptedEngine("espeak")), utterance("One.", "Two."))
    assert is_complete(told)
    breaker = breaker_of(clone)
    assert (breaker.state, breaker.reason) == (
        State.FORCED_OPEN,
        Reason("not_authorised", "it refuses the key"),
    )


async def test_an_engine_that_was_forced_open_is_not_even_the_last_resort() -> None:
    clone = guard(ScriptedEngine("clone"))
    breaker_of(clone).force(State.FORCED_OPEN, Reason("operator", "it is being repaired"))
    chain = chain_of(clone)
    assert not chain.can_speak()
    assert (await tell(chain, utterance("One."))).story == ["incomplete"]
