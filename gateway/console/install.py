"""`robotvoice-gateway install` and `uninstall`: the gateway, started at boot."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from gateway.ground.folders import config_folder
from robotvoice.console.command_line import Commands
from robotvoice.service import service_commands

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings
    from robotvoice.service.service import Supervisor

NAME, CONFIG_VARIABLE = "robotvoice-gateway", "ROBOTVOICE_CONFIG"


def add_to(commands: Commands) -> None:
    service_commands.add_install_commands(commands, NAME, "the gateway", run)


def run(options: argparse.Namespace, load: "Callable[[], Settings]", platform: str = sys.platform) -> int:
    """Returns the exit code. `load` may raise InvalidSettings: what cannot start is not installed."""

    def supervisor() -> "Supervisor":
        from robotvoice.service.launchd import launchd_of_this_user
        from robotvoice.service.service import Service, own_program
        from robotvoice.service.systemd import systemd_of_this_user

        of_this_user = launchd_of_this_user if platform == "darwin" else systemd_of_this_user
        if not options.installs:
            return of_this_user(Service(NAME))
        environment = service_commands.settings_variable(CONFIG_VARIABLE, options.config)
        return of_this_user(Service(NAME, own_program(NAME), environment))

    notes = _notes(load()) if options.installs else ()
    return service_commands.run_install_command(NAME, options, supervisor, notes)


def _notes(settings: "Settings") -> list[str]:
    folder = config_folder() if os.environ.get("XDG_CONFIG_HOME") else "~/.config/robotvoice"
    file = f"{folder}/gateway.toml"
    notes = service_commands.not_passed_on(file, type(settings).model_fields)
    if not settings.lan and settings.host in {"127.0.0.1", "localhost", "::1"}:
        notes.append(
            f"only programs on this machine reach it; for your network, write into {file}: lan = true"
        )
    return notes
