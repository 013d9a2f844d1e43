"""A command before playing, such as one that switches an amplifier on, comes first and never stops speech."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import psutil
import pytest

from edge_client.playback.player import Player
from edge_client.playback.player_choice import ProvenPlayer, open_player
from edge_client.settings import Settings
from speech.audio import WIRE_FORMAT, AudioChunk, Origin


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before = psutil.Process().children(recursive=True)
    yield
    assert [child for child in psutil.Process().children(recursive=True) if child not in before] == []


class Diary:
    """Where an aplay that is first on PATH, and the commands of these tests, write what they do."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def take(self) -> str:
        """What was written since it was last taken."""
        written = self.file.read_text() if self.file.exists() else ""
        self.file.write_text("")
        return written

    def wait(self) -> None:
        """Until something is written."""
        deadline = time.monotonic() + 5
        while not (self.file.exists() and self.file.read_text()) and time.monotonic() < deadline:
            time.sleep(0.01)


@pytest.fixture
def diary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Diary:
    aplay = tmp_path / "aplay"
    aplay.write_text(f"#!/bin/sh\necho play $(wc -c) >> {tmp_path}/diary\n")
    aplay.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return Diary(tmp_path / "diary")


async def player_after(diary: Diary, *command: str, within: float = 5.0) -> Player:
    settings = Settings(player="aplay", before=command, before_timeout=within)
    player = await open_player(settings, clock=time.monotonic)
    assert diary.take() == "play 960\n", "the proof needs no amplifier"
    return player


async def chunks() -> AsyncGenerator[AudioChunk, None]:
    for _ in range(3):
        yield AudioChunk(bytes(1000), WIRE_FORMAT, Origin("test", "silence"))


async def test_the_command_has_ended_before_anything_is_played(diary: Diary) -> None:
    player = await player_after(diary, "sh", "-c", f"sleep 0.2; echo on >> {diary.file}")
    assert player.name == "aplay"
    played = await player.play(chunks())
    assert diary.take() == "on\nplay 3000\n"
    assert played.seconds == pytest.approx(1500 / 24_000)


async def test_the_command_runs_before_each_utterance(diary: Diary) -> None:
    player = await player_after(diary, "sh", "-c", f"echo on >> {diary.file}")
    await player.play(chunks())
    await player.play(chunks())
    assert diary.take() == "on\nplay 3000\n" * 2


async def test_a_command_that_fails_is_told_and_does_not_stop_speech(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    player = await player_after(diary, "sh", "-c", "echo 'no such pin' >&2; exit 1")
    await player.play(chunks())
    assert diary.take() == "play 3000\n"
    (record,) = caplog.records
    assert record.levelno == logging.ERROR, "which the command line shows"
    assert record.getMessage().endswith("sh: no such pin")


async def test_what_failed_before_playing_is_told_until_it_works_again(diary: Diary) -> None:
    """To `status`: the sound went out, and may not be heard."""
    proven = ProvenPlayer()
    settings = Settings(player="aplay", before=("test", "-e", str(diary.file.with_name("amplifier"))))
    player = await proven.open(settings, clock=time.monotonic)
    assert proven.problem_before is None
    await player.play(chunks())
    assert (proven.problem_before or "").startswith("the command before it failed: test: ")
    diary.file.with_name("amplifier").touch()
    await player.play(chunks())
    assert proven.problem_before is None


async def test_a_command_that_hangs_is_killed_and_does_not_stop_speech(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    player = await player_after(diary, "sleep", "60", within=0.2)
    await player.play(chunks())
    assert diary.take() == "play 3000\n"
    assert caplog.messages[0].endswith("sleep: did not end within 0.2 s")


async def test_a_command_that_does_not_exist_does_not_stop_speech(
    diary: Diary, caplog: pytest.LogCaptureFixture
) -> None:
    player = await player_after(diary, "/nonexistent/amplifier")
    await player.play(chunks())
    assert diary.take() == "play 3000\n"
    assert "cannot be started" in caplog.text


async def test_cancelling_ends_the_command_and_plays_nothing(diary: Diary) -> None:
    player = await player_after(diary, "sh", "-c", f"echo begun >> {diary.file}; exec sleep 60")
    playing = asyncio.create_task(player.play(chunks()))
    await asyncio.to_thread(diary.wait)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert diary.take() == "begun\n"


async def test_an_utterance_without_sound_does_not_wait_for_the_command(diary: Diary) -> None:
    async def nothing() -> AsyncGenerator[AudioChunk, None]:
        return
        yield

    player = await player_after(diary, "sleep", "60")
    async with asyncio.timeout(4):
        assert (await player.play(nothing())).first_audio is None
