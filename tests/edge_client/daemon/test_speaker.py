"""Whose turn it is: urgent before dialogue before story before background, and nobody's words are lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from edge_client.daemon.daemon_errors import DaemonGone, Stopped, TooLate
from edge_client.daemon.speaker import URGENT_ROOM
from robotvoice.errors import NothingCanSpeak, TooManyRequests
from robotvoice.utterance import Priority
from tests.edge_client.daemon.speaker_rig import Stage, running
from tests.edge_client.rig import SOON


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with running(Stage(most_waiting=4)) as found:
        yield found


async def test_a_more_important_line_goes_first_and_equals_in_the_order_they_came(stage: Stage) -> None:
    stage.add("a", Priority.DIALOGUE)
    await stage.until("a:0")
    for name, priority in (("b", Priority.BACKGROUND), ("s", Priority.STORY), ("c", Priority.DIALOGUE)):
        stage.add(name, priority)
    stage.add("d", Priority.DIALOGUE)
    stage.next(5)
    await stage.until("a:0", "c:0", "d:0", "s:0", "b:0")


async def test_an_urgent_line_cuts_at_once_and_what_it_cut_goes_on_afterwards(stage: Stage) -> None:
    """With the sentence that was not heard to its end."""
    story = stage.add("talk", Priority.DIALOGUE, sentences=3)
    await stage.until("talk:0")
    stage.next()
    await stage.until("talk:0", "talk:1")
    stage.now += 1.0
    stage.add("alarm", Priority.URGENT)
    await stage.until("talk:0", "talk:1", "alarm:0")
    stage.next(3)
    await stage.until("talk:0", "talk:1", "alarm:0", "talk:1", "talk:2")
    await story.wait()
    assert stage.told == [
        "queued talk", "started talk", "queued alarm", "cut talk",
        "started alarm", "spoken alarm", "spoken talk",
    ]  # fmt: skip


async def test_what_may_still_be_in_the_players_pipe_is_said_again(stage: Stage) -> None:
    """A sentence counts as heard half a second after the next one was handed over."""
    stage.add("talk", Priority.DIALOGUE, sentences=3)
    await stage.until("talk:0")
    stage.next()
    await stage.until("talk:0", "talk:1")
    stage.now += 0.2
    stage.add("alarm", Priority.URGENT)
    await stage.until("talk:0", "talk:1", "alarm:0")
    stage.next()
    await stage.until("talk:0", "talk:1", "alarm:0", "talk:0")


async def test_an_urgent_line_waits_for_one_that_is_as_urgent(stage: Stage) -> None:
    stage.add("fire", Priority.URGENT, sentences=2)
    await stage.until("fire:0")
    stage.add("flood", Priority.URGENT)
    stage.next(2)
    await stage.until("fire:0", "fire:1", "flood:0")


async def test_a_story_yields_between_sentences_and_goes_on(stage: Stage) -> None:
    """Dialogue does not yield to dialogue, nor to a story."""
    story = stage.add("story", Priority.STORY, sentences=3)
    await stage.until("story:0")
    stage.add("talk", Priority.DIALOGUE, sentences=2)
    stage.add("more", Priority.DIALOGUE)
    stage.add("tale", Priority.STORY)
    stage.next(7)
    await stage.until("story:0", "talk:0", "talk:1", "more:0", "story:1", "story:2", "tale:0")
    await story.wait()


async def test_a_full_queue_refuses_but_has_room_for_what_is_urgent(stage: Stage) -> None:
    stage.add("now", Priority.URGENT)
    await stage.until("now:0")
    for number in range(4):
        stage.add(f"{number}", Priority.STORY)
    with pytest.raises(TooManyRequests, match="4 lines wait to be spoken"):
        stage.add("one more", Priority.DIALOGUE)
    for number in range(URGENT_ROOM):
        stage.add(f"urgent {number}", Priority.URGENT)
    with pytest.raises(TooManyRequests):
        stage.add("one more", Priority.URGENT)


async def test_what_could_not_begin_in_time_is_dropped_also_while_another_speaks(stage: Stage) -> None:
    stage.add("talk", Priority.DIALOGUE, sentences=2)
    await stage.until("talk:0")
    late = stage.add("late", Priority.DIALOGUE, begin_by=0.005)
    stage.now = 1.0
    with pytest.raises(TooLate):
        await asyncio.wait_for(late.wait(), SOON)
    assert stage.heard == ["talk:0"]


async def test_what_has_begun_is_not_dropped(stage: Stage) -> None:
    line = stage.add("talk", Priority.DIALOGUE, sentences=2, begin_by=0.5)
    await stage.until("talk:0")
    stage.add("alarm", Priority.URGENT)
    await stage.until("talk:0", "alarm:0")
    stage.next(3)
    await asyncio.wait_for(line.wait(), SOON)


async def test_a_line_that_comes_to_its_turn_too_late_is_not_begun(stage: Stage) -> None:
    """Even if nobody has noticed before."""
    line = stage.job("late", Priority.DIALOGUE, begin_by=1.0)
    stage.now = 2.0
    stage.speaker.add(line)
    with pytest.raises(TooLate):
        await asyncio.wait_for(line.wait(), SOON)
    assert stage.heard == []


async def test_one_line_or_all_of_them_can_be_stopped(stage: Stage) -> None:
    lines = [stage.add(name, Priority.DIALOGUE, sentences=2) for name in "abc"]
    await stage.until("a:0")
    assert stage.speaker.stop("b") == ["b"]
    assert stage.speaker.stop("nobody") == []
    assert stage.speaker.stop() == ["a", "c"]
    for line in lines:
        with pytest.raises(Stopped):
            await asyncio.wait_for(line.wait(), SOON)
    assert stage.heard == ["a:0"]
    assert stage.told[-3:] == ["dropped b", "dropped c", "cut a"]
    stage.add("next", Priority.DIALOGUE)
    await stage.until("a:0", "next:0")


async def test_a_line_that_cannot_be_spoken_tells_why_and_the_next_one_is(stage: Stage) -> None:
    for problem, raised in ((NothingCanSpeak("no voice"), NothingCanSpeak), (None, None)):
        stage.fail = problem
        line = stage.add("talk", Priority.DIALOGUE)
        stage.next()
        if raised:
            with pytest.raises(raised):
                await asyncio.wait_for(line.wait(), SOON)
        else:
            await asyncio.wait_for(line.wait(), SOON)


async def test_at_the_end_everybody_who_waits_is_told() -> None:
    stage = Stage()
    running = asyncio.create_task(stage.speaker.run())
    lines = [stage.add(name, Priority.DIALOGUE) for name in "ab"]
    await stage.until("a:0")
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    for line in lines:
        with pytest.raises(DaemonGone):
            await asyncio.wait_for(line.wait(), SOON)
    with pytest.raises(DaemonGone):
        stage.add("c", Priority.URGENT)
