"""Playing: what a real aplay is given arrives, ends and falls silent; who plays is chosen by proof."""

import asyncio
import os
import shutil
import time
from array import array
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from edge_client.player import FilePlayer, NullPlayer, PipePlayer, Played, open_player
from edge_client.player_commands import player_arguments
from edge_client.settings import Settings
from speech.audio import AudioChunk, AudioFormat, Origin, wav_file
from speech.errors import PlayerFailed

needs_aplay = pytest.mark.skipif(shutil.which("aplay") is None, reason="aplay (alsa-utils) is not installed")

GATEWAY, LOCAL = AudioFormat(24_000), AudioFormat(22_050)
Program = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = psutil.Process().children(recursive=True)
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child not in before] == []


@pytest.fixture
def recorder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """ALSA's default device writes what it is given to RATE.raw in this folder."""
    config = tmp_path / "asound.conf"
    config.write_text(
        f"""
        pcm.null {{ type null }}
        pcm.record {{ type file slave.pcm "null" file "{tmp_path}/%r.raw" format "raw" }}
        pcm.!default {{ type plug slave.pcm "record" }}
        """
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return tmp_path


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Puts shell scripts on PATH, which then holds nothing else; they run in the folder that is returned."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.chdir(tmp_path)

    def install(name: str, script: str) -> Path:
        file = folder / name
        file.write_text(f"#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n")
        file.chmod(0o755)
        return tmp_path

    return install


def noise(audio: AudioFormat, seconds: float) -> bytes:
    samples = range(int(audio.sample_rate * seconds))
    return array("h", [number * 7919 % 30_000 - 15_000 for number in samples]).tobytes()


async def chunks(*runs: tuple[AudioFormat, bytes]) -> AsyncGenerator[AudioChunk, None]:
    for audio, pcm in runs:
        for start in range(0, len(pcm), 3000):
            yield AudioChunk(pcm[start : start + 3000], audio, Origin("test", "noise"))


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


async def test_no_player_takes_everything_without_a_child() -> None:
    player = await open_player(Settings(player="none"), clock=lambda: 7.0)
    assert isinstance(player, NullPlayer)
    assert await player.play(chunks((GATEWAY, noise(GATEWAY, 0.5)))) == Played(0.5, 7.0)


async def test_a_file_player_is_given_wav_files_that_are_gone_afterwards(program: Program) -> None:
    folder = program("afplay", 'echo "$1" >> names; cp "$1" $(wc -l < names).wav')
    first, second = noise(GATEWAY, 0.3), noise(LOCAL, 0.2)
    played = await FilePlayer("afplay", time.monotonic).play(chunks((GATEWAY, first), (LOCAL, second)))
    assert played.seconds == pytest.approx(0.5)
    assert (folder / "1.wav").read_bytes() == wav_file(first, GATEWAY)
    assert (folder / "2.wav").read_bytes() == wav_file(second, LOCAL)
    given = (folder / "names").read_text().split()
    assert [os.access(name, os.F_OK) for name in given] == [False, False]


@needs_aplay
async def test_the_first_player_that_works_is_taken_after_a_silent_proof(recorder: Path) -> None:
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "aplay"
    assert not any((recorder / "24000.raw").read_bytes())


@needs_aplay
async def test_without_a_device_aplays_own_words_are_told(recorder: Path) -> None:
    (recorder / "asound.conf").write_text("pcm.!default { type hw card 31 }\n")
    with pytest.raises(PlayerFailed, match=r"aplay: .*audio open error.*--out FILE"):
        await open_player(Settings(player="aplay"), clock=time.monotonic)


async def test_a_player_that_does_not_work_makes_room_for_the_next(program: Program) -> None:
    program("aplay", "exit 1")
    program("paplay", "cat > heard")
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "paplay"


async def test_a_player_that_hangs_makes_room_for_the_next(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge_client.player.PROOF_LIMIT", 0.3)
    program("aplay", "sleep 60")
    program("pw-play", "cat > heard")
    player = await open_player(Settings(), clock=time.monotonic)
    assert player.name == "pw-play"


async def test_every_player_that_was_tried_is_told_with_its_reason(program: Program) -> None:
    program("aplay", "echo \"ALSA lib confmisc.c:855:(parse_card) cannot find card '0'\" >&2; exit 1")
    program("paplay", "echo 'Connection failure: Connection refused' >&2; exit 1")
    with pytest.raises(PlayerFailed) as failed:
        await open_player(Settings(), clock=time.monotonic)
    assert failed.value.message == (
        "no sound can be played (aplay: cannot find card '0'; "
        "pw-play: not installed, try: sudo apt install pipewire-bin; "
        "paplay: Connection failure: Connection refused): correct the player or device setting, "
        'write the sound with --out FILE, or set player = "none"'
    )


async def test_a_named_player_is_the_only_one_tried(program: Program) -> None:
    program("paplay", "cat > heard")
    with pytest.raises(PlayerFailed, match=r"\(aplay: not installed, try: sudo apt install alsa-utils\)"):
        await open_player(Settings(player="aplay"), clock=time.monotonic)


async def test_a_pw_play_that_knows_no_raw_option_is_called_without_it(program: Program) -> None:
    refuse = "echo \"pw-play: unrecognized option '--raw'\" >&2; exit 1"
    folder = program("pw-play", f'[ "$1" = --raw ] && {{ {refuse}; }}; echo "$@" > called; cat > heard')
    player = await open_player(Settings(player="pw-play", device="headphones"), clock=time.monotonic)
    pcm = noise(GATEWAY, 0.2)
    await player.play(chunks((GATEWAY, pcm)))
    assert (folder / "called").read_text() == "--format=s16 --rate=24000 --channels=1 --target=headphones -\n"
    assert (folder / "heard").read_bytes() == pcm


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
