"""A short, soft sound tells that a text was not finished; nobody hears it who did not wish for more."""

import asyncio
import logging
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from edge_client.playback.earcon import earcon
from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.settings.settings import Settings
from robotvoice.errors import NothingCanSpeak, SpokenInPart
from robotvoice.ground.lock_file import locked
from robotvoice.sound.pcm import WIRE_FORMAT, AudioFormat
from tests.edge_client.playback.session_rig import PacedPlayers, aloud
from tests.fakes.scripted_engine import DIES, FOREVER, ScriptedEngine

pytestmark = pytest.mark.usefixtures("no_process_is_left")

Make = Callable[..., Settings]
WORDS = [1200] * 4
"""A sentence of 200 ms"""


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PacedPlayers:
    paced = PacedPlayers(tmp_path / "bin")
    monkeypatch.setenv("PATH", paced.path)
    return paced


@pytest.mark.parametrize(
    "audio", [WIRE_FORMAT, AudioFormat(22_050), AudioFormat(16_000), AudioFormat(48_000, 2)]
)
def test_it_is_short_soft_and_without_a_click(audio: AudioFormat) -> None:
    """At any rate of a player that is open; a stereo one plays it on both sides."""
    sound = earcon(audio)
    samples = array("h", sound.pcm)
    assert sound.format == audio
    assert 0.2 < audio.seconds(sound.samples) <= 0.4
    assert 1000 < max(map(abs, samples)) < 32_767 // 8
    left = samples[:: audio.channels]
    assert left == samples[audio.channels - 1 :: audio.channels]
    assert max(abs(after - before) for before, after in pairwise(left)) < 800
    assert abs(samples[-1]) < 50


def unfinished(rate: int) -> ScriptedEngine:
    """Speaks one sentence and no more."""
    return ScriptedEngine("clone", WORDS, [DIES], sample_rate=rate)


@pytest.mark.parametrize("rate", [24_000, 22_050])
async def test_what_was_spoken_in_part_ends_with_it(
    players: PacedPlayers, settings: Make, caplog: pytest.LogCaptureFixture, rate: int
) -> None:
    """Through the player that is open, and before anybody else may speak."""
    quiet = settings(player="aplay")
    free: list[bool] = []

    class Told(Loudspeaker):
        def tell_of_an_earcon(self) -> None:
            free.append(locked(quiet.voice_lock) is not None)

    caplog.set_level(logging.INFO)
    with pytest.raises(SpokenInPart, match="only the first sentence was spoken"):
        await aloud(quiet, unfinished(rate), sentences=3, loudspeaker=Told(quiet))
    ((_, played_at, pcm),) = players.given()
    assert played_at == rate
    sound = earcon(AudioFormat(rate)).pcm
    assert pcm == (1).to_bytes(2, "little") * 4800 + sound
    assert free == [False]
    assert "an earcon says that the text was not finished (incomplete)" in caplog.text


async def test_a_text_of_which_nothing_could_be_spoken_is_told_by_it(
    players: PacedPlayers, settings: Make
) -> None:
    """Whoever asked may not be waiting for an answer."""
    with pytest.raises(NothingCanSpeak):
        await aloud(settings(player="aplay"), ScriptedEngine("clone", [DIES]))
    ((_, _, pcm),) = players.given()
    assert pcm == earcon(WIRE_FORMAT).pcm


async def test_it_can_be_switched_off(players: PacedPlayers, settings: Make) -> None:
    with pytest.raises(SpokenInPart):
        await aloud(settings(player="aplay", earcon=False), unfinished(24_000), sentences=3)
    ((_, _, pcm),) = players.given()
    assert len(pcm) == 9600


async def test_a_text_that_is_spoken_to_its_end_has_none(players: PacedPlayers, settings: Make) -> None:
    assert await aloud(settings(player="aplay"), ScriptedEngine("clone", WORDS), sentences=2)
    ((_, _, pcm),) = players.given()
    assert len(pcm) == 2 * 9600


async def test_a_text_that_is_cut_has_none(players: PacedPlayers, settings: Make) -> None:
    """As by somebody more urgent, or by `stop`."""
    loudspeaker = Loudspeaker(settings(player="aplay"))
    engine = ScriptedEngine("clone", [*WORDS, FOREVER])
    speaking = asyncio.create_task(
        aloud(settings(player="aplay"), engine, sentences=2, loudspeaker=loudspeaker)
    )
    await players.until_given(0, 2400)
    speaking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await speaking
    ((_, _, pcm),) = players.given()
    assert not loudspeaker.as_json()["earcons"]
    assert set(array("h", pcm)) == {1}


async def test_a_text_that_makes_room_has_none(players: PacedPlayers, settings: Make) -> None:
    """Although no voice could have gone on with it: that is for its next turn to find out."""
    loudspeaker = Loudspeaker(settings(player="aplay"))
    engine = ScriptedEngine("clone", WORDS, WORDS, [DIES])
    await aloud(
        settings(player="aplay"),
        engine,
        sentences=3,
        begins=lambda started: started.sentence == 0,
        loudspeaker=loudspeaker,
    )
    ((_, _, pcm),) = players.given()
    assert not loudspeaker.as_json()["earcons"]
    assert len(pcm) == 9600


async def test_what_is_not_played_has_none(players: PacedPlayers, settings: Make) -> None:
    with pytest.raises(NothingCanSpeak):
        await aloud(settings(player="aplay"), ScriptedEngine("clone", [DIES]), play=False)
    assert not players.given()
