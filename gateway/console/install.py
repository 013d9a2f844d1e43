"""`robotvoice-gateway install` and `uninstall`: the gateway, started at boot."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from gateway.console.options import Load
from gateway.ground.folders import config_folder
from robotvoice.console.command_line import Commands
from robotvoice.service import service_commands

if TYPE_CHECKING:  # A base installation must be able to show the help.
    from gateway.settings.settings import Settings

NAME, CONFIG_VARIABLE = "robotvoice-gateway", "ROBOTVOICE_CONFIG"


def add_to(commands: Commands) -> None:
    service_commands.add_install_commands(commands, NAME, "the gateway", run)


def run(options: argparse.Namespace, load: Load, platform: str = sys.platform) -> int:
    """Returns the exit code. `load` may raise InvalidSettings: what cannot start is not installed."""
    notes = _notes(load()) if options.installs else ()
    return service_commands.run_install_command(NAME, options, CONFIG_VARIABLE, notes, platform)


def _notes(settings: "Settings") -> list[str]:
    folder = config_folder() if os.environ.get("XDG_CONFIG_HOME") else "~/.config/robotvoice"
    file = f"{folder}/gateway.toml"
    notes = service_commands.not_passed_on(file, type(settings).model_fields)
    if not (settings.lan or settings.open_lan) and settings.host in {"127.0.0.1", "localhost", "::1"}:
        notes.append(
            f"only programs on this machine reach it; for your network, write into {file}: lan = true"
        )
    return notes
