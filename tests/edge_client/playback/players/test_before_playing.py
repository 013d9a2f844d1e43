"""A command before playing, such as one that switches an amplifier on, comes first and never stops speech."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import psutil
import pytest

from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.playback.players.player import Played
from edge_client.settings.settings import Settings
from robotvoice.sound.pcm import WIRE_FORMAT, AudioChunk, Origin


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


class Clock:
    """Goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def loudspeaker(diary: Diary, clock: Clock, *command: str, within: float = 5.0) -> Loudspeaker:
    settings = Settings(
        player="aplay", before=command, before_timeout=within, voice_lock=diary.file.with_name("voice.lock")
    )
    return Loudspeaker(settings, clock=clock)


async def chunks() -> AsyncGenerator[AudioChunk, None]:
    for _ in range(3):
        yield AudioChunk(bytes(1000), WIRE_FORMAT, Origin("test", "silence"))


async def play(speaker: Loudspeaker, sound: AsyncGenerator[AudioChunk, None] | None = None) -> Played:
    async with speaker.taken():
        return await speaker.play(sound or chunks())


async def test_the_command_has_ended_before_anything_is_played(diary: Diary, clock: Clock) -> None:
    """The proof of the player needs no amplifier."""
    speaker = loudspeaker(diary, clock, "sh", "-c", f"sleep 0.2; echo on >> {diary.file}")
    played = await play(speaker)
    assert diary.take() == "play 960\non\nplay 3000\n"
    assert played.seconds == pytest.approx(1500 / 24_000)


async def test_the_command_runs_once_for_texts_that_follow_each_other(diary: Diary, clock: Clock) -> None:
    """E6: until nothing was heard for the time after which a loudspeaker may sleep."""
    speaker = loudspeaker(diary, clock, "sh", "-c", f"echo on >> {diary.file}")
    for _ in range(3):
        await play(speaker)
        clock.now += 2.9
    assert diary.take() == "play 960\non\n" + "play 3000\n" * 3
    clock.now += 0.2
    await play(speaker)
    assert diary.take() == "on\nplay 3000\n"


async def test_a_command_that_fails_is_told_and_does_not_stop_speech(
    diary: Diary, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await play(loudspeaker(diary, clock, "sh", "-c", "echo 'no such pin' >&2; exit 1"))
    assert diary.take().endswith("play 3000\n")
    (record,) = caplog.records
    assert record.levelno == logging.ERROR, "which the command line shows"
    assert record.getMessage().endswith("sh: no such pin")


async def test_what_failed_before_playing_is_told_until_it_works_again(diary: Diary, clock: Clock) -> None:
    """To `status`: the sound went out, and may not be heard."""
    amplifier = diary.file.with_name("amplifier")
    speaker = loudspeaker(diary, clock, "test", "-e", str(amplifier))
    assert speaker.as_json()["before"] is None
    await play(speaker)
    assert speaker.as_json()["before"].startswith("the command before it failed: test: ")
    amplifier.touch()
    clock.now += 10
    await play(speaker)
    assert speaker.as_json()["before"] is None


async def test_a_command_that_hangs_is_killed_and_does_not_stop_speech(
    diary: Diary, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await play(loudspeaker(diary, clock, "sleep", "60", within=0.2))
    assert diary.take().endswith("play 3000\n")
    assert caplog.messages[0].endswith("sleep: did not end within 0.2 s")


async def test_a_command_that_does_not_exist_does_not_stop_speech(
    diary: Diary, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await play(loudspeaker(diary, clock, "/nonexistent/amplifier"))
    assert diary.take().endswith("play 3000\n")
    assert "cannot be started" in caplog.text


async def test_cancelling_ends_the_command_and_plays_nothing(diary: Diary, clock: Clock) -> None:
    """The next text runs it again: nobody knows how far it got."""
    speaker = loudspeaker(diary, clock, "sh", "-c", f"echo begun >> {diary.file}; exec sleep 60", within=9)
    async with speaker.taken():
        diary.take()
        playing = asyncio.create_task(speaker.play(chunks()))
        await asyncio.to_thread(diary.wait)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing
    assert diary.take() == "begun\n"
    assert speaker.play_out.asleep


async def test_an_utterance_without_sound_does_not_wait_for_the_command(diary: Diary, clock: Clock) -> None:
    async def nothing() -> AsyncGenerator[AudioChunk, None]:
        return
        yield

    async with asyncio.timeout(4):
        played = await play(loudspeaker(diary, clock, "sleep", "60"), nothing())
    assert played.first_audio is None
