"""A daemon whose loudspeaker sleeps, is busy, is not up yet, is unplugged or got another number."""

import re
import time
from array import array
from functools import partial
from pathlib import Path

import pytest

from tests.edge_client.daemon.daemon_rig import RunningDaemon, running_daemon
from tests.edge_client.playback.session_rig import PacedPlayers
from tests.edge_client.rig import SOON, Commands, soon

pytestmark = pytest.mark.slow

BUSY = "audio open error: Device or resource busy"


@pytest.fixture
def players(tmp_path: Path) -> PacedPlayers:
    return PacedPlayers(tmp_path / "bin")


def sounding(pcm: bytes) -> "array[int]":
    return array("h", [sample for sample in array("h", pcm) if sample])


def all_given(players: PacedPlayers) -> "array[int]":
    return sounding(b"".join(pcm for _, _, pcm in players.given()))


def spoken(daemon: RunningDaemon) -> list[str]:
    """Ids of lines, in the order in which they ended well."""
    return [found[1] for line in daemon.log if (found := re.search(r"line (\w+) spoken ", line))]


def until_spoken(daemon: RunningDaemon, lines: int) -> None:
    """Each in its time."""
    for number in range(1, lines + 1):
        soon(partial(reached, daemon, number))


def reached(daemon: RunningDaemon, lines: int) -> bool:
    return len(spoken(daemon)) >= lines


@pytest.mark.parametrize("lead_in", ["0.7", "0"])
def test_what_sleeps_is_woken_before_it_is_spoken_to(
    robotvoice: Commands, players: PacedPlayers, lead_in: str
) -> None:
    """E1: every frame of "Stop." comes out. Without the setting this loudspeaker swallows it."""
    players.sleeps(0.6, after=0.4)
    with running_daemon(robotvoice, players, ROBOTVOICE_LEAD_IN=lead_in, ROBOTVOICE_REST="0.3") as daemon:
        for _ in range(2):
            time.sleep(0.6)
            assert daemon.say("Stop.", priority="urgent", wait=True)[0] == 200
    given, heard = all_given(players), sounding(players.heard())
    assert len(given) > 2 * 2000
    assert (heard == given) is (lead_in == "0.7")


def test_lines_wait_for_a_busy_loudspeaker_and_the_urgent_one_is_first(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E5: in whichever language the system speaks, and longer than any line would have waited before."""
    players.says(BUSY, german="audio open error: Das Gerät oder die Ressource ist belegt")
    with running_daemon(robotvoice, players, LANG="de_DE.UTF-8") as daemon:
        lines = [daemon.say(f"Line {number}.")[1]["id"] for number in range(5)]
        late = daemon.say("Too late.", deadline_ms=1000)[1]["id"]
        urgent = daemon.say("Stop.", priority="urgent")[1]["id"]
        time.sleep(6)
        told = daemon.status()["loudspeaker"]
        assert re.fullmatch(r"held by another program since \d+ s", told["problem"])
        assert "held by another program since" in robotvoice("status").stdout
        assert len(daemon.status()["waiting"]) == 6
        players.says(None)
        until_spoken(daemon, 6)
        assert spoken(daemon) == [urgent, *lines]
        assert any(
            f"line {late} dropped: it could not begin before its deadline, so nothing was said, as the "
            "loudspeaker is held by another program" in line
            for line in daemon.log
        )
        assert daemon.status()["loudspeaker"]["problem"] is None


def test_who_asks_is_told_that_there_is_no_loudspeaker(robotvoice: Commands, players: PacedPlayers) -> None:
    """Whether waiting for the line or not."""
    players.says(BUSY)
    with running_daemon(robotvoice, players) as daemon:
        soon(lambda: daemon.status()["loudspeaker"]["problem"])
        done = robotvoice("say", "Hello.", "--no-wait")
        assert (done.returncode, len(done.stdout.strip())) == (0, 12)
        assert done.stderr.startswith("robotvoice: it may not be heard: held by another program")
        done = robotvoice("say", "Hello.", "--deadline", "3")
        assert done.returncode == 4
        waits, dropped = done.stderr.splitlines()
        assert waits.startswith("robotvoice: it waits for the loudspeaker: held by another program since ")
        assert dropped.startswith(
            "robotvoice: it could not begin before its deadline, so nothing was said, as the"
        )


def test_what_is_said_before_the_loudspeaker_is_up_is_spoken_when_it_is(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E4: a sound server or a headset that comes later than the daemon, which says so at its start."""
    players.says("audio open error: Host is down")
    with running_daemon(robotvoice, players) as daemon:
        told = daemon.next_line()
        assert told.startswith(
            "Listening, but no sound can be played: the loudspeaker is not up yet (aplay: "
        )
        assert "audio open error: Host is down): switch it on or connect it" in told
        lines = [daemon.say(f"Line {number}.")[1]["id"] for number in range(3)]
        time.sleep(2)
        assert not spoken(daemon)
        players.says(None)
        until_spoken(daemon, 3)
        assert spoken(daemon) == lines


def test_one_that_another_program_took_since_it_was_used_last_is_waited_for_within_the_deadline(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E5: it was given back after a rest."""
    with running_daemon(robotvoice, players, ROBOTVOICE_REST="0.3") as daemon:
        assert daemon.say("First.", wait=True)[0] == 200
        time.sleep(0.6)
        players.says(BUSY)
        late = daemon.say("Too late.", deadline_ms=1500)[1]["id"]
        line = daemon.say("In time.")[1]["id"]
        soon(lambda: any(f"line {late} dropped" in told for told in daemon.log))
        players.says(None)
        until_spoken(daemon, 2)
        assert spoken(daemon)[1] == line
        assert not any(f"line {late} cut" in told for told in daemon.log)


def test_a_command_without_a_daemon_waits_too_and_says_whom_for(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E5."""
    players.says(BUSY)
    own = {**players.environment, "ROBOTVOICE_DAEMON_PORT": "0"}
    waiting = robotvoice.start("say", "Hello.", **own)
    time.sleep(3)
    assert waiting.poll() is None
    players.says(None)
    _, err = waiting.communicate(timeout=SOON)
    assert waiting.returncode == 0
    assert err.startswith("robotvoice: it waits, as the loudspeaker is held by another program since ")


STORY = "It was a dark night. The wind was strong and the sea was very loud. Then it was quiet. The end."


def test_a_sentence_in_which_it_was_unplugged_is_said_again_when_it_is_back(
    robotvoice: Commands, players: PacedPlayers
) -> None:
    """E3: and those before it are not."""
    with running_daemon(robotvoice, players) as daemon:
        line = daemon.say(STORY)[1]["id"]
        soon(lambda: [each for each in daemon.log if f"line {line}, sentence 1" in each])
        time.sleep(1.0)
        players.unplug()
        soon(lambda: "missing since" in (daemon.status()["loudspeaker"]["problem"] or ""))
        assert [waiting["id"] for waiting in daemon.status()["waiting"]] == [line]
        time.sleep(1.0)
        players.plug_in()
        for _ in range(2):
            soon(lambda: line in spoken(daemon) or daemon.status()["speaking"])
        soon(lambda: line in spoken(daemon))
    rows = [found[1] for each in daemon.log if (found := re.search(rf"line {line}, sentence (\d)", each))]
    assert rows == ["0", "1", "1", "2", "3"]
