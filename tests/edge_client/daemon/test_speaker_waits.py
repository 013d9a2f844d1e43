"""A loudspeaker that is not there: nobody has a turn, nobody is passed by, and who waits too long is told."""

import asyncio
import math
from collections.abc import AsyncIterator

import pytest

from edge_client.daemon.daemon_errors import TooLate
from edge_client.daemon.speaker import LOUDSPEAKER_WITHIN, MOST_SETBACKS
from edge_client.playback.devices.device_problem import LoudspeakerAway
from robotvoice.errors import PlayerFailed, SpokenInPart
from robotvoice.utterance import Priority
from tests.edge_client.daemon.speaker_rig import Stage, Unplugged, running
from tests.edge_client.rig import SOON


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running(Stage()) as found:
        yield found


@pytest.fixture
async def unplugged() -> AsyncIterator[tuple[Stage, Unplugged]]:
    loudspeaker = Unplugged(lambda: found.now)
    found = Stage(loudspeaker)
    async with running(found):
        yield found, loudspeaker


async def test_while_there_is_no_loudspeaker_all_wait_and_the_most_urgent_goes_first(
    unplugged: tuple[Stage, Unplugged],
) -> None:
    """E5: nobody has a turn, so that nobody is passed by."""
    stage, loudspeaker = unplugged
    for name, priority in (("b", Priority.BACKGROUND), ("d", Priority.DIALOGUE), ("u", Priority.URGENT)):
        stage.add(name, priority)
    stage.now = LOUDSPEAKER_WITHIN
    await asyncio.sleep(0.05)
    assert (stage.heard, stage.speaker.now) == ([], None)
    loudspeaker.away = None
    stage.next(3)
    await stage.until("u:0", "d:0", "b:0")


async def test_who_waited_too_long_for_it_is_told_why_and_a_deadline_comes_before_that(
    unplugged: tuple[Stage, Unplugged],
) -> None:
    stage, loudspeaker = unplugged
    soon = stage.add("soon", Priority.URGENT, begin_by=10)
    later = stage.add("later", Priority.DIALOGUE, begin_by=1000)
    open_ended = stage.add("open", Priority.DIALOGUE, begin_by=math.inf)
    stage.now = 11
    stage.add("young", Priority.DIALOGUE, begin_by=math.inf)
    with pytest.raises(TooLate, match=r"as the loudspeaker is held by another program \(mpv\) since 11 s"):
        await asyncio.wait_for(soon.wait(), SOON)
    stage.now = LOUDSPEAKER_WITHIN + 1
    with pytest.raises(LoudspeakerAway, match=r"held by another program \(mpv\) since 61 s: end it"):
        await asyncio.wait_for(open_ended.wait(), SOON)
    assert stage.told[-1] == "dropped open"
    loudspeaker.away = None
    await stage.until("later:0")
    stage.next(2)
    await asyncio.wait_for(later.wait(), SOON)
    await stage.until("later:0", "young:0")


async def test_a_turn_that_loses_it_goes_on_later_with_what_may_not_have_been_heard(stage: Stage) -> None:
    """E3: told as cut, if it had begun."""
    lost = LoudspeakerAway("gone")
    lost.sentence = 1
    stage.lost = [LoudspeakerAway("not there yet"), lost]
    line = stage.add("talk", Priority.DIALOGUE, sentences=3)
    stage.next(2)
    await asyncio.wait_for(line.wait(), SOON)
    assert stage.heard == ["talk:1", "talk:2"]
    assert stage.told == ["queued talk", *["started talk"] * 2, "cut talk", "spoken talk"]


async def test_a_line_of_which_nothing_was_heard_keeps_its_deadline(stage: Stage) -> None:
    """E5: another program has taken the loudspeaker since it was used last."""
    stage.lost = [LoudspeakerAway("busy")]
    line = stage.job("talk", Priority.DIALOGUE, begin_by=5.0)
    tell = stage.speaker._tell

    def later(event: str, *what: object) -> None:
        if event == "started":
            stage.now = 6.0
        tell(event, *what)  # type: ignore[arg-type]

    stage.speaker._tell = later  # type: ignore[assignment]
    stage.speaker.add(line)
    with pytest.raises(TooLate):
        await asyncio.wait_for(line.wait(), SOON)
    assert stage.heard == []


async def test_one_that_is_lost_again_and_again_in_the_same_sentence_ends_the_line(stage: Stage) -> None:
    stage.lost = [LoudspeakerAway("gone") for _ in range(9)]
    line = stage.add("talk", Priority.DIALOGUE)
    with pytest.raises(LoudspeakerAway):
        await asyncio.wait_for(line.wait(), SOON)
    assert len(stage.lost) == 9 - MOST_SETBACKS - 1


async def test_where_waiting_does_not_help_a_line_is_told_at_once(
    unplugged: tuple[Stage, Unplugged],
) -> None:
    stage, loudspeaker = unplugged
    loudspeaker.breaks = stage.fail = PlayerFailed("no sound can be played: Sample format non available")
    with pytest.raises(PlayerFailed, match="Sample format"):
        await asyncio.wait_for(stage.add("talk", Priority.DIALOGUE).wait(), SOON)


async def test_of_a_line_that_had_begun_it_is_told_that_its_beginning_was_heard(
    unplugged: tuple[Stage, Unplugged],
) -> None:
    stage, _ = unplugged
    line = stage.job("talk", Priority.DIALOGUE, begin_by=math.inf)
    line.begun_at = 0.0
    stage.speaker.add(line)
    stage.now = LOUDSPEAKER_WITHIN + 1
    with pytest.raises(SpokenInPart, match="only its beginning was played: the loudspeaker is held by"):
        await asyncio.wait_for(line.wait(), SOON)
