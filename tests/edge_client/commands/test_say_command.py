"""`robotvoice say` without a daemon: deadlines and turns are kept all the same."""

import json
from pathlib import Path

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker
from tests.edge_client.playback.test_loudspeaker_lock import held_elsewhere
from tests.edge_client.rig import Commands

pytestmark = pytest.mark.slow


def test_what_could_not_begin_by_its_deadline_is_never_said(
    robotvoice: Commands, loudspeaker: Loudspeaker, tmp_path: Path
) -> None:
    """Here because another program has the word all the time."""
    with held_elsewhere(tmp_path / "voice.lock"):
        done = robotvoice("say", "Too late.", "--deadline", "0.5", **loudspeaker.environment)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr == "robotvoice: nothing was said: it could not begin within 0.5 s\n"
    assert loudspeaker.players() == {}


def test_what_has_begun_by_its_deadline_is_said_to_its_end(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    text = "This takes a good deal longer than its deadline, once it has begun. " * 6
    done = robotvoice("say", text, "--deadline", "5", "--json", **loudspeaker.environment)
    assert done.returncode == 0
    assert json.loads(done.stdout)["audio_s"] > 20


def test_nobody_else_can_be_left_with_it_so_it_waits(robotvoice: Commands, loudspeaker: Loudspeaker) -> None:
    """Without a daemon there is no number either."""
    done = robotvoice("say", "Hello.", "--no-wait", "--priority", "urgent", **loudspeaker.environment)
    assert (done.returncode, done.stdout) == (0, "")
    assert not loudspeaker.plays()
    assert len(loudspeaker.players()) >= 2
