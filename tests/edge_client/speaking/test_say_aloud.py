"""Aloud: what is heard is one voice after the other at most, never a sentence of which a part is missing."""

import asyncio
import gc
from array import array
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from edge_client.settings.settings import Settings
from edge_client.speaking.robot import Robot
from robotvoice.errors import NothingCanSpeak, PlayerFailed, SpokenInPart
from tests.edge_client.rig import SOON, read_wav, say, spoken_by_vixen
from tests.fakes.fake_gateway import CHUNK, CHUNKS, SAMPLE, FakeGateway
from tests.fakes.faults import Fault

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]
FIRST, SECOND = "Hello there.", "The second sentence is a bit longer than the first one."
STORY = " ".join(f"This is sentence number {number} of a story that goes on." for number in range(40))
PLAYER = """#!/bin/sh
PATH=/usr/bin:/bin
while [ "$1" != -r ]; do shift; done
echo $$ >> "{folder}/players"
{play}
"""
RECORD = 'cat >> "{folder}/$2.raw"'


@pytest.fixture
def loudspeaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts an `aplay` on PATH that writes what it is given to RATE.raw."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def install(play: str = RECORD) -> Path:
        program = folder / "aplay"
        program.write_text(PLAYER.format(folder=folder, play=play.format(folder=folder)))
        program.chmod(0o755)
        return folder

    return install


def heard(folder: Path, rate: int) -> "array[int]":
    """Without the moment of silence by which the player proves itself."""
    samples = array("h", (folder / f"{rate}.raw").read_bytes())
    return samples[480:] if rate == 24_000 else samples


def without_fades(samples: "array[int]") -> bytes:
    """What a sentence that breaks off ends with is no part of it."""
    return array("h", [sample for sample in samples if sample == SAMPLE]).tobytes()


async def by_the_robot(settings: Settings, text: str, wav: Path) -> "array[int]":
    await say(settings, text, out=wav)
    return read_wav(wav).samples


async def test_the_gateway_is_heard(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[], Path]
) -> None:
    folder = loudspeaker()
    said = await say(settings(gateway=fake.address, player="aplay"), f"{FIRST} {SECOND}", play=True)
    assert said.via == "gateway"
    assert heard(folder, 24_000).tobytes() == CHUNK * CHUNKS * 2
    assert said.audio_s == pytest.approx(0.8)
    assert said.file is None


@pytest.mark.parametrize("fault", ["stall_after", "cut_after"])
async def test_a_sentence_that_breaks_off_is_repeated_from_its_start(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[], Path], wav: Path, fault: str
) -> None:
    """By the local voice, which also speaks the rest: one change of voice, and no word is missing."""
    folder = loudspeaker()
    alone = await by_the_robot(settings(), f"{FIRST} {SECOND}", wav)
    getattr(fake.state, fault)(3)
    pinned = settings(gateway=fake.address, state_dir=wav.parent / "other", player="aplay")
    said = await say(pinned, f"{FIRST} {SECOND}", play=True)
    assert (said.via, spoken_by_vixen(said)) == ("robot", True)
    assert without_fades(heard(folder, 24_000)) == CHUNK * 3
    assert heard(folder, 22_050) == alone
    assert len(fake.state.requests) == 1


async def test_sentences_that_were_heard_are_not_repeated(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[], Path], wav: Path
) -> None:
    folder = loudspeaker()
    alone = await by_the_robot(settings(), SECOND, wav)
    fake.state.cut_in_the_second()
    pinned = settings(gateway=fake.address, state_dir=wav.parent / "other", player="aplay")
    said = await say(pinned, f"{FIRST} {SECOND}", play=True)
    assert (said.via, said.reason) == ("robot", "gateway closed the connection")
    assert without_fades(heard(folder, 24_000)) == CHUNK * (CHUNKS + 3)
    assert heard(folder, 22_050) == alone


async def test_what_is_written_is_played_as_well_if_wished(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[], Path], wav: Path
) -> None:
    """Also when the file cannot be written, which is told afterwards."""
    folder = loudspeaker()
    pinned = settings(gateway=fake.address, player="aplay")
    await say(pinned, FIRST, play=True, out=wav)
    assert heard(folder, 24_000) == read_wav(wav).samples
    (folder / "24000.raw").unlink()
    with pytest.raises(Exception, match="cannot be written"):
        await say(pinned, FIRST, play=True, out=wav.parent)
    assert heard(folder, 24_000).count(SAMPLE) == 9600


