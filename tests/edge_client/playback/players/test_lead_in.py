"""What comes before the first sound after a rest, and that it costs no more time than it must."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import pytest

from edge_client.playback.players.lead_in import SILENCE, woken
from edge_client.playback.players.playback_clock import LATE, PlaybackClock
from proofs.rig.virtual_time import run
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, AudioFormat, Origin

LOCAL = AudioFormat(22_050)
VOICE = Origin("test", "voice")
Feed = list[float | AudioChunk]
"""Chunks, and for how many seconds there is none"""
Taken = list[tuple[float, str, float]]
"""When something was handed to the player, what, and how many seconds of it"""


def sound(seconds: float, audio: AudioFormat = WIRE_FORMAT) -> AudioChunk:
    return AudioChunk(bytes(2 * round(audio.sample_rate * seconds)), audio, VOICE)


async def _fed(feed: Feed) -> AsyncGenerator[AudioChunk, None]:
    for step in feed:
        if isinstance(step, float):
            await asyncio.sleep(step)
        else:
            yield step


async def taken(
    feed: Feed, play_out: PlaybackClock, lead_in: float, before: Callable[[], Awaitable[None]] | None = None
) -> Taken:
    """By a player that takes all at once and plays it in its time."""
    clock = asyncio.get_running_loop().time
    found: Taken = []
    async with (
        aclosing(_fed(feed)) as chunks,
        aclosing(woken(chunks, play_out, lead_in, before)) as all_of_it,
    ):
        async for chunk in all_of_it:
            what = "silence" if chunk.origin == SILENCE else "voice"
            found.append((round(clock(), 3), what, round(chunk.format.seconds(chunk.samples), 3)))
    return found


def in_turn(*feeds: Feed, lead_in: float = 0.7, rest: float = 3.0, known: bool = True) -> list[Taken]:
    """One text after another, each a second after the one before was heard."""

    async def main() -> list[Taken]:
        play_out = PlaybackClock(asyncio.get_running_loop().time, rest)
        play_out.last_format = WIRE_FORMAT if known else None
        found = []
        for feed in feeds:
            found.append(await taken(feed, play_out, lead_in))
            await asyncio.sleep(max(0.0, play_out.heard_until - asyncio.get_running_loop().time()) + 1.0)
        return found

    return run(main())


def test_silence_comes_before_the_first_sound_and_not_before_what_follows_soon() -> None:
    first, second = in_turn([sound(0.5), sound(0.5)], [sound(0.5)])
    assert first == [(0.0, "silence", 0.7), (0.0, "voice", 0.5), (0.0, "voice", 0.5)]
    assert [what for _, what, _ in second] == ["voice"]


def test_it_is_played_while_the_sound_is_still_being_made() -> None:
    """A voice that needs longer than the loudspeaker to wake up is heard as soon as without it."""
    assert in_turn([1.2, sound(0.5)]) == [[(0.0, "silence", 0.7), (1.2, "voice", 0.5)]]


def test_a_loudspeaker_nothing_is_known_of_is_woken_in_the_format_of_the_first_sound() -> None:
    assert in_turn([0.2, sound(0.5, LOCAL)], known=False) == [[(0.2, "silence", 0.7), (0.2, "voice", 0.5)]]


def test_a_voice_that_comes_so_late_that_all_sleeps_again_is_led_in_again() -> None:
    (heard,) = in_turn([5.0, sound(0.5)])
    assert heard == [(0.0, "silence", 0.7), (5.0, "silence", 0.7), (5.0, "voice", 0.5)]


def test_a_long_gap_within_a_text_is_a_rest_too() -> None:
    (heard,) = in_turn([sound(0.5), 6.0, sound(0.5)])
    assert [what for _, what, _ in heard] == ["silence", "voice", "silence", "voice"]


def test_without_a_lead_in_there_is_none() -> None:
    assert in_turn([sound(0.5)], lead_in=0.0) == [[(0.0, "voice", 0.5)]]


def test_a_text_without_sound_is_silent() -> None:
    assert in_turn([], known=False) == [[]]


def test_the_command_before_it_is_waited_for_and_runs_while_the_sound_is_made() -> None:
    async def main() -> list[Taken]:
        play_out = PlaybackClock(asyncio.get_running_loop().time, 3.0)
        ran = []

        async def before() -> None:
            await asyncio.sleep(0.5)
            ran.append(1)

        found = [await taken([0.3, sound(0.2)], play_out, 0.7, before) for _ in range(2)]
        assert len(ran) == 1, "the second text follows at once"
        return found

    first, second = run(main())
    assert first == [(0.5, "silence", 0.7), (0.5, "voice", 0.2)]
    assert second == [(0.8, "voice", 0.2)]


@pytest.mark.parametrize(("after", "asleep"), [(0.3, True), (0.8, False)])
def test_a_wake_up_that_was_cut_is_begun_again(after: float, asleep: bool) -> None:
    """An urgent line may cut a story in the silence before it, and must not be swallowed for that."""

    async def main() -> bool:
        play_out = PlaybackClock(asyncio.get_running_loop().time, 3.0)
        taking = asyncio.create_task(taken([sound(0.2), 60.0], play_out, 0.7))
        await asyncio.sleep(after)
        taking.cancel()
        await asyncio.wait({taking})
        play_out.cut()
        return play_out.asleep

    assert run(main()) is asleep


def test_after_a_failure_nobody_knows_whether_it_is_awake() -> None:
    now = 0.0
    play_out = PlaybackClock(lambda: now, 3.0)
    assert play_out.asleep
    play_out.given(1.0)
    assert play_out.heard_until == 1.0 + LATE
    now = 3.0
    assert not play_out.asleep
    assert play_out.sleeps_in == pytest.approx(1.0 + LATE)
    play_out.lost()
    assert play_out.asleep
    assert play_out.sleeps_in == 0


def test_what_was_cut_is_not_heard_any_more() -> None:
    now = 10.0
    play_out = PlaybackClock(lambda: now, 3.0)
    play_out.given(5.0)
    now = 11.0
    play_out.cut()
    assert play_out.heard_until == 11.0
    play_out.given(1.0)
    assert play_out.heard_until == 12.0
