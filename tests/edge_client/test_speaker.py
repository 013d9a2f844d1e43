"""Whose turn it is: urgent before dialogue before story before background, and nobody's words are lost."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import pytest

from edge_client.daemon_errors import DaemonGone, Stopped, TooLate
from edge_client.known_personas import KnownPersona
from edge_client.line import Line
from edge_client.playback.aloud import Begins, Heard
from edge_client.playback.away import Away, Kind, LoudspeakerAway
from edge_client.speaker import MOST_SETBACKS, PATIENCE, URGENT_ROOM, Speaker
from speech.audio import WIRE_FORMAT, Origin
from speech.chain_events import SentenceStarted
from speech.errors import NothingCanSpeak, PlayerFailed, RobotVoiceError, SpokenInPart, TooManyRequests
from speech.utterance import Priority, Sentence
from tests.edge_client.rig import SOON

VIXEN = KnownPersona("vixen", "Vixen", "en", "1")
ORIGIN = Origin("test", "voice")


class Unplugged:
    """A loudspeaker that is away until the test says otherwise, since the beginning."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.away: Away | None = Away(Kind.BUSY, 0.0, "busy", "mpv", "end it")
        self.breaks: PlayerFailed | None = None

    @property
    def problem(self) -> str | None:
        return self.away.told(self._now()) if self.away else None

    async def attempt(self) -> Away | None:
        await asyncio.sleep(0.001)
        if self.breaks:
            raise self.breaks
        return self.away

    def waited(self, asked_at: float) -> float:
        return self._now() - asked_at


class Stage:
    """A speaker whose sentences last until the test lets them go on."""

    def __init__(self, loudspeaker: "Unplugged | None" = None, **how: int) -> None:
        self.now = 0.0
        self.heard: list[str] = []
        """Each sentence that began, as `line:sentence`"""
        self.told: list[str] = []
        self.fail: RobotVoiceError | None = None
        self.lost: list[LoudspeakerAway] = []
        """The turns that meet no loudspeaker"""
        self._go_on = asyncio.Semaphore(0)
        self.speaker = Speaker(self._speak, self._tell, loudspeaker, clock=lambda: self.now, **how)
        self._lines = 0

    async def _speak(self, line: Line, begins: Begins) -> int:
        if self.fail:
            raise self.fail
        if self.lost:
            raise self.lost.pop(0)
        for sentence in line.sentences[line.position :]:
            if not begins(SentenceStarted(sentence.index, 0, ORIGIN, WIRE_FORMAT, None)):
                break
            self.heard.append(f"{line.id}:{sentence.index}")
            await self._go_on.acquire()
        line.heard = Heard(0, ORIGIN, None, 0.0)
        return len(line.sentences)

    def _tell(self, event: str, line: Line, sentence: SentenceStarted | None = None) -> None:
        if not sentence:
            self.told.append(f"{event} {line.id}")

    def line(self, name: str, priority: Priority, sentences: int = 1, begin_by: float = 1e9) -> Line:
        pieces = tuple(Sentence(number, "Hello.") for number in range(sentences))
        return Line(name, VIXEN, None, pieces, priority, self.now, begin_by)

    def add(self, name: str, priority: Priority, sentences: int = 1, begin_by: float = 1e9) -> Line:
        line = self.line(name, priority, sentences, begin_by)
        self.speaker.add(line)
        return line

    async def until(self, *heard: str) -> None:
        """Waits until exactly these sentences have begun, in this order."""
        await until(lambda: self.heard == list(heard), f"{heard}, not {self.heard}")

    def next(self, sentences: int = 1) -> None:
        """So many sentences come to their end, each a second later."""
        for _ in range(sentences):
            self.now += 1.0
            self._go_on.release()


async def until(happened: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(SOON):
            while not happened():  # noqa: ASYNC110 - what happens tells nobody
                await asyncio.sleep(0.001)
    except TimeoutError:
        pytest.fail(what)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    found = Stage(most_waiting=4)
    running = [asyncio.create_task(found.speaker.run()), asyncio.create_task(found.speaker.drop_late())]
    yield found
    for task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"


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
    line = stage.line("late", Priority.DIALOGUE, begin_by=1.0)
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


@pytest.fixture
async def unplugged() -> AsyncIterator[tuple[Stage, Unplugged]]:
    loudspeaker = Unplugged(lambda: found.now)
    found = Stage(loudspeaker)
    running = [asyncio.create_task(found.speaker.run()), asyncio.create_task(found.speaker.drop_late())]
    yield found, loudspeaker
    for task in running:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_while_there_is_no_loudspeaker_all_wait_and_the_most_urgent_goes_first(
    unplugged: tuple[Stage, Unplugged],
) -> None:
    """E5: nobody has a turn, so that nobody is passed by."""
    stage, loudspeaker = unplugged
    for name, priority in (("b", Priority.BACKGROUND), ("d", Priority.DIALOGUE), ("u", Priority.URGENT)):
        stage.add(name, priority)
    stage.now = PATIENCE
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
    stage.now = PATIENCE + 1
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
    assert stage.told == ["queued talk", "cut talk", "started talk", "spoken talk"]


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
    line = stage.line("talk", Priority.DIALOGUE, begin_by=math.inf)
    line.begun_at = 0.0
    stage.speaker.add(line)
    stage.now = PATIENCE + 1
    with pytest.raises(SpokenInPart, match="only its beginning was played: the loudspeaker is held by"):
        await asyncio.wait_for(line.wait(), SOON)
