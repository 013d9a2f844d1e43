"""What waits for the player is held back until it can be played without a gap, and no longer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace

import pytest

from edge_client.playback.play_queue import Item, PlayQueue
from edge_client.playback.players.playback_clock import PlaybackClock
from edge_client.playback.pre_buffer import PreBuffer
from proofs.rig.virtual_time import run
from robotvoice.chain.chain_events import SentenceStarted
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin

Feed = Iterable[Item | float]
"""What is put into the queue, and for how many seconds nothing is"""
ROOM = 0.3
"""Seconds of sound that the player takes beyond what is heard"""
BEGINS = 0.02
"""Seconds from its first sound to when it is heard"""


def start(sentence: int = 0, engine: str = "clone", *, stored: bool = False) -> SentenceStarted:
    return SentenceStarted(sentence, 0, Origin(engine, "voice", stored=stored), WIRE_FORMAT, None)


def sound(seconds: float) -> AudioChunk:
    return AudioChunk(bytes(2 * round(24_000 * seconds)), WIRE_FORMAT, Origin("clone", "voice"))


def paced(sentence: int, seconds: float, factor: float, engine: str = "clone") -> Feed:
    """Pieces of 50 ms, by a source of this real-time factor."""
    yield start(sentence, engine)
    for _ in range(round(seconds / 0.05)):
        yield sound(0.05)
        yield 0.05 * factor


@dataclass(slots=True)
class Played:
    """By a player that keeps time. Seconds."""

    began: list[float] = field(default_factory=list)
    """When the player got each sentence's first sound"""
    gaps: list[float] = field(default_factory=list)
    """Silence within sentences"""
    seconds: float = 0.0


def new_queue(most: int, pre_buffer: PreBuffer | None) -> tuple[PlayQueue, PlaybackClock]:
    clock = asyncio.get_running_loop().time
    play_out = PlaybackClock(clock)
    return PlayQueue(most, pre_buffer, clock, play_out), play_out


async def play(queue: PlayQueue, play_out: PlaybackClock, feed: Feed) -> Played:
    clock = asyncio.get_running_loop().time
    played, heard_until, first = Played(), -1.0, True

    async def fill() -> None:
        for step in feed:
            await (asyncio.sleep(step) if isinstance(step, float) else queue.put(step))
        await queue.put(None)

    filling = asyncio.create_task(fill())
    while (item := await queue.get()) is not None:
        if isinstance(item, SentenceStarted):
            first = True
        elif isinstance(item, AudioChunk):
            now = clock()
            if first:
                played.began.append(now)
            elif now > heard_until:
                played.gaps.append(now - heard_until)
            first = False
            length = item.format.seconds(item.samples)
            play_out.given(length)
            heard_until = (heard_until if now <= heard_until else now + BEGINS) + length
            played.seconds += length
            await asyncio.sleep(max(0.0, heard_until - ROOM - now))
    await filling
    return played


def play_all(feed: Feed, pre_buffer: PreBuffer | None = None, *, most: int = 512) -> Played:
    async def main() -> Played:
        return await play(*new_queue(most, pre_buffer), feed)

    return run(main())


def test_what_is_there_at_once_is_played_at_once() -> None:
    """A local voice or a recording, however much would be held back."""
    pre_buffer = PreBuffer()
    pre_buffer.learned = 0.35
    played = play_all([0.02, start(), *[sound(0.06)] * 30], pre_buffer)
    assert played.began == [pytest.approx(0.02)]
    assert (played.gaps, pre_buffer.underruns, pre_buffer.learned) == ([], 0, 0.35)


def test_a_source_in_real_time_is_held_back_for_a_tenth_of_a_second() -> None:
    pre_buffer = PreBuffer()
    played = play_all(paced(0, 2.0, 1.0), pre_buffer)
    assert played.began == [pytest.approx(0.05)], "two pieces are there"
    assert (played.gaps, pre_buffer.underruns) == ([], 0)
    assert played.seconds == pytest.approx(2.0)


@pytest.mark.parametrize("end", [None, start(1)])
def test_a_sentence_that_is_complete_is_played_however_short(end: Item) -> None:
    pre_buffer = PreBuffer()
    assert play_all([start(), sound(0.04), 0.01, end, 5.0], pre_buffer).began[0] == pytest.approx(0.01)


def test_a_source_that_hesitates_is_not_waited_for_too_long() -> None:
    """Nobody knows that it has made all of a sentence before the next one begins."""
    pre_buffer = PreBuffer()
    pre_buffer.learned = 0.3
    assert play_all([start(), sound(0.2), 3.0, start(1), sound(0.2)], pre_buffer).began[0] == pytest.approx(
        0.6
    )


def test_an_underrun_is_counted_and_more_is_held_back_after_it() -> None:
    pre_buffer = PreBuffer()
    played = play_all([start(), *[sound(0.05)] * 2, 0.6, *[sound(0.05)] * 3], pre_buffer)
    assert pre_buffer.underruns == 1
    assert pre_buffer.learned == pytest.approx(0.15)
    assert played.gaps == [pytest.approx(0.48)] == [pytest.approx(pre_buffer.gaps)]


def test_after_an_underrun_it_is_filled_again() -> None:
    """Rather one gap than a stutter."""
    trickle: list[Item | float] = [step for _ in range(8) for step in (sound(0.05), 0.05)]
    pre_buffer = PreBuffer()
    played = play_all([start(), sound(0.1), 0.6, *trickle], pre_buffer)
    assert played.gaps == [pytest.approx(0.53)], "with it comes what was held back"


