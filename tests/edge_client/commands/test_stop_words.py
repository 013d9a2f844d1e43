"""`stop` says what it stopped, or that nothing was speaking, also when a program speaks by itself."""

import os

import pytest

from edge_client.commands.stop import in_words
from edge_client.playback.loudspeaker_lock import speaking_now
from robotvoice.ground.lock_file import locked
from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands, soon
from tests.edge_client.test_cli_ends import STORY


@pytest.mark.slow
def test_what_was_stopped_is_told(robotvoice: Commands) -> None:
    speaker = Loudspeaker.make(robotvoice.folder / "bin", 0.05)
    with running_daemon(robotvoice, speaker) as daemon:
        assert robotvoice("stop").stdout == "nothing was stopped: the daemon is not speaking\n"
        first = robotvoice("say", STORY, "--voice", "vixen", "--no-wait").stdout.strip()
        soon(lambda: daemon.status()["speaking"])
        second = robotvoice("say", "Two.", "--persona", "gremlin", "--no-wait").stdout.strip()
        done = robotvoice("stop")
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == (
            f"stopped vixen, who was speaking ({first}); and what waited: gremlin ({second})\n"
        )
        soon(daemon.idle)
        for _ in range(6):
            robotvoice("say", STORY, "--no-wait")
        told = robotvoice("stop").stdout
        assert "who was speaking" in told and " and 1 more" in told


def test_who_speaks_without_a_daemon_is_told_with_how_to_end_it(robotvoice: Commands) -> None:
    lock = robotvoice.folder / "voice.lock"
    assert speaking_now(lock) is None
    done = robotvoice("stop")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == "robotvoice: nothing was stopped, as no daemon runs here\n"
    held = locked(lock)
    assert held is not None
    try:
        who = speaking_now(lock)
        assert who is not None and who.pid in (os.getpid(), None)
        told = robotvoice("stop").stderr
        assert f"as no daemon runs here; {who.name} speaks by itself: end it where it" in told
        assert who.pid is None or told.endswith(f": end it where it was started, or type: kill {who.pid}\n")
    finally:
        os.close(held)


def test_an_older_daemon_tells_only_the_numbers_of_the_lines() -> None:
    """One that was not started again after an update."""
    assert in_words({"stopped": ["1", "2"]}) == "stopped what waited: a line (1), a line (2)"
