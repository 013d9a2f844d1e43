"""What the daemon tells when something is missing, and what it does with what it is told besides the text."""

from tests.edge_client.daemon.daemon_rig import Loudspeaker, RunningDaemon, running_daemon
from tests.edge_client.rig import Commands, soon
from tests.fakes.fake_gateway import FakeGateway


def test_a_line_that_is_not_there_cannot_be_stopped_and_that_is_told(
    robotvoice: Commands, daemon: RunningDaemon
) -> None:
    """One that has ended is not there any more; silence for all is never an error."""
    _, line = daemon.say("Hello.", wait=True)
    for number in (line["id"], "nobody"):
        done = robotvoice("stop", number, "--json")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == (
            f"robotvoice: there is no line '{number}': it has ended, or there never was one; "
            "see: robotvoice status\n"
        )
    assert robotvoice("stop").returncode == 0


def test_of_a_budget_that_is_none_the_nearest_is_taken_and_the_caller_told(daemon: RunningDaemon) -> None:
    """K5"""
    unreadable = "X-Budget-Ms is not followed: it must be a number of milliseconds"
    for budget, said in (
        ("49", "X-Budget-Ms goes from 50 to 600000 ms: 50 is taken"),
        ("600001", "X-Budget-Ms goes from 50 to 600000 ms: 600000 is taken"),
        ("-100", "X-Budget-Ms goes from 50 to 600000 ms: 50 is taken"),
        ("soon", unreadable),
        ("9" * 400, unreadable),
        ("", None),
        ("1500.0", None),
    ):
        status, headers, _ = daemon.ask("GET", "/synthesize?text=Hi", **{"X-Budget-Ms": budget})
        assert (status, headers.get("X-Voice-Warning")) == (200, said)


def test_a_gateway_that_cannot_keep_the_budget_of_a_file_is_not_waited_for(
    robotvoice: Commands, loudspeaker: Loudspeaker, fake: FakeGateway
) -> None:
    """The robot makes the file itself; without a budget the gateway has the time it is used to."""
    with running_daemon(robotvoice, loudspeaker, "--gateway", fake.address) as daemon:
        soon(lambda: daemon.status()["gateway"]["ready"])
        for header, engine in (({}, "fake"), ({"X-Budget-Ms": "300"}, "espeak")):
            status, told, _ = daemon.ask("GET", "/synthesize?text=Hello.&voice=vixen", **header)
            assert (status, told["X-Voice-Engine"]) == (200, engine)


def test_a_pinned_gateway_is_known_before_it_was_ever_there(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    with running_daemon(robotvoice, loudspeaker, "--gateway", "127.0.0.1:1") as daemon:
        assert daemon.status()["gateway"]["address"] == "127.0.0.1:1"
        assert "Gateway     127.0.0.1:1, away since" in robotvoice("status").stdout


def test_a_text_nobody_can_speak_ends_with_a_sound_that_is_counted(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    """Nobody waits for an answer: else nobody would know."""
    robotvoice.environment["ROBOTVOICE_VOLUME"] = "60"
    alone = {"ROBOTVOICE_ESPEAK": "command", "PATH": str(loudspeaker.folder)}
    with running_daemon(robotvoice, loudspeaker, **alone) as daemon:
        assert daemon.say("My secret is a shoe.")[0] == 202
        soon(lambda: daemon.status()["lines"] == {"failed": 1})
        told = daemon.status()["loudspeaker"]
        assert (told["earcons"], told["underruns"], told["gaps_ms"]) == (1, 0, 0)
        assert (told["volume"], told["pre_buffer_ms"]) == (60, 100)
        assert "Loudspeaker aplay, 1 text ended with an earcon\n" in robotvoice("status").stdout
    assert len(loudspeaker.players()) > 1, "besides the proof"
    assert [line for line in daemon.log if "an earcon says that the text was not finished" in line]
    assert "secret" not in "".join(daemon.log)