def test_a_pause_between_two_sentences_is_no_underrun() -> None:
    pre_buffer = PreBuffer()
    played = play_all([start(), sound(0.5), 2.0, start(1), sound(0.5)], pre_buffer)
    assert (played.gaps, pre_buffer.underruns) == ([], 0)
    assert played.began == [0.0, pytest.approx(2.0)]


def test_a_sentence_that_follows_in_time_is_not_held_back() -> None:
    """What the player still has is a buffer too."""
    pre_buffer = PreBuffer()
    played = play_all([start(), sound(0.3), start(1), sound(0.05), 0.4, sound(0.5)], pre_buffer)
    assert played.began == [0.0, pytest.approx(BEGINS)], "as soon as the player has room"


def test_a_player_that_was_held_up_itself_is_no_underrun() -> None:
    async def main() -> PreBuffer:
        pre_buffer = PreBuffer()
        queue, play_out = new_queue(512, pre_buffer)
        await queue.put(start())
        for _ in range(4):
            await queue.put(sound(0.1))
        for number in range(5):
            await queue.get()
            play_out.given(0.1 if number else 0.0)
            await asyncio.sleep(2)
        return pre_buffer

    assert run(main()).underruns == 0


def test_what_a_new_player_is_given_again_is_played_before_anything_is_missed() -> None:
    async def main() -> PreBuffer:
        pre_buffer = PreBuffer()
        queue, play_out = new_queue(512, pre_buffer)
        await queue.put(start())
        await queue.put(sound(0.2))
        await queue.get()
        await queue.get()
        play_out.given(0.2)
        await asyncio.sleep(1)
        play_out.given(0.2)
        asyncio.get_running_loop().call_later(0.1, asyncio.ensure_future, queue.put(sound(0.2)))
        await queue.get()
        return pre_buffer

    assert run(main()).underruns == 0


def test_from_a_slow_source_more_is_held_back_once_it_is_known() -> None:
    """Its second sentence is heard in one piece, although it is made more slowly than it is heard."""
    feed = [*paced(0, 3.0, 1.2), 1.0, *paced(1, 3.0, 1.2), 5.0]
    pre_buffer = PreBuffer()
    played = play_all(feed, pre_buffer)
    first = pre_buffer.underruns
    assert first > 0
    assert len(played.gaps) == first, "none in the second"


def test_a_slow_source_holds_up_nobody_else() -> None:
    pre_buffer = PreBuffer()
    play_all(paced(0, 3.0, 1.0), pre_buffer)
    assert pre_buffer.wanted("clone") > 0.3
    assert pre_buffer.wanted("espeak") == pre_buffer.learned == pytest.approx(0.1)


@pytest.mark.parametrize(
    "feed",
    [
        [start(stored=True), *[sound(0.1), 0.1] * 20],
        [start(), sound(0.3), 0.5, sound(0.1)],
        [start(), *[sound(0.1), 0.2] * 10, start(), sound(0.4)],
    ],
    ids=["a recording", "too short to tell", "broken off and repeated"],
)
def test_only_what_was_made_now_and_to_its_end_tells_of_the_pace(feed: Feed) -> None:
    pre_buffer = PreBuffer()
    play_all(feed, pre_buffer)
    assert pre_buffer.wanted("clone") == pre_buffer.learned


def test_it_is_bounded_and_what_waits_for_room_tells_nothing() -> None:
    async def main() -> tuple[list[int], PreBuffer]:
        pre_buffer, taken = PreBuffer(), []
        queue, _ = new_queue(4, pre_buffer)

        async def fill() -> None:
            items: list[Item] = [start(), *[sound(0.1)] * 20, None]
            for item in items:
                await queue.put(item)
                taken.append(1)

        filling = asyncio.create_task(fill())
        await asyncio.sleep(1)
        counts = [len(taken)]
        while await queue.get() is not None:  # noqa: ASYNC110 - a slow player
            await asyncio.sleep(0.2)
        await filling
        return [*counts, len(taken)], pre_buffer

    counts, pre_buffer = run(main())
    assert counts == [4, 22]
    assert pre_buffer.wanted("clone") == pre_buffer.learned


def test_without_a_pre_buffer_everything_is_handed_over_as_it_comes() -> None:
    assert play_all([start(), sound(0.01), 1.0, sound(0.01)]).began == [0.0]


def test_who_is_told_that_a_sentence_begins_is_told_when_it_does() -> None:
    """Not while it is still held back: somebody more urgent may come."""

    async def main() -> list[float]:
        clock = asyncio.get_running_loop().time
        queue, _ = new_queue(512, PreBuffer())
        steps: list[Callable[[], Awaitable[None]]] = [
            lambda: queue.put(start()),
            lambda: queue.put(sound(0.05)),
            lambda: asyncio.sleep(0.15),
            lambda: queue.put(sound(0.05)),
        ]

        async def fill() -> None:
            for step in steps:
                await step()

        filling = asyncio.create_task(fill())
        await queue.get()
        began = clock()
        await filling
        return [began]

    assert run(main()) == [pytest.approx(0.15)]


def test_a_pause_that_the_text_asks_for_tells_nothing_of_the_pace() -> None:
    """It is there at once, however slow its source is."""
    pauses = [replace(sound(0.2), pause=True)] * 25
    pre_buffer = PreBuffer()
    play_all([*paced(0, 3.0, 1.2), *pauses, 1.0, *paced(1, 3.0, 1.2), 5.0], pre_buffer)
    alone = PreBuffer()
    play_all([*paced(0, 3.0, 1.2), 1.0, *paced(1, 3.0, 1.2), 5.0], alone)
    assert pre_buffer.wanted("clone") == alone.wanted("clone") > 0.5