async def test_a_player_that_breaks_in_a_long_story_ends_it(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[str], Path]
) -> None:
    """However much is waiting to be played by then."""
    loudspeaker('if [ -e "{folder}/proved" ]; then sleep 0.5; exit 1; fi; cat > "{folder}/proved"')
    async with asyncio.timeout(SOON):
        with pytest.raises(PlayerFailed):
            await say(settings(player="aplay"), STORY, play=True)


DIES_IN = """
echo >> "{folder}/calls"
case $(wc -l < "{folder}/calls") in {number}) head -c 6000 >> "{folder}/$2.raw"; exit 1;; esac
cat >> "{folder}/$2.raw"
"""
"""The first call is the silent proof."""


async def test_a_player_that_breaks_is_replaced_and_the_sentence_said_again(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[str], Path]
) -> None:
    """What came before it and may not have been heard yet, too; the row counts nothing twice."""
    folder = loudspeaker(DIES_IN.replace("{number}", "2"))
    said = await say(settings(gateway=fake.address, player="aplay"), FIRST, play=True)
    samples = heard(folder, 24_000)
    assert said.via == "gateway"
    assert said.audio_s == pytest.approx(0.4)
    # Its successor proved itself with a moment of silence of its own.
    assert samples.count(SAMPLE) == 3000 + 9600
    assert samples[-9600:].tobytes() == CHUNK * CHUNKS


async def test_a_player_that_breaks_twice_in_a_sentence_ends_the_text(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[str], Path]
) -> None:
    """It is told how much was played."""
    loudspeaker(DIES_IN.replace("{number}", "2|4"))
    pinned = settings(gateway=fake.address, player="aplay")
    with pytest.raises(PlayerFailed, match="aplay: ended early with status 1"):
        await say(pinned, FIRST, play=True)


async def test_what_was_played_before_a_player_is_lost_is_told(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[str], Path]
) -> None:
    """Here it is unplugged in the third sentence."""
    folder = loudspeaker(
        'echo >> "{folder}/calls"; [ $(wc -l < "{folder}/calls") -lt 3 ] || exit 1; '
        "head -c $((19200 * 2 + 4000)) > /dev/null; [ $2 = 24000 ]"
    )
    three = " ".join([FIRST, SECOND, FIRST, SECOND])
    with pytest.raises(SpokenInPart, match=r"^only the first .* played: no sound can be played \(aplay: "):
        await say(settings(gateway=fake.address, player="aplay"), three, play=True)
    assert folder.exists()


async def test_with_neither_a_player_nor_a_voice_the_player_is_told(
    settings: Make, loudspeaker: Callable[[str], Path], caplog: pytest.LogCaptureFixture
) -> None:
    """One problem at a time, and none in the log."""
    loudspeaker("sleep 0.3; exit 1")
    with pytest.raises(PlayerFailed):
        await say(settings(player="aplay", espeak="command"), FIRST, play=True)
    with pytest.raises(NothingCanSpeak):
        await say(settings(espeak="command"), FIRST)
    gc.collect()  # which is when asyncio tells of problems that nobody looked at
    assert not [record for record in caplog.records if record.exc_info]


async def test_when_the_voice_is_lost_the_beginning_is_played_and_told(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[], Path]
) -> None:
    folder = loudspeaker()
    fake.state.cut_in_the_second()
    fake.state.cut_after(2)  # it is asked once more, as nobody else is left
    pinned = settings(gateway=fake.address, player="aplay", espeak="command")
    with pytest.raises(
        SpokenInPart, match=r"only the first sentence was spoken: .*; eSpeak NG does not run here; install"
    ):
        await say(pinned, f"{FIRST} {SECOND}", play=True)
    assert without_fades(heard(folder, 24_000)) == CHUNK * (CHUNKS + 3 + 2)


async def test_a_text_that_is_not_wanted_any_more_is_silent_at_once(
    fake: FakeGateway, settings: Make, loudspeaker: Callable[[str], Path]
) -> None:
    """Its player is gone, and so is all that was waiting for it."""
    folder = loudspeaker("cat > /dev/null; sleep 60")
    fake.state.fail_next(Fault.SILENCE)
    robot = Robot(settings(gateway=fake.address, player="aplay"))
    speaking = asyncio.create_task(robot.say(STORY, "vixen"))
    async with asyncio.timeout(SOON):
        while not (folder / "players").exists():  # noqa: ASYNC110 - a file of another process
            await asyncio.sleep(0.02)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    player = int((folder / "players").read_text().split()[-1])
    assert not psutil.pid_exists(player)
