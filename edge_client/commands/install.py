"""`robotvoice install` and `uninstall`: the robot's daemon, started at boot."""

import argparse
import sys

from edge_client.commands.options import settings_of
from robotvoice.console.command_line import Commands
from robotvoice.service import service_commands

NAME, CONFIG_VARIABLE = "robotvoice", "ROBOTVOICE_ROBOT_CONFIG"
ON_A_MAC = "the daemon is started at boot on Linux only; here type: robotvoice daemon"


def add_to(commands: Commands) -> None:
    service_commands.add_install_commands(commands, NAME, "the daemon", run)


def run(options: argparse.Namespace, platform: str = sys.platform) -> int:
    """Raises InvalidSettings: a daemon that cannot start is not installed."""
    from edge_client.settings.settings import SETTINGS

    if options.installs:
        settings_of(options)
    notes = service_commands.not_passed_on("~/.config/robotvoice/robot.toml", SETTINGS)
    return service_commands.run_install_command(
        NAME, options, CONFIG_VARIABLE, notes, platform, not_on_a_mac=ON_A_MAC
    )
