"""`robotvoice daemon` with real processes: any program says a line and goes on."""

import json
import re
import subprocess
from pathlib import Path

import psutil
import pytest

from proofs.rig.gateway import Gateway
from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import SOON, Commands, soon
from tests.edge_client.test_cli import FIELDS

pytestmark = pytest.mark.slow

STORY = " ".join(f"This is sentence number {number}." for number in range(12))
TALE = "It was dark. Nobody came. A door fell shut. Then it was quiet. The end."


def finished(process: "subprocess.Popen[str]") -> tuple[int, str, str]:
    out, err = process.communicate(timeout=SOON)
    return process.returncode, out, err


def test_a_command_returns_when_it_was_spoken_with_the_row_it_always_had(
    robotvoice: Commands, daemon: RunningDaemon, loudspeaker: Loudspeaker
) -> None:
    done = robotvoice("say", "Hello.", "--persona", "vixen", "--json")
    assert (done.returncode, done.stderr) == (
        0,
        "spoken by the robot: no gateway is known and mDNS is off\n",
    )
    row = json.loads(done.stdout)
    assert " ".join(row) == FIELDS
    assert (row["persona"], row["text"], row["via"], row["file"]) == ("vixen", "Hello.", "robot", None)
    assert (row["voice"], row["pitch"], row["rate"]) == ("en+f4", 72, 135)
    assert row["audio_s"] > 0.2
    assert daemon.heard() == 1
    assert not loudspeaker.plays()


def test_without_waiting_the_number_of_the_line_is_printed_at_once(
    robotvoice: Commands, daemon: RunningDaemon
) -> None:
    done = robotvoice("say", STORY, "--no-wait")
    number = done.stdout.strip()
    assert (done.returncode, done.stderr) == (0, "")
    assert daemon.status()["speaking"]["id"] == number
    done = robotvoice("stop", number, "--json")
    assert (done.returncode, json.loads(done.stdout)) == (0, {"stopped": [number]})
    soon(lambda: [line[:4] for line in daemon.log if "it was stopped" in line] == ["INFO"])
    soon(daemon.idle)
    assert robotvoice("stop").returncode == 0


