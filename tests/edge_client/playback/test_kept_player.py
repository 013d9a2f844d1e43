"""A player that stays open between texts: nothing is lost at the seams, and nothing is told too early."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from edge_client.playback.devices.player_commands import BUFFERS, Buffers, player_arguments
from edge_client.playback.players.pipe_player import FLUSH, PipePlayer
from robotvoice.errors import PlayerFailed
from robotvoice.sound.pcm import AudioFormat
from tests.edge_client.playback.session_rig import PacedPlayers
from tests.edge_client.rig import Program, chunks, noise

pytestmark = pytest.mark.usefixtures("no_process_is_left")

GATEWAY, LOCAL = AudioFormat(24_000), AudioFormat(22_050)


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PacedPlayers:
    paced = PacedPlayers(tmp_path / "bin")
    monkeypatch.setenv("PATH", paced.path)
    return paced


@pytest.fixture
async def player() -> AsyncIterator[PipePlayer]:
    kept = PipePlayer("aplay", partial(player_arguments, "aplay"), time.monotonic, keeps=True)
    yield kept
    await kept.close(hurry=True)


def without_silence(pcm: bytes) -> bytes:
    """What is behind each text flushes it out of the player."""
    frames = (pcm[at : at + 2] for at in range(0, len(pcm), 2))
    return b"".join(frame for frame in frames if frame != b"\0\0")


@pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay (alsa-utils) is not installed")
async def test_all_of_a_text_is_out_while_the_player_is_still_open(
    recorder: Path, player: PipePlayer
) -> None:
    """By a real aplay, which passes on whole periods: of texts long, odd and shorter than its buffer."""
    aplay = BUFFERS["aplay"]
    plugin_holds = round(0.1 * 24_000)  # what ALSA's own file plugin has not written yet: a buffer
    given, expected = 0, b""
    for samples in (2401, 7, 1, 12_345, 480):
        sound = without_silence(noise(GATEWAY, samples / 24_000))
        await player.play(chunks((GATEWAY, sound)))
        assert player.is_open
        samples = len(sound) // 2
        given, expected = given + samples, expected + sound
        out = (recorder / "24000.raw").stat().st_size // 2 + plugin_holds
        assert out >= given
        given += round((FLUSH + aplay.block + max(0.0, aplay.held - samples / 24_000)) * 24_000)
    await player.close()
    assert without_silence((recorder / "24000.raw").read_bytes()) == expected


async def test_texts_that_follow_each_other_share_a_player(players: PacedPlayers, player: PipePlayer) -> None:
    """E6: each is told as spoken when its last sample was played, and not before."""
    sound = without_silence(noise(GATEWAY, 0.15))
    seconds = len(sound) / 2 / 24_000
    for number in range(3):
        began = time.monotonic()
        played = await player.play(chunks((GATEWAY, sound)))
        assert time.monotonic() - began >= seconds
        assert played.seconds == pytest.approx(seconds)
        assert without_silence(players.heard()) == sound * (number + 1)
    assert len(players.started()) == 1


async def test_a_text_of_another_format_gets_a_player_of_its_own(
    players: PacedPlayers, player: PipePlayer
) -> None:
    for audio in (GATEWAY, LOCAL, LOCAL):
        await player.play(chunks((audio, noise(audio, 0.05))))
    assert [rate for _, rate, _ in players.given()] == [24_000, 22_050]
    (running,) = psutil.Process().children()
    assert running.pid == players.started()[1]


@pytest.mark.slow
async def test_one_that_died_while_it_had_nothing_to_play_is_not_missed(
    players: PacedPlayers, player: PipePlayer
) -> None:
    await player.play(chunks((GATEWAY, noise(GATEWAY, 0.05))))
    psutil.Process(players.started()[0]).kill()
    await asyncio.sleep(0.1)
    await player.play(chunks((GATEWAY, noise(GATEWAY, 0.05))))
    assert len(players.started()) == 2


async def test_one_that_dies_with_the_end_of_a_text_is_told(program: Program) -> None:
    """It had read all of it, and had not played it."""
    program("player", "head -c 4800 > heard; sleep 0.05; echo unplugged >&2; exit 1")
    player = PipePlayer("player", lambda audio: [], time.monotonic, keeps=True)
    with pytest.raises(PlayerFailed, match="player: unplugged"):
        await player.play(chunks((GATEWAY, bytes(4800))))
    assert not player.is_open


async def test_one_that_stops_reading_is_given_up(program: Program) -> None:
    program("player", "head -c 960 > heard; sleep 60")
    player = PipePlayer("player", lambda audio: [], time.monotonic, keeps=True, stall_limit=0.2)
    with pytest.raises(PlayerFailed, match=r"player: took no audio for 0\.2 s"):
        await player.play(chunks((GATEWAY, bytes(4800))))
    assert not player.is_open


async def test_cancelling_silences_it_at_once(players: PacedPlayers, player: PipePlayer) -> None:
    await player.play(chunks((GATEWAY, noise(GATEWAY, 0.05))))
    playing = asyncio.create_task(player.play(chunks((GATEWAY, noise(GATEWAY, 5.0)))))
    await players.until_given(0, 12_000)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not psutil.pid_exists(players.started()[0])
    assert not player.is_open


@pytest.mark.slow
async def test_what_the_card_holds_is_waited_for(players: PacedPlayers) -> None:
    """One with a larger buffer than was asked for."""
    arguments = partial(player_arguments, "aplay")
    player = PipePlayer("aplay", arguments, time.monotonic, keeps=True, holds=lambda pid: Buffers(0.5, 0.1))
    began = time.monotonic()
    await player.play(chunks((GATEWAY, noise(GATEWAY, 0.1))))
    assert time.monotonic() - began > 0.5
    await player.close()
    ((_, _, pcm),) = players.given()
    assert len(pcm) / 48_000 >= 0.5, "else it would not have begun"


async def test_a_player_that_reads_larger_blocks_is_given_a_whole_one_behind_each_text(
    program: Program,
) -> None:
    """As pw-play, which passes nothing on before it has a tenth of a second."""
    folder = program("pw-play", "while [ $(head -c 4800 | tee -a heard | wc -c) = 4800 ]; do :; done")
    player = PipePlayer("pw-play", lambda audio: [], time.monotonic, keeps=True)
    sound = without_silence(noise(GATEWAY, 0.23))
    await player.play(chunks((GATEWAY, sound)))
    assert without_silence((folder / "heard").read_bytes()) == sound
    await player.close()
