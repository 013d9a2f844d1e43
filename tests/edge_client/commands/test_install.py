"""On a Mac nothing starts the robot's daemon, and a line says what to do instead."""

import pytest

from edge_client.commands.install import add_to, run
from robotvoice.console.command_line import program


def test_on_a_mac_the_daemon_is_started_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    parser, commands = program("robotvoice", "", {"install": ""}, {0: ""})
    add_to(commands)
    for action in ("install", "uninstall"):
        assert run(parser.parse_args([action]), "darwin") == 1
        assert "on Linux only; here type: robotvoice daemon" in capsys.readouterr().err
