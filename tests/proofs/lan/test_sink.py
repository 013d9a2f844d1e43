"""The sink plays at the pace of real time, as aplay does, and its times are those of what was played."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs.lan.sink import BUFFER, Loudspeaker, Play

if sys.platform != "linux":
    pytest.skip("it takes over another process's input, as only Linux allows", allow_module_level=True)

RATE = 8000
SOON = 10.0
SECOND = b"\x10\x27" * RATE


@pytest.fixture
def loudspeaker(tmp_path: Path) -> Iterator[Loudspeaker]:
    speaker = Loudspeaker(tmp_path)
    yield speaker
    speaker.close()


def aplay(loudspeaker: Loudspeaker) -> "subprocess.Popen[bytes]":
    """As the robot starts it."""
    command = (loudspeaker.bin / "aplay", "-q", "-t", "raw", "-r", str(RATE), "-")
    return subprocess.Popen(command, stdin=subprocess.PIPE)


def written(player: "subprocess.Popen[bytes]", *pieces: bytes) -> None:
    assert player.stdin is not None
    for piece in pieces:
        player.stdin.write(piece)
        player.stdin.flush()


def kill(player: "subprocess.Popen[bytes]") -> None:
    with player:
        player.kill()


def until(loudspeaker: Loudspeaker, heard: float) -> Play:
    """The first play, when so many seconds of it were heard."""
    deadline = time.monotonic() + SOON
    while not loudspeaker.plays or loudspeaker.plays[0].heard < heard * RATE:
        assert time.monotonic() < deadline, "it was not heard"
        time.sleep(0.002)
    return loudspeaker.plays[0]


def test_the_player_ends_when_all_was_heard_and_not_before(loudspeaker: Loudspeaker) -> None:
    player = aplay(loudspeaker)
    written(player, SECOND[: len(SECOND) // 2])
    assert player.stdin is not None
    player.stdin.close()
    assert player.wait(SOON) == 0
    (play,) = loudspeaker.plays
    assert time.monotonic() - play.runs[0][1] >= 0.5
    assert play.samples.tobytes() == SECOND[: len(SECOND) // 2]
    assert (play.heard, play.killed) == (RATE // 2, False)
    assert play.ended is not None and 0 <= play.ended - play.at(RATE // 2 - 1) < 0.021


def test_it_does_not_begin_before_its_buffer_is_full_and_samples_have_the_times_of_their_play(
    loudspeaker: Loudspeaker,
) -> None:
    player = aplay(loudspeaker)
    little = int(BUFFER * RATE)  # samples of two bytes: half of what it waits for
    written(player, SECOND[:little])
    time.sleep(0.3)
    assert not loudspeaker.plays[0].runs
    written(player, SECOND)
    play = until(loudspeaker, 0.2)
    assert play.at(RATE // 20) == play.runs[0][1] + 0.05
    kill(player)


def test_a_buffer_that_lacks_less_than_a_period_is_filled(loudspeaker: Loudspeaker) -> None:
    player = aplay(loudspeaker)
    written(player, SECOND[: 2 * int(BUFFER * RATE) - 100])
    deadline = time.monotonic() + SOON
    while not loudspeaker.plays or not loudspeaker.plays[0].samples:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    written(player, SECOND)
    until(loudspeaker, 0.3)
    kill(player)


def test_who_is_killed_is_silent_although_there_was_more(loudspeaker: Loudspeaker) -> None:
    player = aplay(loudspeaker)
    written(player, SECOND[: len(SECOND) // 2])
    play = until(loudspeaker, 0.1)
    kill(player)
    deadline = time.monotonic() + SOON
    while play.ended is None:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    assert play.killed
    assert play.heard < len(play.samples)
    heard = play.heard
    time.sleep(0.1)
    assert play.heard == heard


def test_a_player_that_is_given_nothing_more_stands_still_and_goes_on(loudspeaker: Loudspeaker) -> None:
    player = aplay(loudspeaker)
    written(player, SECOND[: len(SECOND) // 4])
    play = until(loudspeaker, 0.25)
    deadline = time.monotonic() + SOON
    while play.runs_now:
        assert time.monotonic() < deadline
        time.sleep(0.002)
    written(player, SECOND[: len(SECOND) // 4])
    assert player.stdin is not None
    player.stdin.close()
    assert player.wait(SOON) == 0
    assert play.runs[0][0] == 0 and play.runs[-1][0] >= RATE // 4
    assert play.runs[-1][1] - play.runs[0][1] > 0.25
    assert play.heard == RATE // 2


@pytest.mark.slow
def test_texts_of_a_player_that_stays_open_are_told_apart_and_a_gap_within_one_is_not_taken_for_an_end(
    loudspeaker: Loudspeaker,
) -> None:
    player = aplay(loudspeaker)
    half, silence = SECOND[: len(SECOND) // 2], bytes(2 * RATE // 20)
    written(player, half)
    play = until(loudspeaker, 0.5)
    time.sleep(0.1)
    written(player, half, silence)
    until(loudspeaker, 1.05)
    time.sleep(0.1)
    written(player, half)
    until(loudspeaker, 1.1)
    text = RATE + len(silence) // 2
    (first, second) = play.texts()
    assert first == (0, text, True)
    assert (second[0], second[2]) == (text, False)
    until(loudspeaker, 1.55)
    time.sleep(0.1)
    assert list(play.texts())[-1] == (text, text + RATE // 2, True)
    kill(player)


@pytest.mark.slow
def test_a_loudspeaker_that_sleeps_swallows_what_comes_first_after_a_rest(loudspeaker: Loudspeaker) -> None:
    loudspeaker.sleeps(0.2, after=0.3)
    player = aplay(loudspeaker)
    written(player, SECOND[: len(SECOND) // 4])
    play = until(loudspeaker, 0.25)
    time.sleep(0.1)
    written(player, SECOND[: len(SECOND) // 4])
    until(loudspeaker, 0.5)
    time.sleep(0.5)
    written(player, SECOND[: len(SECOND) // 4])
    until(loudspeaker, 0.75)
    swallowed = RATE // 5
    assert play.swallowed == [(0, swallowed), (RATE // 2, RATE // 2 + swallowed)]
    kill(player)


def test_one_that_cannot_be_opened_says_why(loudspeaker: Loudspeaker) -> None:
    loudspeaker.says("Device or resource busy")
    command = (loudspeaker.bin / "aplay", "-q", "-r", str(RATE), "-")
    done = subprocess.run(command, input=SECOND, capture_output=True, check=False, timeout=SOON)
    assert (done.returncode, done.stderr) == (
        1,
        b"aplay: main:831: audio open error: Device or resource busy\n",
    )
    loudspeaker.says(None)
    assert not loudspeaker.plays
    kill(aplay(loudspeaker))


def test_nothing_is_left_in_its_folder(loudspeaker: Loudspeaker, tmp_path: Path) -> None:
    player = aplay(loudspeaker)
    assert player.stdin is not None
    player.stdin.close()
    assert player.wait(SOON) == 0
    deadline = time.monotonic() + SOON
    while {each.name for each in tmp_path.iterdir()} != {"bin", "players"}:
        assert time.monotonic() < deadline
        time.sleep(0.002)
