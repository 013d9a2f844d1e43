"""`robotvoice-gateway install` and `uninstall`: the gateway, started at boot."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from deploy import console
from gateway.folders import config_folder
from speech.help_page import HelpPage

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from deploy.service import Supervisor
    from gateway.settings import Settings

NAME, CONFIG_VARIABLE = "robotvoice-gateway", "ROBOTVOICE_CONFIG"


def add_install_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Puts both among the commands."""
    console.add_install_commands(commands, NAME, "the gateway", formatter_class=HelpPage)


def run_install_command(
    options: argparse.Namespace, load: "Callable[[], Settings]", platform: str = sys.platform
) -> int:
    """Returns the exit code. `load` may raise InvalidSettings: what cannot start is not installed."""

    def supervisor() -> "Supervisor":
        from deploy.launchd import launchd_of_this_user
        from deploy.service import Service, own_program
        from deploy.systemd import systemd_of_this_user

        of_this_user = launchd_of_this_user if platform == "darwin" else systemd_of_this_user
        if not options.installs:
            return of_this_user(Service(NAME))
        environment = console.settings_variable(CONFIG_VARIABLE, options.config)
        return of_this_user(Service(NAME, own_program(NAME), environment))

    notes = _notes(load()) if options.installs else ()
    return console.run_install_command(NAME, options, supervisor, notes)


def _notes(settings: "Settings") -> list[str]:
    folder = config_folder() if os.environ.get("XDG_CONFIG_HOME") else "~/.config/robotvoice"
    file = f"{folder}/gateway.toml"
    notes = console.not_passed_on(file, type(settings).model_fields)
    if not settings.lan and settings.host in {"127.0.0.1", "localhost", "::1"}:
        notes.append(
            f"only programs on this machine reach it; for your network, write into {file}: lan = true"
        )
    return notes
