"""A whole answer in one file holds one voice, from the first sentence to the last."""

import asyncio
from functools import partial

import pytest

from robotvoice.chain.guarded import GuardedEngine
from robotvoice.chain.whole_file import MAX_STARTS, WholeFile, speak_whole
from robotvoice.engines.base import READY, Readiness
from robotvoice.errors import EngineFailure
from robotvoice.utterance import Reason
from tests.fakes.scripted_engine import BUSY, DIES, FOREVER, SPEAKS, Script, ScriptedEngine
from tests.robotvoice.chain.chain import chain_of, utterance

TEXT = ("One.", "Two.", "Three.")
DIED = Reason("died", "it died")
ABSENT = Readiness(Reason("not_installed", "it is not installed"))


async def whole(*engines: ScriptedEngine, texts: tuple[str, ...] = TEXT) -> WholeFile:
    return await speak_whole(chain_of(*engines), utterance(*texts))


def lengths(file: WholeFile) -> list[int]:
    return [chunk.samples for chunk in file.chunks]


def voices(file: WholeFile) -> set[str]:
    return {chunk.origin.engine for chunk in file.chunks}


async def test_all_sentences_are_in_the_file_in_their_order() -> None:
    clone = ScriptedEngine("clone", (1, 2), (3,), (4, 5))
    file = await whole(clone, ScriptedEngine("espeak"))
    assert lengths(file) == [1, 2, 3, 4, 5]
    assert [row.samples for row in file.spoken] == [3, 3, 9]
    assert (file.origin.engine, file.origin.voice) == ("clone", "clone-voice")
    assert (file.entry, file.substitute) == (0, None)


async def test_a_substitute_that_spoke_all_of_it_is_named() -> None:
    file = await whole(ScriptedEngine("clone", readiness=ABSENT), ScriptedEngine("espeak"))
    assert (file.entry, file.substitute, file.origin.engine) == (1, ABSENT.reason, "espeak")
    assert [row.substitute for row in file.spoken] == [ABSENT.reason] * 3


@pytest.mark.parametrize("broken", [(DIES,), (7, DIES), (7, BUSY)], ids=str)
async def test_a_first_sentence_that_broke_leaves_nothing_in_the_file(broken: Script) -> None:
    clone, espeak = ScriptedEngine("clone", broken), ScriptedEngine("espeak", (5, 6))
    file = await whole(clone, espeak)
    assert lengths(file) == [5, 6] * 3
    assert voices(file) == {"espeak"}
    assert (file.entry, file.origin.engine) == (1, "espeak")
    # Nothing was finished before, so nothing had to be spoken again.
    assert espeak.asked == list(TEXT)


@pytest.mark.parametrize("broken", [(DIES,), (7, DIES), (7, BUSY)], ids=str)
@pytest.mark.parametrize("good", [1, 2])
async def test_a_later_sentence_that_falls_to_another_voice_begins_the_file_again(
    good: int, broken: Script
) -> None:
    clone = ScriptedEngine("clone", *[SPEAKS] * good, broken, SPEAKS)
    espeak = ScriptedEngine("espeak", (5, 6))
    file = await whole(clone, espeak)
    assert lengths(file) == [5, 6] * 3
    assert voices(file) == {"espeak"}
    assert [row.sentence for row in file.spoken] == [0, 1, 2]
    assert {row.engine for row in file.spoken} == {"espeak"}
    assert file.entry == 1
    assert file.substitute is not None
    assert file.substitute.code in ("died", "busy")
    # The clone is not asked again, although it would speak now.
    assert clone.asked == list(TEXT[: good + 1])


async def test_what_was_made_of_a_broken_sentence_is_dropped_when_its_own_voice_repeats_it() -> None:
    clone = ScriptedEngine("clone", (1, 2), (30, DIES), (3,), (4,))
    file = await whole(clone)
    assert lengths(file) == [1, 2, 3, 4]
    assert not any(row.repeated for row in file.spoken)
    assert (file.entry, file.substitute) == (0, None)


async def test_the_first_sound_is_that_of_the_file_and_not_of_what_was_dropped() -> None:
    clock = iter((1.0, 2.0, 3.0))
    clone = ScriptedEngine("clone", SPEAKS, (DIES,))
    chain = chain_of(clone, ScriptedEngine("espeak"))
    file = await speak_whole(chain, utterance(*TEXT), lambda: next(clock))
    assert file.first_audio == 2.0
    assert next(clock) == 3.0


async def test_a_file_may_begin_again_with_an_earlier_voice() -> None:
    def gone() -> None:
        espeak.ready = ABSENT

    clone = ScriptedEngine("clone", (DIES,), (1, 2))
    espeak = ScriptedEngine("espeak", SPEAKS, (gone, DIES))
    file = await whole(clone, espeak)
    assert lengths(file) == [1, 2] * 3
    assert (file.entry, file.substitute) == (0, None)
    assert {row.substitute for row in file.spoken} == {None}


async def test_voices_that_fail_in_turn_are_given_up() -> None:
    """Each speaks one sentence and leaves the next to the other, for ever."""

    engines: list[ScriptedEngine] = []

    def give_up(index: int) -> None:
        engines[index].ready, engines[1 - index].ready = ABSENT, READY

    engines += [
        ScriptedEngine(name, *(SPEAKS, (partial(give_up, index), DIES)) * 10)
        for index, name in enumerate(("first", "second"))
    ]
    chain = chain_of(*map(GuardedEngine, engines))
    with pytest.raises(EngineFailure, match="failed in turn") as failed:
        await speak_whole(chain, utterance(*TEXT))
    assert failed.value.reason == "unsteady"
    assert [len(engine.asked) for engine in engines] == [2 * MAX_STARTS, 2 * MAX_STARTS - 1]


async def test_a_file_that_nobody_can_make_is_a_failure_that_says_why() -> None:
    with pytest.raises(EngineFailure, match="it died") as failed:
        await whole(ScriptedEngine("clone", (DIES,)), ScriptedEngine("espeak", SPEAKS, (10, DIES)))
    assert failed.value.reason == "died"
    with pytest.raises(EngineFailure, match="it is not installed"):
        await whole(ScriptedEngine("clone", readiness=ABSENT))


async def test_a_file_of_nothing_is_a_failure() -> None:
    with pytest.raises(EngineFailure, match="nothing was spoken"):
        await whole(ScriptedEngine("clone"), texts=())


async def test_a_cancelled_file_closes_its_engine() -> None:
    clone = ScriptedEngine("clone", (10, FOREVER))
    making = asyncio.create_task(speak_whole(chain_of(clone, stall=10.0), utterance(*TEXT)))
    await asyncio.sleep(0.01)
    assert clone.speaking == 1
    making.cancel()
    await asyncio.wait({making})
    assert making.cancelled()
    assert clone.speaking == 0
