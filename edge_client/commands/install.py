"""`robotvoice install` and `uninstall`: the robot's daemon, started at boot."""

import argparse
import sys
from typing import TYPE_CHECKING

from robotvoice.console.command_line import Commands
from robotvoice.service import service_commands

if TYPE_CHECKING:
    from robotvoice.service.service import Supervisor

NAME, CONFIG_VARIABLE = "robotvoice", "ROBOTVOICE_ROBOT_CONFIG"


def add_to(commands: Commands) -> None:
    service_commands.add_install_commands(commands, NAME, "the daemon", run)


def run(options: argparse.Namespace, platform: str = sys.platform) -> int:
    """Raises InvalidSettings: a daemon that cannot start is not installed."""
    from edge_client.settings.settings import SETTINGS, load_settings

    def supervisor() -> "Supervisor":
        from robotvoice.service.service import InstallFailed, Service, own_program
        from robotvoice.service.systemd import systemd_of_this_user

        if platform == "darwin":
            raise InstallFailed("the daemon is started at boot on Linux only; here type: robotvoice daemon")
        if not options.installs:
            return systemd_of_this_user(Service(NAME))
        environment = service_commands.settings_variable(CONFIG_VARIABLE, options.config)
        return systemd_of_this_user(Service(NAME, own_program(NAME), environment))

    if options.installs:
        load_settings(config=options.config)
    notes = service_commands.not_passed_on("~/.config/robotvoice/robot.toml", SETTINGS)
    return service_commands.run_install_command(NAME, options, supervisor, notes)
