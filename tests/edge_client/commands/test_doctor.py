"""`robotvoice doctor`, as an owner types it."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from tests.edge_client.playback.session_rig import PacedPlayers
from tests.edge_client.rig import ROBOTVOICE, Commands


@pytest.fixture
def players(tmp_path: Path) -> PacedPlayers:
    return PacedPlayers(tmp_path / "bin")


def test_without_a_terminal_it_plays_nothing_and_says_what_it_would_play(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    done = robotvoice("doctor", COLUMNS="80", **players.environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ok    loudspeaker  aplay plays without a complaint\n" in done.stdout
    assert "In a terminal, or with --yes, this plays a test: it rests 6 s," in done.stdout
    assert "only from three on  lead_in = 1.2" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not players.given()


def test_a_loudspeaker_that_cannot_be_had_is_told_and_ends_with_4(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    players.says("audio open error: No such device")
    done = robotvoice("doctor", **players.environment)
    assert done.returncode == 4
    assert "fail  loudspeaker  missing (aplay: audio open error: No such device)\n" in done.stdout
    assert "a test" not in done.stdout
    done = robotvoice("doctor", "--json", **players.environment)
    assert done.returncode == 4
    assert {row["name"]: row["state"] for row in json.loads(done.stdout)}["loudspeaker"] == "fail"


@pytest.mark.slow
def test_with_yes_it_plays_without_asking(robotvoice: Commands, players: PacedPlayers) -> None:
    done = robotvoice("doctor", "--yes", **players.environment)
    assert done.returncode == 0
    ((_, rate, pcm),) = players.given()
    assert len(pcm) == 3 * rate * 2


@pytest.mark.slow
def test_in_a_terminal_it_asks_what_was_heard_and_says_what_to_write(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E1: with a loudspeaker that really sleeps, by somebody who tells what came out of it."""
    players.sleeps(1.1, after=5.0)
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*ROBOTVOICE, "doctor"],
        env=robotvoice.with_(players.environment),
        cwd=robotvoice.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    told = b""

    def until(words: bytes) -> None:
        nonlocal told
        while words not in told:
            told += os.read(ours, 4096)
        told = told.partition(words)[2]

    until(b"Begin?")
    os.write(ours, b"\n")
    until(b"first?")
    assert len(players.heard()) < len(players.given()[0][2])
    os.write(ours, b"3\n")
    until(b"first?")
    (_, _, first), (_, _, second) = players.given()
    assert players.heard().endswith(first), "now all of it"
    assert len(second) > len(first)
    os.write(ours, b"1\n")
    until(b"lead_in = 1.2\r\n")
    assert process.wait(10) == 0
    os.close(ours)