def test_the_persona_of_the_callers_settings_speaks(robotvoice: Commands, daemon: RunningDaemon) -> None:
    done = robotvoice("say", "Hello.", "--json", ROBOTVOICE_PERSONA="gremlin")
    assert json.loads(done.stdout)["voice"] == "en+croak"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("say", ""), 2, "There is nothing in the text that can be spoken"),
        (("say", "a" * 100_001), 2, "The text has 100001 characters; send at most 100000"),
        (("say", "Hi.", "--persona", "vixn"), 2, "there is no persona 'vixn'; did you mean vixen?"),
        (("say", "Hi.", "--deadline", "0"), 2, "seconds above 0, at most 86400, not '0'"),
    ],
)
def test_what_cannot_be_said_is_refused_as_without_a_daemon(
    robotvoice: Commands, daemon: RunningDaemon, arguments: tuple[str, ...], code: int, told: str
) -> None:
    done = robotvoice(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert told in done.stderr
    assert daemon.heard() == 0


def test_a_caller_that_dies_takes_its_line_with_it(robotvoice: Commands, daemon: RunningDaemon) -> None:
    """Both the one that is speaking and one that waits for its turn."""
    speaking = robotvoice.start("say", STORY)
    soon(lambda: daemon.status()["speaking"])
    waiting = robotvoice.start("say", "Never heard.")
    soon(lambda: daemon.status()["waiting"])
    waiting.kill()
    soon(lambda: not daemon.status()["waiting"])
    speaking.kill()
    soon(daemon.idle)
    assert daemon.status()["lines"] == {"dropped": 1, "cut": 1}
    for process in (speaking, waiting):
        process.communicate()


def test_what_has_not_begun_by_its_deadline_is_never_said(
    robotvoice: Commands, daemon: RunningDaemon
) -> None:
    daemon.say(STORY)
    soon(lambda: daemon.status()["speaking"])
    done = robotvoice("say", "Too late.", "--deadline", "0.1")
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "robotvoice: it could not begin before its deadline, so nothing was said\n"
    assert daemon.status()["lines"] == {"dropped": 1}


def test_an_urgent_line_silences_a_story_which_goes_on_afterwards(
    robotvoice: Commands, daemon: RunningDaemon, loudspeaker: Loudspeaker
) -> None:
    _, story = daemon.say(TALE, priority="story")
    soon(lambda: daemon.status()["speaking"])
    soon(loudspeaker.plays)
    (player,) = [pid for pid, (_, ended) in loudspeaker.players().items() if ended is None]
    assert daemon.say("Battery empty.", priority="urgent", wait=True)[0] == 200
    assert not psutil.pid_exists(player)
    assert daemon.status()["lines"] == {"cut": 1, "spoken": 1}
    soon(lambda: daemon.status()["lines"].get("spoken") == 2)
    rows = [line for line in daemon.log if f"line {story['id']}, sentence" in line]
    heard = [int(found[1]) for line in rows if (found := re.search(r"sentence (\d+)", line))]
    assert sorted(set(heard)) == list(range(5))
    assert len(heard) <= 5 + 2, "only what was cut is said again"


def test_a_story_makes_room_between_two_sentences(daemon: RunningDaemon) -> None:
    daemon.say(TALE, priority="story")
    soon(lambda: daemon.heard() > 0)
    assert daemon.say("Excuse me.", wait=True)[0] == 200
    assert daemon.status()["lines"] == {"spoken": 1}
    soon(daemon.idle)
    assert daemon.heard() == 5 + 1


SPEAKERS = (("say", "I am the first."), ("say", "I am the second."), ("say", "I am the third."))


@pytest.mark.parametrize("with_daemon", [True, False])
def test_three_processes_at_once_never_speak_at_once(
    robotvoice: Commands, loudspeaker: Loudspeaker, with_daemon: bool
) -> None:
    """With the daemon and without it, by the loudspeaker's own account."""

    def speak() -> None:
        started = [robotvoice.start(*each, **loudspeaker.environment) for each in SPEAKERS * 2]
        assert [finished(each)[0] for each in started] == [0] * 6

    if with_daemon:
        with running_daemon(robotvoice, loudspeaker) as daemon:
            speak()
            assert daemon.heard() == 6
    else:
        speak()
    assert len(loudspeaker.sounds()) >= 6
    assert loudspeaker.overlaps() == []


def test_a_command_that_speaks_itself_takes_turns_with_the_daemon(
    robotvoice: Commands, daemon: RunningDaemon, loudspeaker: Loudspeaker
) -> None:
    """One with a device of its own, say."""
    direct = [
        robotvoice.start("say", "I speak myself.", "--player", "aplay", **loudspeaker.environment)
        for _ in range(2)
    ]
    for _ in range(3):
        assert daemon.say("The daemon speaks.", wait=True)[0] == 200
    assert [finished(each)[0] for each in direct] == [0, 0]
    assert loudspeaker.overlaps() == []


def test_a_full_queue_is_told_and_nothing_hangs(robotvoice: Commands, daemon: RunningDaemon) -> None:
    daemon.say(STORY)
    soon(lambda: daemon.status()["speaking"])
    for _ in range(64):
        assert daemon.say("Me too.")[0] == 202
    status, answer = daemon.say("And me.")
    assert (status, answer["code"]) == (429, "too_many_requests")
    done = robotvoice("say", "And me.")
    assert (done.returncode, done.stderr) == (
        4,
        "robotvoice: 64 lines wait to be spoken: say it later, or end them: robotvoice stop\n",
    )
    assert len(json.loads(robotvoice("stop", "--json").stdout)["stopped"]) == 65


def test_a_status_shows_at_one_look_why_it_sounds_like_a_robot(
    robotvoice: Commands, loudspeaker: Loudspeaker, gateway: Gateway
) -> None:
    """Who the gateway is, that it is away and why, who spoke how often, and the loudspeaker."""
    with running_daemon(robotvoice, loudspeaker, "--gateway", gateway.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        assert robotvoice("say", "This is one. This is two.").stderr == ""
        gateway.end()
        assert robotvoice("say", "Three.").stderr.startswith("spoken by the robot: ")
        shown = robotvoice("status").stdout
        assert f"Gateway     {gateway.address}, away since " in shown
        assert re.search(r"last seen \d\d:\d\d", shown)
        assert "2 sentences by the gateway, with espeak" in shown
        assert "1 sentence by the robot itself, with espeak" in shown
        assert "1 sentence not by the gateway, last at " in shown
        assert "Loudspeaker aplay" in shown
        assert "Three" not in "".join(daemon.log) + shown
        told = [line for line in daemon.log if ", sentence " in line]
        assert len(told) == 3
        assert all("with espeak by the " in line for line in told)


def test_the_gateways_voice_is_back_when_the_gateway_is(
    robotvoice: Commands, loudspeaker: Loudspeaker, gateway: Gateway
) -> None:
    with running_daemon(robotvoice, loudspeaker, "--gateway", gateway.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        gateway.freeze()
        assert daemon.say("Are you there?", wait=True)[1]["via"] == "robot"
        gateway.wake()
        soon(lambda: daemon.status()["gateway"]["ready"])
        assert daemon.say("Welcome back.", wait=True)[1]["via"] == "gateway"


def test_without_a_loudspeaker_the_status_says_so(robotvoice: Commands, tmp_path: Path) -> None:
    silent = Loudspeaker.make(tmp_path / "bin", 0.02)
    (silent.folder / "aplay").write_text("#!/bin/sh\necho 'aplay: no soundcards found' >&2; exit 1\n")
    with running_daemon(robotvoice, silent) as daemon:
        soon(lambda: daemon.status()["loudspeaker"]["problem"])
        assert "no soundcards found" in robotvoice("status").stdout
        assert robotvoice("say", "Hello?", "--deadline", "0.5").returncode == 4


def test_without_a_daemon_status_says_how_to_start_one(robotvoice: Commands) -> None:
    done = robotvoice("status")
    assert done.returncode == 3
    assert done.stderr == "robotvoice: no daemon runs here; start it with: robotvoice daemon\n"


def test_only_one_daemon_has_the_port(robotvoice: Commands, daemon: RunningDaemon) -> None:
    done = robotvoice("daemon", "--port", str(daemon.port))
    assert done.returncode == 2
    assert f"a daemon runs already at 127.0.0.1:{daemon.port} (see: robotvoice status)" in done.stderr
    assert "give --port or the setting daemon_port another number" in done.stderr
