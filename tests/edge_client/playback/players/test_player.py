"""Playing: what a real aplay is given arrives, ends and falls silent."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from edge_client.playback.devices.player_commands import player_arguments
from edge_client.playback.players.file_player import FilePlayer
from edge_client.playback.players.pipe_player import PipePlayer
from edge_client.playback.players.player import Played
from robotvoice.errors import PlayerFailed
from robotvoice.sound.pcm import AudioChunk, AudioFormat, Origin, wav_file
from tests.edge_client.rig import Program, chunks, noise

needs_aplay = pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay (alsa-utils) is not installed")

GATEWAY, LOCAL = AudioFormat(24_000), AudioFormat(22_050)


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = psutil.Process().children(recursive=True)
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child not in before] == []


def aplay() -> PipePlayer:
    return PipePlayer("aplay", partial(player_arguments, "aplay"), time.monotonic)


@needs_aplay
async def test_what_is_played_reaches_the_device_unchanged(recorder: Path) -> None:
    pcm, begun = noise(GATEWAY, 1.5), time.monotonic()
    played = await aplay().play(chunks((GATEWAY, pcm)))
    heard = (recorder / "24000.raw").read_bytes()
    # The device is given whole periods, so silence may follow.
    assert heard[: len(pcm)] == pcm
    assert not any(heard[len(pcm) :])
    assert played.seconds == pytest.approx(1.5)
    assert played.first_audio is not None
    assert begun < played.first_audio < time.monotonic()


@needs_aplay
async def test_the_format_may_change_within_an_utterance(recorder: Path) -> None:
    first, second = noise(GATEWAY, 0.3), noise(LOCAL, 0.2)
    played = await aplay().play(chunks((GATEWAY, first), (LOCAL, second)))
    assert (recorder / "24000.raw").read_bytes()[: len(first)] == first
    assert (recorder / "22050.raw").read_bytes()[: len(second)] == second
    assert played.seconds == pytest.approx(0.5)


async def held_open(playing: asyncio.Event, go_on: asyncio.Event) -> AsyncGenerator[AudioChunk, None]:
    """A chunk, then nothing until it is told to go on for ever."""
    silence = AudioChunk(bytes(9600), GATEWAY, Origin("test", "silence"))
    yield silence
    playing.set()
    await go_on.wait()
    while True:
        yield silence
        await asyncio.sleep(0)


@needs_aplay
async def test_cancelling_ends_the_player_although_it_waits_for_more(recorder: Path) -> None:
    begun = asyncio.Event()
    playing = asyncio.create_task(aplay().play(held_open(begun, asyncio.Event())))
    await begun.wait()
    (child,) = psutil.Process().children()
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not psutil.pid_exists(child.pid), "not even as a zombie"


@needs_aplay
async def test_a_player_killed_in_the_middle_is_told(recorder: Path) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    playing = asyncio.create_task(aplay().play(held_open(begun, go_on)))
    await begun.wait()
    (child,) = psutil.Process().children()
    child.kill()
    go_on.set()
    with pytest.raises(PlayerFailed, match="aplay: was ended by signal 9"):
        await playing


async def test_nothing_to_play_starts_no_player() -> None:
    nowhere = PipePlayer("/nonexistent", lambda audio: [], time.monotonic)
    assert await nowhere.play(chunks()) == Played(0.0, None)
    assert await nowhere.play(chunks((GATEWAY, b""))) == Played(0.0, None)


async def test_a_file_player_is_given_wav_files_that_are_gone_afterwards(program: Program) -> None:
    folder = program("afplay", 'echo "$1" >> names; cp "$1" $(wc -l < names).wav')
    first, second = noise(GATEWAY, 0.3), noise(LOCAL, 0.2)
    played = await FilePlayer("afplay", time.monotonic).play(chunks((GATEWAY, first), (LOCAL, second)))
    assert played.seconds == pytest.approx(0.5)
    assert (folder / "1.wav").read_bytes() == wav_file(first, GATEWAY)
    assert (folder / "2.wav").read_bytes() == wav_file(second, LOCAL)
    given = (folder / "names").read_text().split()
    assert [os.access(name, os.F_OK) for name in given] == [False, False]


async def test_a_player_that_takes_nothing_is_given_up(program: Program) -> None:
    program("player", "sleep 60")
    player = PipePlayer("player", lambda audio: [], time.monotonic, stall_limit=0.2)
    studio = AudioFormat(192_000)
    with pytest.raises(PlayerFailed, match="player: took no audio for"):
        await player.play(chunks((studio, bytes(200_000))))


async def test_a_player_that_does_not_end_is_given_up(program: Program) -> None:
    program("player", "cat > heard; sleep 60")
    player = PipePlayer("player", lambda audio: [], time.monotonic, exit_limit=0.2)
    with pytest.raises(PlayerFailed, match="player: did not end within"):
        await player.play(chunks((GATEWAY, bytes(480))))


async def test_a_player_that_is_slow_to_play_what_it_has_is_waited_for(program: Program) -> None:
    folder = program("player", "cat > heard; sleep 0.4; echo > ended")
    player = PipePlayer("player", lambda audio: [], time.monotonic, exit_limit=0.2)
    await player.play(chunks((GATEWAY, bytes(48_000))))
    assert (folder / "ended").exists()
