"""Scenario 10: a Mac that cannot be reached is not silently done without.

That a stock assistant's `say` returns when the sound has ended: `edge_client/test_robot_hat.py`.
"""

import json
import socket

import pytest

from tests.edge_client.daemon.daemon_rig import Loudspeaker, running_daemon
from tests.edge_client.rig import Commands

pytestmark = pytest.mark.slow


def test_one_command_says_that_nothing_is_cloned_and_why(
    robotvoice: Commands, loudspeaker: Loudspeaker
) -> None:
    """As with a gateway that listens on its loopback only. Each line of the log names engine and reason."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refuses = f"127.0.0.1:{taken.getsockname()[1]}"
    with running_daemon(robotvoice, loudspeaker, "--gateway", refuses) as robot:
        for number in range(3):
            told = robotvoice("say", f"This is line {number}.").stderr
            assert told.startswith("spoken by the robot: the Mac refuses the connection")
        shown = robotvoice("status").stdout
        assert f"Gateway     {refuses}, away since" in shown
        assert "gateway refused the connection" in shown
        assert "3 sentences by the robot itself, with espeak" in shown
        assert "by the gateway, with" not in shown
        health = json.loads(robot.ask("GET", "/health")[2])
        assert (health["status"], health["engines"]["gateway"]["ready"]) == ("degraded", False)
        rows = [line for line in robot.log if ", sentence " in line]
    assert len(rows) == 3
    assert all("with espeak by the robot (refused)" in row for row in rows)
