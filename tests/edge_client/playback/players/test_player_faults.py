"""A player that is killed or stands still is replaced, and the sentence is said again from its start."""

import asyncio
import re
import signal
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import psutil
import pytest

from edge_client.playback.loudspeaker import Loudspeaker
from edge_client.settings.settings import Settings
from robotvoice.errors import SpokenInPart
from robotvoice.persona import VoiceSpec
from robotvoice.sound.pcm import AudioChunk
from robotvoice.utterance import Sentence
from tests.edge_client.playback.session_rig import PacedPlayers, aloud
from tests.fakes.scripted_engine import ScriptedEngine

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_process_is_left")]

Make = Callable[..., Settings]
PIECE = 1200
"""Samples; 50 ms"""


@pytest.fixture
def players(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PacedPlayers:
    paced = PacedPlayers(tmp_path / "bin")
    monkeypatch.setenv("PATH", paced.path)
    return paced


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize(
    ("ahead", "pieces", "given"), [("0.1", 30, 4800), ("2", 10, 24_000)], ids=["in the middle", "at its end"]
)
async def test_the_sentence_is_said_again_by_a_new_player(
    players: PacedPlayers,
    settings: Make,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    number: signal.Signals,
    ahead: str,
    pieces: int,
    given: int,
) -> None:
    """Also when it had been given all of it and had not played it to its end."""
    monkeypatch.setenv("PACED_AHEAD", ahead)
    monkeypatch.setattr("edge_client.playback.players.pipe_player.STALL_LIMIT", 1.0)
    monkeypatch.setattr("edge_client.playback.players.pipe_player.EXIT_LIMIT", 1.0)
    engine = ScriptedEngine("clone", [PIECE] * pieces)
    speaking = asyncio.create_task(aloud(settings(player="aplay"), engine))
    first = await players.until_given(0, given)
    psutil.Process(first).send_signal(number)
    heard = await speaking
    (_, _, _), (second, _, pcm) = players.given()
    assert len(pcm) == 2 * PIECE * pieces
    assert second != first
    assert not psutil.pid_exists(first), "one that was stopped is gone as well"
    assert heard
    assert heard.seconds == pytest.approx(0.05 * pieces), "nothing is counted twice"
    assert len(engine.asked) == 1, "it is not made again"
    assert "the player is replaced: aplay" in caplog.text


class Hesitant(ScriptedEngine):
    """Falls silent in a sentence until the player has played what it was given."""

    def __init__(self, players: PacedPlayers) -> None:
        super().__init__("clone")
        self._players = players

    async def speak(self, sentence: Sentence, voice: VoiceSpec) -> AsyncGenerator[AudioChunk, None]:
        chunks = [chunk async for chunk in ScriptedEngine("clone", [4800, 4800]).speak(sentence, voice)]
        yield chunks[0]
        await self._players.until_given(0, len(chunks[0].pcm))
        await asyncio.sleep(0.8)
        yield chunks[1]


async def test_a_player_that_has_nothing_left_to_play_is_an_underrun(
    players: PacedPlayers, settings: Make
) -> None:
    loudspeaker = Loudspeaker(settings(player="aplay"))
    await aloud(settings(player="aplay"), Hesitant(players), loudspeaker=loudspeaker)
    pre_buffer = loudspeaker.pre_buffer
    assert pre_buffer.underruns == 1
    assert pre_buffer.gaps > 0.3
    ((_, _, pcm),) = players.given()
    assert len(pcm) == 2 * 9600


async def test_a_voice_that_is_quick_enough_makes_none(players: PacedPlayers, settings: Make) -> None:
    loudspeaker = Loudspeaker(settings(player="aplay"))
    await aloud(settings(player="aplay"), ScriptedEngine("local", [PIECE] * 20), loudspeaker=loudspeaker)
    assert loudspeaker.pre_buffer.underruns == 0


@pytest.mark.parametrize("back", [True, False])
async def test_one_that_was_unplugged_is_waited_for_and_the_sentence_said_again(
    players: PacedPlayers, settings: Make, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    """E3: without a daemon, too; when it does not come back, it is told how far the text got."""
    monkeypatch.setattr("edge_client.playback.loudspeaker.WAIT", 4.0)
    told: list[str] = []
    loudspeaker = Loudspeaker(settings(player="aplay"), on_wait=told.append)
    engine = ScriptedEngine("clone", *[[PIECE] * 20] * 2)
    speaking = asyncio.create_task(
        aloud(settings(player="aplay"), engine, sentences=2, loudspeaker=loudspeaker)
    )
    await players.until_given(0, 2 * PIECE * 28)
    players.unplug()
    if back:
        await asyncio.sleep(2.5)
        players.plug_in()
        assert await speaking
        assert sum(len(pcm) for _, _, pcm in players.given()[1:]) >= 2 * PIECE * 20
    else:
        with pytest.raises(
            SpokenInPart, match="only the first sentence was played: the loudspeaker is missing"
        ):
            await speaking
    (words,) = told
    assert re.fullmatch(r"missing( since 1 s)? \(aplay: audio open error: No such device\)", words)
