"""On a Mac nothing starts the robot's daemon, and a line says what to do instead."""

import argparse

import pytest

from edge_client.commands.install import add_to, run


def test_on_a_mac_the_daemon_is_started_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_to(parser.add_subparsers(), {})
    for action in ("install", "uninstall"):
        assert run(parser.parse_args([action]), "darwin") == 1
        assert "on Linux only; here type: robotvoice daemon" in capsys.readouterr().err
